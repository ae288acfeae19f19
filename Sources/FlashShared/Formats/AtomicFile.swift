import Foundation

/// A file that appears whole or not at all.
///
/// Bytes go to a temporary file beside the destination; `commit()` flushes it to the disk, renames
/// it over the destination and flushes the folder. Whatever happens before that, a crash or a full
/// disk included, leaves the destination as it was. A value that is dropped without a commit
/// removes its temporary file.
///
/// A device, a pipe or an open descriptor has no such protection: it is written in place, at once
/// (see `OutputTarget`).
public final class AtomicFile {
  /// Where the file will appear.
  public var path: String { target.path }
  private let target: OutputTarget
  /// Nil where the output is written in place.
  private let temporaryPath: String?
  private var descriptor: Int32
  private let isOwned: Bool
  private var buffer: [UInt8] = []
  private static let bufferSize = 1 << 20

  /// Opens a temporary file in the destination's folder, which must exist, or what is written in
  /// place; `-` is standard output.
  public convenience init(path: String) throws { try self.init(OutputTarget(file: path)) }

  /// Opens a target that was decided before.
  public init(_ target: OutputTarget) throws {
    precondition(target.kind != .folder, "a folder is no file")
    self.target = target
    guard target.kind == .file else {
      temporaryPath = nil
      isOwned = target.descriptor == nil
      descriptor = try target.descriptor ?? Self.openInPlace(target)
      return
    }
    let temporary = "\(target.resolvedPath).tmp-\(getpid())"
    temporaryPath = temporary
    isOwned = true
    Self.removeAbandonedFiles(of: target.resolvedPath)
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw FileError.cannotCreate(path: target.path, reason: systemErrorText())
    }
    if let permissions = target.permissions { fchmod(descriptor, permissions) }
    buffer.reserveCapacity(Self.bufferSize)
  }

  deinit {
    guard isOwned, descriptor >= 0 else { return }
    close(descriptor)
    if let temporaryPath { unlink(temporaryPath) }
  }

  /// Opens a device or a pipe. A pipe is waited for until somebody reads it, or a signal ends that.
  private static func openInPlace(_ target: OutputTarget) throws -> Int32 {
    while true {
      let descriptor = open(target.resolvedPath, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
      if descriptor >= 0 {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        return descriptor
      }
      let reason = systemErrorText()
      var status = stat()
      guard errno == EINTR || errno == ENXIO, stat(target.resolvedPath, &status) == 0,
        status.st_mode & S_IFMT == S_IFIFO
      else { throw FileError.cannotCreate(path: target.path, reason: reason) }
      try Interruption.check()
      usleep(20_000)
    }
  }

  /// Removes temporary files of the same destination whose process was killed while it wrote.
  private static func removeAbandonedFiles(of path: String) {
    let parts = PathParts(path)
    let prefix = parts.name + ".tmp-"
    let names = try? FileManager.default.contentsOfDirectory(atPath: parts.folder)
    for name in names ?? [] where name.hasPrefix(prefix) {
      guard let process = Int32(name.dropFirst(prefix.count)), process > 0 else { continue }
      if kill(process, 0) != 0, errno == ESRCH { unlink(PathParts.join(parts.folder, name)) }
    }
  }

  /// Appends bytes.
  public func write(_ bytes: some Sequence<UInt8>) throws {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.bufferSize || temporaryPath == nil { try flush() }
  }

  /// Appends bytes that lie in memory, large pieces without a copy.
  func write(_ bytes: UnsafeRawBufferPointer) throws {
    if bytes.count < Self.bufferSize, temporaryPath != nil {
      buffer.append(contentsOf: bytes)
      if buffer.count >= Self.bufferSize { try flush() }
    } else {
      try flush()
      try writeAll(bytes, to: descriptor, path: name)
    }
  }

  /// Appends text in UTF-8.
  public func write(_ text: String) throws { try write(text.utf8) }

  /// Hands everything written so far to the system.
  private func flush() throws {
    try buffer.withUnsafeBytes { try writeAll($0, to: descriptor, path: name) }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Makes the file appear under its name, durably.
  public func commit() throws {
    precondition(descriptor >= 0, "committed twice")
    try flush()
    // A device may be nothing that can be flushed, and an open descriptor is its opener's matter.
    if target.descriptor == nil, fsync(descriptor) != 0, temporaryPath != nil { throw failure() }
    let closing = descriptor
    descriptor = -1
    guard let temporaryPath else {
      guard !isOwned || close(closing) == 0 else { throw failure() }
      return
    }
    guard close(closing) == 0, rename(temporaryPath, target.resolvedPath) == 0 else {
      let error = failure()
      unlink(temporaryPath)
      throw error
    }
    try Self.flushFolder(of: target.resolvedPath)
  }

  /// Writes a whole file in one call.
  public static func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
  }

  /// Flushes the folder that holds `path`, so that a rename in it survives a power cut.
  static func flushFolder(of path: String) throws {
    let descriptor = open(PathParts(path).folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    // Some file systems refuse to flush a folder (EINVAL); there is nothing better to do there.
    if fsync(descriptor) != 0, errno != EINVAL, errno != EROFS {
      throw FileError.cannotWrite(path: path, reason: systemErrorText())
    }
  }

  /// What errors call the output.
  private var name: String { path == "-" ? "standard output" : path }

  private func failure() -> FileError {
    .cannotWrite(path: name, reason: systemErrorText())
  }
}
