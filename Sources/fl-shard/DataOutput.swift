import FlashShared
import Foundation

/// Where a command's data go: standard output, or a file that appears whole or not at all.
final class DataOutput {
  /// Whether the data go to standard output, which then belongs to them alone.
  let isStandardOutput: Bool
  private let file: AtomicFile?
  private var buffer: [UInt8] = []
  private static let bufferSize = 1 << 18

  /// Opens a path; `-` is standard output.
  init(path: String) throws {
    isStandardOutput = path == "-"
    file = isStandardOutput ? nil : try AtomicFile(path: path)
  }

  /// Appends what `fill` appends to the output's buffer.
  func append(_ fill: (inout [UInt8]) throws -> Void) throws {
    try fill(&buffer)
    if buffer.count >= Self.bufferSize { try flush() }
  }

  private func flush() throws {
    if let file {
      try file.write(buffer)
    } else {
      do {
        try FileHandle.standardOutput.write(contentsOf: buffer)
      } catch {
        throw FileError.cannotWrite(
          path: "standard output", reason: String(cString: strerror(errno)))
      }
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Hands over the rest; the file appears.
  func finish() throws {
    try flush()
    try file?.commit()
  }
}
