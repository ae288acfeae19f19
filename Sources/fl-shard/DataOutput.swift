import FlashShared

/// Data on their way to a sink, in larger pieces.
final class DataOutput {
  private let sink: ByteSink
  private var buffer: [UInt8] = []
  private static let bufferSize = 1 << 18

  /// Opens a target that was decided before.
  init(_ target: OutputTarget) throws { sink = try ByteSink(target) }

  /// Opens a path; `-` is standard output.
  convenience init(path: String) throws { try self.init(OutputTarget(file: path)) }

  /// Whether the data go to standard output, which then belongs to them alone.
  var isStandardOutput: Bool { sink.isStandardOutput }

  /// Appends what `fill` appends to the output's buffer.
  func append(_ fill: (inout [UInt8]) throws -> Void) throws {
    try fill(&buffer)
    if buffer.count >= Self.bufferSize { try flush() }
  }

  private func flush() throws {
    try sink.write(buffer)
    buffer.removeAll(keepingCapacity: true)
  }

  /// Hands over the rest; a file appears.
  func finish() throws {
    try flush()
    try sink.finish()
  }
}
