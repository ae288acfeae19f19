import Foundation

/// Growable raw memory that is filled in place and used again: the currency of the streaming paths,
/// where an array would zero or copy what is about to be overwritten.
///
/// One thread at a time may use a buffer. It is `Sendable` because the streaming tools hand whole
/// buffers from one thread to the next and never share one.
public final class ByteBuffer: @unchecked Sendable {
  private var start: UnsafeMutableRawPointer
  /// How many bytes fit without moving.
  public private(set) var capacity: Int
  /// How many bytes are in use.
  public private(set) var count = 0

  public init(capacity: Int = 4096) {
    self.capacity = max(64, capacity)
    start = .allocate(byteCount: self.capacity, alignment: 64)
  }

  deinit { start.deallocate() }

  /// The bytes in use; valid until the buffer grows or goes away.
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  /// All memory of the buffer, in use or not.
  var storage: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: start, count: capacity)
  }

  /// Makes room for `additional` bytes after the ones in use, and returns that room's address.
  @discardableResult
  func reserve(_ additional: Int) -> UnsafeMutableRawPointer {
    precondition(additional >= 0, "a negative size")
    if capacity - count < additional {
      let larger = max(count + additional, capacity + capacity / 2)
      let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 64)
      moved.copyMemory(from: start, byteCount: count)
      start.deallocate()
      start = moved
      capacity = larger
    }
    return start + count
  }

  /// Declares that `additional` reserved bytes have been written.
  func advance(by additional: Int) {
    precondition(additional >= 0 && capacity - count >= additional, "beyond the reserved room")
    count += additional
  }

  /// Forgets what lies behind the first `newCount` bytes, and keeps the memory.
  public func truncate(to newCount: Int = 0) {
    precondition(newCount >= 0 && newCount <= count, "a buffer cannot be truncated to more")
    count = newCount
  }

  /// Appends a copy of bytes.
  public func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    reserve(bytes.count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  /// Appends a copy of bytes.
  public func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

  /// Removes the first `prefix` bytes and moves the rest to the front.
  func removePrefix(_ prefix: Int) {
    precondition(prefix >= 0 && prefix <= count, "a buffer cannot lose more than it has")
    memmove(start, start + prefix, count - prefix)
    count -= prefix
  }
}
