import Foundation

/// The words met last and their tokens, in two tables of fixed size that fit the processor's own
/// cache. A bucket has two entries, in one cache line; a search compares with both and has no loop.
///
/// - Words of at most 8 bytes, NUL not among them, with at most three ids of two bytes, which is 97
///   of 100 in stories: 16 bytes each, the word as one number (its bytes at the top, zeros below),
///   and the ids above their count as another.
/// - Other words of at most 15 bytes: 32 bytes each, as in `WordTable`.
///
/// Nothing need ever be removed: what an entry says stays true.
final class NearWords {
  static let longestTiny = 8
  static let tinyBucketSize = 32
  static let bucketSize = 2 * WordTable.entrySize
  private static let tinyBits: UInt64 = 13
  private static let bits: UInt64 = 12

  let tiny: UnsafeMutableRawPointer
  let others: UnsafeMutableRawPointer
  private let hasTiny: Bool

  /// - Parameter width: bytes per id, 2 or 4.
  init(width: Int) {
    func zeros(_ size: Int) -> UnsafeMutableRawPointer {
      let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
      memset(memory, 0, size)
      return memory
    }
    hasTiny = width == 2
    tiny = zeros(hasTiny ? Self.tinyBucketSize << Int(Self.tinyBits) : 64)
    others = zeros(Self.bucketSize << Int(Self.bits))
  }

  deinit {
    tiny.deallocate()
    others.deallocate()
  }

  /// A word of 1 to 8 bytes, none of them NUL, as a number, never 0; 8 bytes are read.
  @inline(__always)
  static func tinyKey(_ word: UnsafeRawPointer, _ length: Int) -> UInt64 {
    let bytes = word.loadUnaligned(as: UInt64.self).littleEndian
    return bytes &<< UInt64(truncatingIfNeeded: 0 &- 8 &* length)
  }

  @inline(__always)
  static func tinyBucket(
    _ key: UInt64, _ tiny: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    let index = (key &* 0x9E37_79B9_7F4A_7C15) >> (64 - tinyBits)
    return tiny + Int(truncatingIfNeeded: index) &* tinyBucketSize
  }

  @inline(__always)
  static func bucket(
    _ key: WordTable.Key, _ others: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    let index = WordTable.mix(key) >> (64 - bits)
    return others + Int(truncatingIfNeeded: index) &* bucketSize
  }

  /// Puts a word first in its bucket; the one that was first becomes second.
  ///
  /// - Parameter payload: as in `WordCache`, its tokens in the 12 bytes.
  func bring(_ key: WordTable.Key, _ payload: UnsafeMutableRawPointer) {
    let length = Int(key.high >> 56)
    guard hasTiny, length <= Self.longestTiny, !Self.hasZero(key.low, length) else {
      let bucket = Self.bucket(key, others)
      (bucket + WordTable.entrySize).copyMemory(from: bucket, byteCount: WordTable.entrySize)
      bucket.copyMemory(
        from: payload - WordTable.payloadOffset, byteCount: WordTable.entrySize)
      return
    }
    let count = UInt64(payload.load(as: UInt32.self))
    // More ids than fit: such a word is found in the large table each time.
    guard count <= 3 else { return }
    let tinyKey = key.low &<< UInt64(truncatingIfNeeded: 0 &- 8 &* length)
    let bucket = Self.tinyBucket(tinyKey, tiny)
    (bucket + 16).copyMemory(from: bucket, byteCount: 16)
    bucket.storeBytes(of: tinyKey, as: UInt64.self)
    let ids = (payload + 4).loadUnaligned(as: UInt64.self).littleEndian
    bucket.storeBytes(of: ids << 16 | count, toByteOffset: 8, as: UInt64.self)
  }

  private static func hasZero(_ bytes: UInt64, _ length: Int) -> Bool {
    (0..<length).contains { (bytes >> UInt64(8 * $0)) & 0xFF == 0 }
  }

  /// The entry of a word of at most 15 bytes that has no tiny one, if it is near.
  @inline(__always)
  func find(_ key: WordTable.Key) -> UnsafeMutableRawPointer? {
    let bucket = Self.bucket(key, others)
    let first = WordTable.key(ofEntry: bucket)
    let second = WordTable.key(ofEntry: bucket + WordTable.entrySize)
    let isFirst = Self.isZero((first.low ^ key.low) | (first.high ^ key.high))
    let isSecond = Self.isZero((second.low ^ key.low) | (second.high ^ key.high))
    guard Int64(bitPattern: isFirst | isSecond) < 0 else { return nil }
    return bucket + WordTable.entrySize - Int(truncatingIfNeeded: (isFirst >> 58) & 32)
  }

  /// Whether a number is zero, as the sign bit of the result.
  ///
  /// Comparisons would become branches, and which of two entries it is cannot be guessed: 66 ms
  /// instead of 46 for 27 MB of stories.
  @inline(__always)
  static func isZero(_ number: UInt64) -> UInt64 { ~number & (number &- 1) }
}
