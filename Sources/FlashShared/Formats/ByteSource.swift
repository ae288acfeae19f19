import Foundation

/// Bytes from a file, a pipe or standard input, read from front to back.
public final class ByteSource {
  /// What error messages call it: the path, or "standard input".
  public let name: String
  private let descriptor: Int32
  private let isOwned: Bool
  /// Bytes that were looked at and not yet read, and where they begin.
  private let seen = ByteBuffer(capacity: 64)
  private var seenStart = 0
  /// Whether the source ended while it was looked at. A terminal would go on if it were asked again.
  private var hasEnded = false

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
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw FileError.cannotOpen(path: path, reason: "it is a folder; give a file")
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
    let waiting = seen.count - seenStart
    if waiting > 0 {
      let count = min(waiting, room.count)
      memcpy(start, seen.bytes.baseAddress! + seenStart, count)
      seenStart += count
      return count
    }
    return hasEnded ? 0 : try receive(into: room)
  }

  private func receive(into room: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      let received = Foundation.read(descriptor, room.baseAddress, room.count)
      if received >= 0 { return received }
      if errno != EINTR { throw FileError.cannotRead(path: name, reason: systemErrorText()) }
      try Interruption.check()
    }
  }

  /// Looks at the next bytes, which stay to be read: `wanted` of them, or fewer where the source
  /// ends before. They are valid until the next call of any kind.
  func peek(_ wanted: Int) throws -> UnsafeRawBufferPointer {
    seen.removePrefix(seenStart)
    seenStart = 0
    while seen.count < wanted, !hasEnded {
      let missing = wanted - seen.count
      let room = UnsafeMutableRawBufferPointer(start: seen.reserve(missing), count: missing)
      let received = try receive(into: room)
      seen.advance(by: received)
      hasEnded = received == 0
    }
    return UnsafeRawBufferPointer(rebasing: seen.bytes.prefix(wanted))
  }

  /// Passes over a byte order mark, if one is next.
  func skipByteOrderMark() throws {
    if try peek(3).elementsEqual([0xEF, 0xBB, 0xBF]) { seenStart = 3 }
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
