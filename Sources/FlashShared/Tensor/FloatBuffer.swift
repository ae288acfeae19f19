import Foundation

/// A block of float32 on a cache-line boundary, zero when new, freed with its owner.
final class FloatBuffer: @unchecked Sendable {
  // Shared between workers under the rule of the training step: while workers run, parameter
  // values are only read, and each worker writes to buffers of its own.

  /// How many numbers there are.
  let count: Int
  /// The first number.
  let pointer: UnsafeMutablePointer<Float>

  init(count: Int) {
    precondition(count >= 0 && count < Int.max / 8, "impossible size")
    self.count = count
    let bytes = max(64, (count * 4 + 63) & ~63)
    guard let memory = aligned_alloc(64, bytes) else { fatalError("out of memory: \(bytes) bytes") }
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
