/// Which loss terms the operations of a graph work for: what works only for terms whose factor is 0
/// in a step need not run in it.
struct LossTerms {
  /// By operation: a bit for each slot that something behind it adds to; `noTerm` where nothing does.
  private let masks: [UInt16]

  /// The bit of operations that no loss depends on. They always run.
  private static let noTerm: UInt16 = 1 << 8

  init(_ operations: [any Operation], tensorCount: Int) {
    var masks = [UInt16](repeating: 0, count: operations.count)
    // What later operations that read a tensor work for.
    var readers = [UInt16](repeating: 0, count: tensorCount)
    for (index, operation) in operations.enumerated().reversed() {
      var mask: UInt16 = operation.lossSlots.reduce(0) { $0 | 1 << $1 }
      let auxiliaries = operation.auxiliaries
      for tensor in operation.outputs + auxiliaries { mask |= readers[tensor.index] }
      if mask == 0 { mask = Self.noTerm }
      masks[index] = mask
      for tensor in operation.inputs + auxiliaries { readers[tensor.index] |= mask }
    }
    self.masks = masks
  }

  /// The terms that count in a step, as bits.
  static func active(_ weights: SIMD8<Float>) -> UInt16 {
    var bits = noTerm
    for slot in 0..<weights.scalarCount where weights[slot] != 0 { bits |= 1 << slot }
    return bits
  }

  /// Whether an operation runs when these terms count.
  func runs(_ operation: Int, _ active: UInt16) -> Bool { masks[operation] & active != 0 }
}
