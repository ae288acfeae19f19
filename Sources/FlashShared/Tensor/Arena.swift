/// The memory of one graph: tensors and gradients as the plan places them, scratch that operations
/// share, the state of decoding, and the tables of addresses that operations look things up in.
final class Arena {
  let plan: MemoryPlan
  /// Addresses of values by tensor.
  let valuePointers: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  /// Addresses of gradients by tensor.
  let gradientPointers: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>
  /// Sums of losses by slot.
  let losses: UnsafeMutablePointer<Double>
  private let lossCount: Int
  private let memory: FloatBuffer
  private let scratchMemory: FloatBuffer
  private let stateMemory: FloatBuffer
  private let stateOffsets: [Int]
  private let ruleTable: UnsafeMutablePointer<GradientRule>
  private let ruleOffsets: [Int]

  init(plan: MemoryPlan, operations: [any Operation], lossCount: Int, hasState: Bool) {
    self.plan = plan
    self.lossCount = lossCount
    memory = FloatBuffer(count: plan.count)
    scratchMemory = FloatBuffer(count: operations.map(\.scratchCount).max() ?? 0)
    var offset = 0
    stateOffsets = operations.map { operation in
      defer { offset += hasState ? (operation.stateCount + 15) & ~15 : 0 }
      return offset
    }
    stateMemory = FloatBuffer(count: offset)

    let tensorCount = plan.valueOffsets.count
    valuePointers = .allocate(capacity: max(1, tensorCount))
    gradientPointers = .allocate(capacity: max(1, tensorCount))
    for tensor in 0..<tensorCount {
      (valuePointers + tensor).initialize(to: memory.pointer + plan.valueOffsets[tensor])
      let base = memory.pointer
      (gradientPointers + tensor).initialize(to: plan.gradientOffsets[tensor].map { base + $0 })
    }
    losses = .allocate(capacity: max(1, lossCount))
    losses.initialize(repeating: 0, count: max(1, lossCount))

    let rules = plan.rules.flatMap { $0 }
    ruleTable = .allocate(capacity: max(1, rules.count))
    for (index, rule) in rules.enumerated() { (ruleTable + index).initialize(to: rule) }
    var ruleOffset = 0
    ruleOffsets = plan.rules.map { rules in
      defer { ruleOffset += rules.count }
      return ruleOffset
    }
  }

  deinit {
    valuePointers.deallocate()
    gradientPointers.deallocate()
    losses.deallocate()
    ruleTable.deallocate()
  }

  var scratch: UnsafeMutablePointer<Float> { scratchMemory.pointer }
  var byteCount: Int { 4 * (memory.count + scratchMemory.count + stateMemory.count) }

  func valuePointer(_ tensor: Int) -> UnsafeMutablePointer<Float> { valuePointers[tensor] }
  func gradientPointer(_ tensor: Int) -> UnsafeMutablePointer<Float>? { gradientPointers[tensor] }
  func rules(of operation: Int) -> UnsafePointer<GradientRule> {
    UnsafePointer(ruleTable + (ruleOffsets.isEmpty ? 0 : ruleOffsets[operation]))
  }
  func state(of operation: Int) -> UnsafeMutablePointer<Float> {
    stateMemory.pointer + (stateOffsets.isEmpty ? 0 : stateOffsets[operation])
  }

  func clearLosses() { losses.update(repeating: 0, count: max(1, lossCount)) }
  func clearState() { stateMemory.clear() }
}
