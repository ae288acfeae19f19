/// The sequences of one optimiser step: inputs and targets, both [sequences, time].
public struct StepBatch: Sendable {
  /// Sequences, over all micro-batches.
  public let sequences: Int
  /// Positions of a sequence.
  public let time: Int
  /// Input tokens.
  public private(set) var tokens: [Int32]
  /// Target tokens; −1 where nothing is scored.
  public private(set) var targets: [Int32]

  /// A batch of zeros.
  public init(sequences: Int, time: Int) {
    self.sequences = sequences
    self.time = time
    tokens = [Int32](repeating: 0, count: sequences * time)
    targets = [Int32](repeating: -1, count: sequences * time)
  }

  /// Sets one sequence from inputs and the tokens that follow each of them.
  ///
  /// - Parameters:
  ///   - inputs: [time].
  ///   - following: [time]; the token after each input.
  ///   - targetShift: how many places further the targets are taken from; the last positions, for
  ///     which there are none, are not scored.
  public mutating func set(
    _ sequence: Int, inputs: some RandomAccessCollection<Int32>,
    following: some RandomAccessCollection<Int32>, targetShift: Int
  ) {
    precondition(inputs.count == time && following.count == time, "wrong length")
    let start = sequence * time
    for (offset, token) in inputs.enumerated() { tokens[start + offset] = token }
    for offset in 0..<time {
      let source = offset + targetShift
      targets[start + offset] =
        source < time ? following[following.index(following.startIndex, offsetBy: source)] : -1
    }
  }
}
