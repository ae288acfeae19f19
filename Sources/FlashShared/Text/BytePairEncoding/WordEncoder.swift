import Foundation

/// Turns stretches of text without special tokens into ids: words are found 61 bytes at a time,
/// looked up, and their ids stored where they belong. What is not known yet is merged and
/// remembered.
///
/// For one thread; threads have encoders of their own and share nothing but the model.
struct WordEncoder: ~Copyable {
  /// Bytes of the output per id, 2 or 4.
  let width: Int
  /// Bytes that had no symbol, so far.
  private(set) var droppedBytes = 0
  /// Words that were not remembered, so far.
  private(set) var misses = 0
  private var merger: BytePairMerger
  /// What the model's ids become in the output; nil if they stay.
  private let outputIDs: [Int32]?
  private var cache = WordCache()
  private var ids: [Int32] = []
  private let starts = UnsafeMutablePointer<UInt32>.allocate(capacity: WordBatches.capacity)
  private let prefixed = ByteBuffer()

  init(model: BytePairModel, outputIDs: [Int32]?, width: Int) {
    merger = BytePairMerger(model)
    self.outputIDs = outputIDs
    self.width = width
  }

  deinit { starts.deallocate() }

  /// Encodes a text and appends its ids to `output`.
  ///
  /// - Parameters:
  ///   - text: at most 2³¹ bytes, followed by `WordScanner.slack` readable ones.
  ///   - addsSpace: whether a space is put before the text, unless it begins with one.
  /// - Returns: how many bytes of the text continue a character.
  @discardableResult
  mutating func encode(
    _ text: UnsafeRawBufferPointer, addsSpace: Bool, into output: ByteBuffer
  ) -> Int {
    guard let first = text.first, let start = text.baseAddress else { return 0 }
    let isPrefixed = addsSpace && first != 0x20
    var batches = WordBatches(text, followsSpace: isPrefixed, starts: starts)
    if isPrefixed {
      let word = UnsafeRawBufferPointer(start: start, count: batches.endOfFirstWord())
      encodePrefixed(word, into: output)
    }
    while true {
      let count = batches.next()
      if count == 0 { break }
      encodeWords(start, count, into: output)
      batches.advance(by: count)
    }
    return batches.continuationBytes
  }

  /// Encodes the words between `starts[0]` and `starts[count]`.
  private mutating func encodeWords(
    _ text: UnsafeRawPointer, _ count: Int, into output: ByteBuffer
  ) {
    // A word has at most as many ids as bytes.
    let span = Int(starts[count] - starts[0])
    var out = output.reserve(span * width + 16)
    let begin = out
    let widthShift = UInt32(width == 2 ? 1 : 2)
    let masks = cache.table.masks
    var entries = cache.table.entries
    var shift = cache.table.shift
    var index = 0
    while index < count {
      let start = Int(starts[index])
      let length = Int(starts[index + 1]) &- start
      let key = WordTable.key(text + start, length, masks)
      let entry = entries + WordTable.index(key, shift) &* WordTable.entrySize
      let difference =
        (entry.load(as: UInt64.self) ^ key.low)
        | (entry.load(fromByteOffset: 8, as: UInt64.self) ^ key.high)
      let header = entry.load(fromByteOffset: 16, as: UInt32.self)
      if difference | UInt64(header >> 8) == 0 {
        out.storeBytes(
          of: entry.loadUnaligned(fromByteOffset: 20, as: UInt64.self), as: UInt64.self)
        out.storeBytes(
          of: entry.load(fromByteOffset: 28, as: UInt32.self), toByteOffset: 8, as: UInt32.self)
        out += Int(truncatingIfNeeded: header &<< widthShift)
      } else {
        let word = UnsafeRawBufferPointer(start: text + start, count: length)
        out += encodeUnexpected(word, key, at: out)
        entries = cache.table.entries
        shift = cache.table.shift
      }
      index &+= 1
    }
    output.advance(by: begin.distance(to: out))
  }

  /// Encodes a word that is not in its first place in the table, to an address with room for it.
  ///
  /// - Returns: the number of bytes written.
  @inline(never)
  private mutating func encodeUnexpected(
    _ word: UnsafeRawBufferPointer, _ key: WordTable.Key, at out: UnsafeMutableRawPointer
  ) -> Int {
    guard word.count <= WordTable.longestWord else { return encodeLong(word, at: out) }
    let (entry, isFound) = cache.find(key)
    if isFound {
      let header = entry.load(fromByteOffset: 16, as: UInt32.self)
      if header >= WordCache.listFlag {
        let list = cache.lists[Int(header - WordCache.listFlag)]
        droppedBytes += list.droppedBytes
        return store(list.ids, at: out)
      }
      out.copyMemory(from: entry + 20, byteCount: WordCache.inlineBytes)
      return Int(header) * width
    }
    let dropped = merge(word)
    cache.remember(key, at: entry, ids, dropped: dropped, width: width)
    return store(ids, at: out)
  }

  private mutating func encodeLong(
    _ word: UnsafeRawBufferPointer, at out: UnsafeMutableRawPointer
  ) -> Int {
    if let list = cache.longWord(word) {
      droppedBytes += list.droppedBytes
      return store(list.ids, at: out)
    }
    let dropped = merge(word)
    cache.remember(long: word, WordCache.List(ids: ids, droppedBytes: dropped))
    return store(ids, at: out)
  }

  /// Encodes a word with a space before it that is not in memory.
  private mutating func encodePrefixed(_ word: UnsafeRawBufferPointer, into output: ByteBuffer) {
    prefixed.truncate()
    prefixed.append([0x20])
    prefixed.append(word)
    prefixed.reserve(16)
    let out = output.reserve(prefixed.count * width + 16)
    let bytes = prefixed.bytes
    guard let start = bytes.baseAddress else { return }
    let key = WordTable.key(start, bytes.count, cache.table.masks)
    output.advance(by: encodeUnexpected(bytes, key, at: out))
  }

  /// Merges a word into `ids`, in the output's numbers.
  private mutating func merge(_ word: UnsafeRawBufferPointer) -> Int {
    misses += 1
    let dropped = merger.encode(word, into: &ids)
    droppedBytes += dropped
    if let outputIDs {
      for index in ids.indices { ids[index] = outputIDs[Int(ids[index])] }
    }
    return dropped
  }

  private func store(_ ids: [Int32], at out: UnsafeMutableRawPointer) -> Int {
    for (index, id) in ids.enumerated() {
      WordCache.store(id, at: out + index * width, width: width)
    }
    return ids.count * width
  }
}
