import Foundation

/// Memory that each thread keeps for the inner workings of its kernels, so that packing needs
/// neither an argument nor an allocation in the steady state.
enum ThreadMemory {
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let status = pthread_key_create(&key) { free($0) }
    precondition(status == 0, "no thread-specific memory is left")
    return key
  }()

  /// A block begins with how many floats follow the first line, and whether they are in use.
  private static let headerBytes = 64
  private static let useOffset = 8

  /// At least `count` floats, aligned to 64 bytes, for this thread until they are given back: a
  /// kernel that needs memory while one that called it does would write over it, which traps.
  static func borrow(_ count: Int) -> UnsafeMutablePointer<Float> {
    if let block = pthread_getspecific(key) {
      precondition(
        !block.load(fromByteOffset: useOffset, as: Bool.self),
        "a kernel borrows thread memory that its caller has not given back")
      if block.load(as: Int.self) >= count {
        block.storeBytes(of: true, toByteOffset: useOffset, as: Bool.self)
        return (block + headerBytes).assumingMemoryBound(to: Float.self)
      }
      free(block)
    }
    let capacity = (count + 4095) & ~4095
    var block: UnsafeMutableRawPointer?
    let status = posix_memalign(&block, 4096, headerBytes + capacity * 4)
    guard status == 0, let block else { fatalError("out of memory") }
    block.storeBytes(of: capacity, as: Int.self)
    block.storeBytes(of: true, toByteOffset: useOffset, as: Bool.self)
    pthread_setspecific(key, block)
    return (block + headerBytes).bindMemory(to: Float.self, capacity: capacity)
  }

  /// Ends the use of what `borrow` gave this thread last; it stays allocated for the next kernel.
  static func giveBack() {
    pthread_getspecific(key)?.storeBytes(of: false, toByteOffset: useOffset, as: Bool.self)
  }
}
