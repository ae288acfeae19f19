import Foundation

/// A value that one thread at a time gets at.
///
/// What `Synchronization.Mutex` is, with a lock of the system's library: the thread sanitizer sees
/// that one, and so can tell whether all threads take it.
final class Locked<Value>: @unchecked Sendable {
  // `value` is guarded by `lock`.
  private var value: Value
  private let lock = NSLock()

  init(_ value: sending Value) { self.value = value }

  /// Runs a body that may read and change the value, which must not escape from it.
  func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    lock.lock()
    defer { lock.unlock() }
    return try body(&value)
  }
}
