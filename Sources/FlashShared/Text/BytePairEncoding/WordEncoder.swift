import Foundation

/// Turns stretches of text without special tokens into ids: words are found 61 bytes at a time,
/// looked up, and their ids stored where they belong. What is not known yet is merged and
/// remembered.
///
/// For one thread; threads have encoders of their own and share nothing but the model.
final class WordEncoder {
  /// Bytes of the output per id, 2 or 4.
  let width: Int
  /// Bytes that had no symbol, so far.
  private(set) var droppedBytes = 0
  /// Words that were not remembered, so far.
  private(set) var misses = 0
  private var merger: BytePairMerger
  /// What the model's ids become in the output; nil if they stay.
  private let outputIDs: [Int32]?
  private let cache: WordCache
  private var ids: [Int32] = []
  private let starts = UnsafeMutablePointer<UInt32>.allocate(capacity: WordBatches.capacity)
  private let prefixed = ByteBuffer()

  init(model: BytePairModel, outputIDs: [Int32]?, width: Int) {
    merger = BytePairMerger(model)
    self.outputIDs = outputIDs
    self.width = width
    cache = WordCache(width: width)
  }

  deinit { starts.deallocate() }

  /// Encodes a text and appends its ids to `output`.
  ///
  /// - Parameters:
  ///   - text: at most 2³¹ bytes, followed by `WordScanner.slack` readable ones.
  ///   - addsSpace: whether a space is put before the text, unless it begins with one.
  /// - Returns: how many bytes of the text continue a character.
  @discardableResult
  func encode(
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
      encodeWords(start, count, hasZero: batches.hasZero, into: output)
      batches.advance(by: count)
    }
    return batches.continuationBytes
  }

  /// Encodes the words between `starts[0]` and `starts[count]`.
  ///
  /// - Parameter hasZero: whether there may be NUL bytes in them.
  private func encodeWords(
    _ text: UnsafeRawPointer, _ count: Int, hasZero: Bool, into output: ByteBuffer
  ) {
    // A word has at most as many ids as bytes.
    let span = Int(starts[count] - starts[0])
    let begin = output.reserve(span * width + 16)
    let end =
      width == 2 && !hasZero
      ? encodeNarrow(text, count, at: begin) : encodeAny(text, count, at: begin)
    output.advance(by: begin.distance(to: end))
  }

  /// Encodes words without NUL to ids of two bytes: the loop that nearly all text goes through.
  private func encodeNarrow(
    _ text: UnsafeRawPointer, _ count: Int, at begin: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    let tiny = cache.near.tiny
    var out = begin
    var index = 0
    var start = Int(starts[0])
    while index < count {
      index &+= 1
      let next = Int(starts[index])
      let length = next &- start
      let word = text + start
      start = next
      guard length <= NearWords.longestTiny else {
        out += encodeLonger(word, length, at: out)
        continue
      }
      let key = NearWords.tinyKey(word, length)
      let bucket = NearWords.tinyBucket(key, tiny)
      let isFirst = NearWords.isZero(bucket.load(as: UInt64.self) ^ key)
      let isSecond = NearWords.isZero(bucket.load(fromByteOffset: 16, as: UInt64.self) ^ key)
      if Int64(bitPattern: isFirst | isSecond) < 0 {
        let offset = 24 &- Int(truncatingIfNeeded: (isFirst >> 59) & 16)
        let ids = bucket.load(fromByteOffset: offset, as: UInt64.self)
        out.storeBytes(of: (ids >> 16).littleEndian, as: UInt64.self)
        out += Int(truncatingIfNeeded: (ids & 0xFFFF) &* 2)
      } else {
        out += encodeUnexpected(word, length, at: out)
      }
    }
    return out
  }

  /// Encodes words of any kind to ids of either width.
  private func encodeAny(
    _ text: UnsafeRawPointer, _ count: Int, at begin: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    var out = begin
    for index in 0..<count {
      let start = Int(starts[index])
      out += encodeLonger(text + start, Int(starts[index + 1]) &- start, at: out)
    }
    return out
  }

  /// Encodes a word that has no tiny entry.
  ///
  /// - Returns: the number of bytes written.
  @inline(__always)
  private func encodeLonger(
    _ word: UnsafeRawPointer, _ length: Int, at out: UnsafeMutableRawPointer
  ) -> Int {
    let key = WordTable.key(word, length, cache.masks)
    guard let entry = cache.near.find(key) else {
      return encodeUnexpected(word, length, at: out)
    }
    out.copyMemory(from: entry + WordTable.payloadOffset + 4, byteCount: WordCache.inlineBytes)
    return Int(entry.load(fromByteOffset: 16, as: UInt32.self)) &* width
  }

  /// Encodes a word that is not near, to an address with room for it.
  ///
  /// - Returns: the number of bytes written.
  @inline(never)
  private func encodeUnexpected(
    _ word: UnsafeRawPointer, _ length: Int, at out: UnsafeMutableRawPointer
  ) -> Int {
    let bytes = UnsafeRawBufferPointer(start: word, count: length)
    guard length <= WordTable.longestWord else { return encodeLong(bytes, at: out) }
    let key = WordTable.key(word, length, cache.masks)
    let (entry, isFound) = cache.find(key)
    if isFound {
      let payload = entry + WordTable.payloadOffset
      let header = payload.load(as: UInt32.self)
      if header >= WordCache.listFlag {
        let list = cache.lists[Int(header - WordCache.listFlag)]
        droppedBytes += list.droppedBytes
        return store(list.ids, at: out)
      }
      cache.near.bring(key, payload)
      out.copyMemory(from: payload + 4, byteCount: WordCache.inlineBytes)
      return Int(header) * width
    }
    let dropped = merge(bytes)
    cache.remember(key, at: entry, ids, dropped: dropped)
    return store(ids, at: out)
  }

  private func encodeLong(
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
  private func encodePrefixed(_ word: UnsafeRawBufferPointer, into output: ByteBuffer) {
    prefixed.truncate()
    prefixed.append([0x20])
    prefixed.append(word)
    prefixed.reserve(16)
    let out = output.reserve(prefixed.count * width + 16)
    guard let start = prefixed.bytes.baseAddress else { return }
    output.advance(by: encodeLonger(start, prefixed.count, at: out))
  }

  /// Merges a word into `ids`, in the output's numbers.
  private func merge(_ word: UnsafeRawBufferPointer) -> Int {
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
