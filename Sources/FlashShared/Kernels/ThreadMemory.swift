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

  /// The first eight bytes of a block hold how many floats follow the first line.
  private static let headerBytes = 64

  /// At least `count` floats, aligned to 64 bytes; what an earlier call on this thread returned
  /// is no longer valid.
  static func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    if let block = pthread_getspecific(key), block.load(as: Int.self) >= count {
      return (block + headerBytes).assumingMemoryBound(to: Float.self)
    }
    free(pthread_getspecific(key))
    let capacity = (count + 4095) & ~4095
    var block: UnsafeMutableRawPointer?
    let status = posix_memalign(&block, 4096, headerBytes + capacity * 4)
    guard status == 0, let block else { fatalError("out of memory") }
    block.storeBytes(of: capacity, as: Int.self)
    pthread_setspecific(key, block)
    return (block + headerBytes).bindMemory(to: Float.self, capacity: capacity)
  }
}
