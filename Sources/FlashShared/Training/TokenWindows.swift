/// A token stream cut into windows of one length.
///
/// Window i holds the tokens from i·stride on: `length` inputs and one more, so that every input has
/// a following token. Tokens that fill no window at the end are left out.
public struct TokenWindows: Sendable {
  /// The stream.
  public let shards: ShardSet
  /// Inputs of a window.
  public let length: Int
  /// Tokens from one window's begin to the next one's.
  public let stride: Int

  /// - Parameter stride: nil for windows that follow each other without overlap or gap.
  public init(_ shards: ShardSet, length: Int, stride: Int? = nil) {
    precondition(length > 0 && (stride ?? 1) > 0, "windows of no length")
    self.shards = shards
    self.length = length
    self.stride = stride ?? length
  }

  /// How many windows there are.
  public var count: Int {
    shards.tokenCount <= length ? 0 : (shards.tokenCount - length - 1) / stride + 1
  }

  /// The tokens of a window: `length` + 1 of them.
  public func tokens(of window: Int) throws -> [Int32] {
    try shards.tokens(in: window * stride..<window * stride + length + 1)
  }

  /// Puts a window into a batch.
  func fill(_ batch: inout StepBatch, sequence: Int, window: Int, targetShift: Int) throws {
    let tokens = try tokens(of: window)
    batch.set(
      sequence, inputs: tokens.dropLast(), following: tokens.dropFirst(), targetShift: targetShift)
  }
}
