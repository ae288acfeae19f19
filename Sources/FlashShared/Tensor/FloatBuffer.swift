import Foundation

/// A block of float32 on a cache-line boundary, zero when new, freed with its owner.
final class FloatBuffer: @unchecked Sendable {
  // Shared between workers under the rule of the training step: while workers run, parameter
  // values are only read, and each worker writes to buffers of its own.

  /// How many numbers there are.
  let count: Int
  /// The first number.
  let pointer: UnsafeMutablePointer<Float>

  /// Bytes of a large page of memory on x86-64 and most arm64 systems.
  private static let largePage = 1 << 21

  init(count: Int) {
    precondition(count >= 0 && count < Int.max / 8, "impossible size")
    self.count = count
    let isLarge = count * 4 >= Self.largePage
    let alignment = isLarge ? Self.largePage : 64
    let bytes = max(64, (count * 4 + alignment - 1) & ~(alignment - 1))
    guard let memory = aligned_alloc(alignment, bytes) else {
      fatalError("out of memory: \(bytes) bytes")
    }
    // Where the system has large pages on request, walking a matrix costs fewer address lookups.
    if isLarge { madvise(memory, bytes, MADV_HUGEPAGE) }
    memset(memory, 0, bytes)
    pointer = memory.assumingMemoryBound(to: Float.self)
  }

  deinit { free(pointer) }

  /// Sets all numbers to zero.
  func clear() { memset(pointer, 0, count * 4) }

  /// A range as a buffer, checked.
  subscript(_ range: Range<Int>) -> UnsafeMutableBufferPointer<Float> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "outside the buffer")
    return UnsafeMutableBufferPointer(start: pointer + range.lowerBound, count: range.count)
  }
}
