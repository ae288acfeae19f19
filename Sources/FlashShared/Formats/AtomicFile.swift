import Foundation

/// A file that appears whole or not at all.
///
/// Bytes go to a temporary file beside the destination; `commit()` flushes it to the disk, renames
/// it over the destination and flushes the folder. Whatever happens before that, a crash or a full
/// disk included, leaves the destination as it was. A value that is dropped without a commit
/// removes its temporary file.
public final class AtomicFile {
  /// Where the file will appear.
  public let path: String
  private let temporaryPath: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  private static let bufferSize = 1 << 20

  /// Opens a temporary file in the destination's folder, which must exist.
  public init(path: String) throws {
    self.path = path
    temporaryPath = "\(path).tmp-\(getpid())"
    Self.removeAbandonedFiles(of: path)
    descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw FileError.cannotCreate(path: path, reason: systemErrorText()) }
    buffer.reserveCapacity(Self.bufferSize)
  }

  deinit {
    if descriptor >= 0 {
      close(descriptor)
      unlink(temporaryPath)
    }
  }

  /// Removes temporary files of the same destination whose process was killed while it wrote.
  private static func removeAbandonedFiles(of path: String) {
    let folder = (path as NSString).deletingLastPathComponent
    let prefix = (path as NSString).lastPathComponent + ".tmp-"
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)
    for name in names ?? [] where name.hasPrefix(prefix) {
      guard let process = Int32(name.dropFirst(prefix.count)), process > 0 else { continue }
      if kill(process, 0) != 0, errno == ESRCH {
        unlink((folder as NSString).appendingPathComponent(name))
      }
    }
  }

  /// Appends bytes.
  public func write(_ bytes: some Sequence<UInt8>) throws {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.bufferSize { try flush() }
  }

  /// Appends bytes that lie in memory, large pieces without a copy.
  func write(_ bytes: UnsafeRawBufferPointer) throws {
    if bytes.count < Self.bufferSize {
      buffer.append(contentsOf: bytes)
      if buffer.count >= Self.bufferSize { try flush() }
    } else {
      try flush()
      try writeAll(bytes, to: descriptor, path: path)
    }
  }

  /// Appends text in UTF-8.
  public func write(_ text: String) throws { try write(text.utf8) }

  /// Hands everything written so far to the system.
  private func flush() throws {
    try buffer.withUnsafeBytes { try writeAll($0, to: descriptor, path: path) }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Makes the file appear under its name, durably.
  public func commit() throws {
    precondition(descriptor >= 0, "committed twice")
    try flush()
    guard fsync(descriptor) == 0 else { throw failure() }
    let closing = descriptor
    descriptor = -1
    guard close(closing) == 0, rename(temporaryPath, path) == 0 else {
      let error = failure()
      unlink(temporaryPath)
      throw error
    }
    try Self.flushFolder(of: path)
  }

  /// Writes a whole file in one call.
  public static func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
  }

  /// Flushes the folder that holds `path`, so that a rename in it survives a power cut.
  static func flushFolder(of path: String) throws {
    let folder = (path as NSString).deletingLastPathComponent
    let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    // Some file systems refuse to flush a folder (EINVAL); there is nothing better to do there.
    if fsync(descriptor) != 0, errno != EINVAL, errno != EROFS {
      throw FileError.cannotWrite(path: path, reason: systemErrorText())
    }
  }

  private func failure() -> FileError {
    .cannotWrite(path: path, reason: systemErrorText())
  }
}
