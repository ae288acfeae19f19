/// A map from pairs of symbols to numbers, read far more often than written: open addressing with
/// linear probing, at most half full.
final class PairTable: @unchecked Sendable {
  private struct Entry {
    var pair: UInt64
    var value: UInt32
  }

  static let absent = UInt32.max
  private static let empty = UInt64.max
  private var entries: UnsafeMutablePointer<Entry>
  private var capacity: Int
  private var shift: UInt64
  private(set) var count = 0

  init(expecting expected: Int) {
    capacity = 64
    while capacity < expected * 2 { capacity *= 2 }
    shift = UInt64(64 - capacity.trailingZeroBitCount)
    entries = Self.emptyEntries(capacity)
  }

  deinit { entries.deallocate() }

  private static func emptyEntries(_ count: Int) -> UnsafeMutablePointer<Entry> {
    let memory = UnsafeMutablePointer<Entry>.allocate(capacity: count)
    memory.initialize(repeating: Entry(pair: empty, value: absent), count: count)
    return memory
  }

  /// The two symbols as one number; symbols are not negative.
  @inline(__always)
  static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always)
  private func position(_ key: UInt64) -> Int {
    // Both symbols reach the high bits: the left one by the fold, the right one by the product.
    let folded = (key ^ (key >> 29)) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: folded >> shift)
  }

  /// The number of a pair, or `absent`.
  @inline(__always)
  func value(_ left: Int32, _ right: Int32) -> UInt32 {
    let key = Self.key(left, right)
    var position = position(key)
    while true {
      let entry = entries[position]
      if entry.pair == key { return entry.value }
      if entry.pair == Self.empty { return Self.absent }
      position = (position + 1) & (capacity - 1)
    }
  }

  /// The number of a pair, which is set to `fresh` if the pair had none.
  @inline(__always)
  func value(_ left: Int32, _ right: Int32, orSet fresh: UInt32) -> UInt32 {
    let key = Self.key(left, right)
    var position = position(key)
    while entries[position].pair != Self.empty {
      if entries[position].pair == key { return entries[position].value }
      position = (position + 1) & (capacity - 1)
    }
    insert(key, fresh, at: position)
    return fresh
  }

  /// Sets the number of a pair.
  func set(_ left: Int32, _ right: Int32, _ value: UInt32) {
    let key = Self.key(left, right)
    var position = position(key)
    while entries[position].pair != Self.empty {
      if entries[position].pair == key {
        entries[position].value = value
        return
      }
      position = (position + 1) & (capacity - 1)
    }
    insert(key, value, at: position)
  }

  private func insert(_ key: UInt64, _ value: UInt32, at position: Int) {
    entries[position] = Entry(pair: key, value: value)
    count += 1
    if count * 2 > capacity { grow() }
  }

  private func grow() {
    let old = entries
    let oldCapacity = capacity
    capacity *= 2
    shift -= 1
    entries = Self.emptyEntries(capacity)
    for index in 0..<oldCapacity where old[index].pair != Self.empty {
      var position = position(old[index].pair)
      while entries[position].pair != Self.empty { position = (position + 1) & (capacity - 1) }
      entries[position] = old[index]
    }
    old.deallocate()
  }
}
