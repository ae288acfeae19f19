import Foundation

/// Growable raw memory that is filled in place and used again: the currency of the streaming paths,
/// where an array would zero or copy what is about to be overwritten.
///
/// One thread at a time may use a buffer. It is `Sendable` because the streaming tools hand whole
/// buffers from one thread to the next and never share one.
public final class ByteBuffer: @unchecked Sendable {
  // Behind a pointer, since access to a class's own variables is checked at run time, which short
  // documents would feel.
  private struct State {
    var start: UnsafeMutableRawPointer
    var capacity: Int
    var count = 0
  }

  private let state: UnsafeMutablePointer<State>

  public init(capacity: Int = 4096) {
    let size = max(64, capacity)
    state = .allocate(capacity: 1)
    state.initialize(
      to: State(start: .allocate(byteCount: size, alignment: 64), capacity: size))
  }

  deinit {
    state.pointee.start.deallocate()
    state.deallocate()
  }

  /// How many bytes fit without moving.
  public var capacity: Int { state.pointee.capacity }

  /// How many bytes are in use.
  public var count: Int { state.pointee.count }

  /// The bytes in use; valid until the buffer grows or goes away.
  public var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: state.pointee.start, count: count)
  }

  /// All memory of the buffer, in use or not.
  var storage: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: state.pointee.start, count: capacity)
  }

  /// Makes room for `additional` bytes after the ones in use, and returns that room's address.
  @discardableResult
  func reserve(_ additional: Int) -> UnsafeMutableRawPointer {
    precondition(additional >= 0, "a negative size")
    if capacity - count < additional { grow(additional) }
    return state.pointee.start + count
  }

  @inline(never)
  private func grow(_ additional: Int) {
    let larger = max(count + additional, capacity + capacity / 2)
    let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 64)
    moved.copyMemory(from: state.pointee.start, byteCount: count)
    state.pointee.start.deallocate()
    state.pointee.start = moved
    state.pointee.capacity = larger
  }

  /// Declares that `additional` reserved bytes have been written.
  func advance(by additional: Int) {
    precondition(additional >= 0 && capacity - count >= additional, "beyond the reserved room")
    state.pointee.count += additional
  }

  /// Forgets what lies behind the first `newCount` bytes, and keeps the memory.
  public func truncate(to newCount: Int = 0) {
    precondition(newCount >= 0 && newCount <= count, "a buffer cannot be truncated to more")
    state.pointee.count = newCount
  }

  /// Appends a copy of bytes.
  public func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    reserve(bytes.count).copyMemory(from: source, byteCount: bytes.count)
    state.pointee.count += bytes.count
  }

  /// Appends a copy of bytes.
  public func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

  /// Removes the first `prefix` bytes and moves the rest to the front.
  func removePrefix(_ prefix: Int) {
    precondition(prefix >= 0 && prefix <= count, "a buffer cannot lose more than it has")
    memmove(state.pointee.start, state.pointee.start + prefix, count - prefix)
    state.pointee.count -= prefix
  }
}
