/// What is wrong with a graph in which an operation writes over an input that something else reads
/// afterwards: that would see numbers of another meaning.
struct OverwrittenTensors {
  /// The first conflict in words; nil if there is none.
  let conflict: String?

  /// - Parameters:
  ///   - kept: tensors that are read after a run.
  ///   - withGradients: whether there is a backward pass, which reads what operations retain.
  init(_ operations: [any Operation], kept: Set<Int>, withGradients: Bool) {
    for (index, operation) in operations.enumerated() {
      for tensor in operation.overwritten {
        func holds(_ tensors: [Tensor]) -> Bool { tensors.contains { $0.index == tensor.index } }
        let reader =
          operations[(index + 1)...].first {
            holds($0.inputs) || holds($0.outputs) || holds($0.auxiliaries)
          }
          ?? (withGradients ? operations[..<index].first { holds($0.retained) } : nil)
        if let reader {
          conflict =
            "\(type(of: operation)) writes over its input, which \(type(of: reader)) reads afterwards"
          return
        }
        if kept.contains(tensor.index) {
          conflict = "\(type(of: operation)) writes over its input, which is kept to be read"
          return
        }
      }
    }
    conflict = nil
  }
}
