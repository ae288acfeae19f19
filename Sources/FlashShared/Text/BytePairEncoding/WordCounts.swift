import Foundation

/// How often each word of GPT-2's split pattern occurs: all that training needs to know of a
/// corpus. Memory grows with the different words, not with the text.
struct WordCounts: ~Copyable {
  private var short = WordTable(capacity: 1 << 14)
  private var long: [[UInt8]: Int] = [:]
  private let starts = UnsafeMutablePointer<UInt32>.allocate(capacity: WordBatches.capacity)
  private let prefixed = ByteBuffer()

  deinit { starts.deallocate() }

  /// How many different words there are.
  var count: Int { short.count + long.count }

  /// Counts the words of a text.
  ///
  /// - Parameters:
  ///   - text: at most 2³¹ bytes, followed by `WordScanner.slack` readable ones.
  ///   - addsSpace: whether a space is put before the text, unless it begins with one.
  mutating func add(_ text: UnsafeRawBufferPointer, addsSpace: Bool) {
    guard let first = text.first, let start = text.baseAddress else { return }
    let isPrefixed = addsSpace && first != 0x20
    var batches = WordBatches(text, followsSpace: isPrefixed, starts: starts)
    if isPrefixed {
      prefixed.truncate()
      prefixed.append([0x20])
      prefixed.append(UnsafeRawBufferPointer(start: start, count: batches.endOfFirstWord()))
      prefixed.reserve(16)
      add(word: prefixed.bytes, times: 1)
    }
    while true {
      let count = batches.next()
      if count == 0 { break }
      for index in 0..<count {
        let from = Int(starts[index])
        let length = Int(starts[index + 1]) &- from
        let key = WordTable.key(start + from, length, short.masks)
        let entry = short.entries + WordTable.index(key, short.shift) &* WordTable.entrySize
        let difference =
          (entry.load(as: UInt64.self) ^ key.low)
          | (entry.load(fromByteOffset: 8, as: UInt64.self) ^ key.high)
        if difference == 0 {
          let payload = entry + WordTable.payloadOffset
          payload.storeBytes(of: payload.load(as: Int.self) &+ 1, as: Int.self)
        } else {
          add(word: UnsafeRawBufferPointer(start: start + from, count: length), times: 1)
        }
      }
      batches.advance(by: count)
    }
  }

  /// Counts a word, which 16 readable bytes follow.
  @inline(never)
  private mutating func add(word: UnsafeRawBufferPointer, times: Int) {
    guard let start = word.baseAddress else { return }
    if word.count <= WordTable.longestWord {
      add(WordTable.key(start, word.count, short.masks), times)
    } else {
      long[[UInt8](word), default: 0] += times
    }
  }

  private mutating func add(_ key: WordTable.Key, _ times: Int) {
    let (entry, isFound) = short.find(key)
    let payload = isFound ? entry + WordTable.payloadOffset : short.insert(key, at: entry)
    payload.storeBytes(of: (isFound ? payload.load(as: Int.self) : 0) + times, as: Int.self)
  }

  /// Adds another thread's counts.
  mutating func merge(_ other: borrowing WordCounts) {
    other.short.visitAll { key, payload in add(key, payload.load(as: Int.self)) }
    for (word, times) in other.long { long[word, default: 0] += times }
  }

  /// Calls `body` with each word and its count, in no particular order.
  func visitAll(_ body: ([UInt8], Int) throws -> Void) rethrows {
    try short.visitAll { key, payload in
      try body(WordTable.bytes(of: key), payload.load(as: Int.self))
    }
    for (word, times) in long { try body(word, times) }
  }
}
