import Foundation

/// Bytes from a file, a pipe or standard input, read from front to back.
public final class ByteSource {
  /// What error messages call it: the path, or "standard input".
  public let name: String
  private let descriptor: Int32
  private let isOwned: Bool

  /// Opens a path; `-` is standard input.
  public init(path: String) throws {
    if path == "-" {
      name = "standard input"
      descriptor = 0
      isOwned = false
      return
    }
    name = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    isOwned = true
    guard descriptor >= 0 else {
      throw FileError.cannotOpen(path: path, reason: systemErrorText())
    }
    posix_fadvise(descriptor, 0, 0, Int32(POSIX_FADV_SEQUENTIAL))
  }

  /// Reads from a descriptor that the caller keeps open and closes.
  public init(descriptor: Int32, name: String) {
    self.name = name
    self.descriptor = descriptor
    isOwned = false
  }

  deinit { if isOwned && descriptor >= 0 { close(descriptor) } }

  /// The number of bytes in all, where the system knows it (a regular file).
  public var byteCount: Int? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// Reads what there is, at most `room.count` bytes.
  ///
  /// - Returns: how many bytes were read; 0 only at the end.
  public func read(into room: UnsafeMutableRawBufferPointer) throws -> Int {
    guard let start = room.baseAddress, room.count > 0 else { return 0 }
    while true {
      let received = Foundation.read(descriptor, start, room.count)
      if received >= 0 { return received }
      if errno != EINTR { throw FileError.cannotRead(path: name, reason: systemErrorText()) }
      try Interruption.check()
    }
  }

  /// Appends bytes to a buffer until `wanted` more are there or the source ends.
  ///
  /// - Returns: how many bytes were appended; less than `wanted` only at the end.
  func fill(_ buffer: ByteBuffer, wanted: Int) throws -> Int {
    var received = 0
    while received < wanted {
      let room = UnsafeMutableRawBufferPointer(
        start: buffer.reserve(wanted - received), count: wanted - received)
      let step = try read(into: room)
      if step == 0 { break }
      buffer.advance(by: step)
      received += step
    }
    return received
  }
}
