import Foundation

/// Where a tool's data go: standard output, or a file that appears whole or not at all.
public final class ByteSink {
  /// Whether the data go to standard output, which then belongs to them alone.
  public let isStandardOutput: Bool
  private let file: AtomicFile

  /// Opens a path; `-` is standard output.
  public convenience init(path: String) throws { try self.init(OutputTarget(file: path)) }

  /// Opens a target that was decided before.
  public init(_ target: OutputTarget) throws {
    isStandardOutput = target.isStandardOutput
    file = try AtomicFile(target)
  }

  /// Appends bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws { try file.write(bytes) }

  /// Appends bytes.
  public func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }

  /// Appends text in UTF-8.
  public func write(_ text: String) throws { try write(Array(text.utf8)) }

  /// Makes the file appear. A file that is not finished never does.
  public func finish() throws { try file.commit() }
}
