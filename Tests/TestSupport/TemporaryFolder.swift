import Foundation

/// A folder that goes away with the value that holds it.
public final class TemporaryFolder: Sendable {
  /// The folder.
  public let path: String

  public init() throws {
    path = NSTemporaryDirectory() + "flashlm-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in the folder.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file and returns its path.
  public func file(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
    try Data(bytes).write(to: URL(filePath: file(name)))
    return file(name)
  }

  /// Writes a file of text and returns its path.
  public func file(_ name: String, _ text: String) throws -> String { try file(name, text.utf8) }
}
