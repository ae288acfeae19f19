import Foundation

/// A map from words (byte strings of at most 15 bytes) to 16 bytes of payload, for tables that are
/// asked once a word of the text: keys are compared and hashed as two machine words, and an entry
/// is half a cache line.
///
/// An entry is 32 bytes: the word, zero-padded to 15 bytes, its length in byte 15, the payload. A
/// length of zero marks an empty entry, and 16 stands for every longer word and is never stored.
struct WordTable: ~Copyable {
  /// The word as the table compares it.
  struct Key: Equatable {
    var low: UInt64
    var high: UInt64
  }

  static let entrySize = 32
  static let payloadOffset = 16
  static let longestWord = 15

  /// The entries' memory.
  private(set) var entries: UnsafeMutableRawPointer
  private(set) var capacity: Int
  /// What a hash is shifted by to become an index.
  private(set) var shift: UInt64
  private(set) var count = 0
  /// Two masks for each length from 0 to 16.
  let masks: UnsafeMutablePointer<UInt64>

  init(capacity: Int) {
    precondition(capacity > 1 && capacity & (capacity - 1) == 0, "not a power of two")
    self.capacity = capacity
    shift = UInt64(64 - capacity.trailingZeroBitCount)
    entries = Self.emptyEntries(capacity)
    masks = .allocate(capacity: 34)
    for length in 0...16 {
      masks[2 * length] = length >= 8 ? .max : (1 << UInt64(8 * length)) - 1
      let rest = min(max(length - 8, 0), 7)
      masks[2 * length + 1] = (1 << UInt64(8 * rest)) - 1
    }
  }

  deinit {
    entries.deallocate()
    masks.deallocate()
  }

  private static func emptyEntries(_ count: Int) -> UnsafeMutableRawPointer {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: count * entrySize, alignment: 64)
    memset(memory, 0, count * entrySize)
    return memory
  }

  /// The key of the word of `length` bytes at `word`, of which 16 bytes are readable.
  @inline(__always)
  static func key(
    _ word: UnsafeRawPointer, _ length: Int, _ masks: UnsafeMutablePointer<UInt64>
  ) -> Key {
    let clipped = min(length, longestWord + 1)
    let low = word.loadUnaligned(as: UInt64.self).littleEndian & masks[2 &* clipped]
    let high =
      word.loadUnaligned(fromByteOffset: 8, as: UInt64.self).littleEndian & masks[2 &* clipped &+ 1]
    return Key(low: low, high: high | UInt64(truncatingIfNeeded: clipped) << 56)
  }

  /// A key's bits brought together: the high ones depend on all.
  @inline(__always)
  static func mix(_ key: Key) -> UInt64 {
    key.low &* 0x9E37_79B9_7F4A_7C15 &+ key.high &* 0xC2B2_AE3D_27D4_EB4F
  }

  /// The index at which the search for a key begins.
  @inline(__always)
  static func index(_ key: Key, _ shift: UInt64) -> Int {
    let product = mix(key)
    let mixed = (product ^ (product >> 29)) &* 0xBF58_476D_1CE4_E5B9
    return Int(truncatingIfNeeded: mixed >> shift)
  }

  /// The entry of a key, or the empty one in which it belongs.
  @inline(__always)
  func find(_ key: Key) -> (entry: UnsafeMutableRawPointer, isFound: Bool) {
    var index = Self.index(key, shift)
    while true {
      let entry = entries + index &* Self.entrySize
      let high = entry.load(fromByteOffset: 8, as: UInt64.self)
      if high == key.high, entry.load(as: UInt64.self) == key.low { return (entry, true) }
      if high == 0 { return (entry, false) }
      index = (index &+ 1) & (capacity &- 1)
    }
  }

  /// Puts a key into an empty entry that `find` has given, and returns its payload's address,
  /// which is valid until the next insertion.
  mutating func insert(_ key: Key, at entry: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    entry.storeBytes(of: key.low, as: UInt64.self)
    entry.storeBytes(of: key.high, toByteOffset: 8, as: UInt64.self)
    count += 1
    guard count * 2 > capacity else { return entry + Self.payloadOffset }
    grow()
    return find(key).entry + Self.payloadOffset
  }

  private mutating func grow() {
    let old = entries
    let oldCapacity = capacity
    capacity *= 2
    shift -= 1
    entries = Self.emptyEntries(capacity)
    for index in 0..<oldCapacity {
      let entry = old + index * Self.entrySize
      let key = Self.key(ofEntry: entry)
      if key.high != 0 { find(key).entry.copyMemory(from: entry, byteCount: Self.entrySize) }
    }
    old.deallocate()
  }

  /// Forgets everything.
  mutating func removeAll() {
    memset(entries, 0, capacity * Self.entrySize)
    count = 0
  }

  static func key(ofEntry entry: UnsafeMutableRawPointer) -> Key {
    Key(
      low: entry.load(as: UInt64.self), high: entry.load(fromByteOffset: 8, as: UInt64.self))
  }

  /// The bytes of a key.
  static func bytes(of key: Key) -> [UInt8] {
    let length = Int(key.high >> 56)
    return (0..<length).map { (index: Int) -> UInt8 in
      let half: UInt64 = index < 8 ? key.low : key.high
      return UInt8(truncatingIfNeeded: half >> UInt64(8 * (index & 7)))
    }
  }

  /// Calls `body` with each word and its payload.
  func visitAll(_ body: (Key, UnsafeMutableRawPointer) throws -> Void) rethrows {
    for index in 0..<capacity {
      let entry = entries + index * Self.entrySize
      let key = Self.key(ofEntry: entry)
      if key.high != 0 { try body(key, entry + Self.payloadOffset) }
    }
  }
}
