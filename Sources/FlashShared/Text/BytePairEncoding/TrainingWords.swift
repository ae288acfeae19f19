/// A merge that is carried out in training words.
struct TrainingMerge {
  /// The pair's number.
  let pair: UInt32
  let left: Int32
  let right: Int32
  /// What the pair becomes.
  let result: Int32
  /// How many characters of a neighbour keep its pair with the result below the limit on tokens.
  let room: Int
  /// The characters of each symbol.
  let lengths: [Int32]

  /// Whether the result's pair with a neighbour counts.
  func counts(with symbol: Int32) -> Bool { Int(lengths[Int(symbol)]) < room }
}

/// The distinct words of a corpus as sequences of symbols, and their counts.
///
/// All sequences lie in one array; merging shortens a word in its place. Long words are kept apart
/// (see `LongTrainingWords`).
struct TrainingWords {
  private var symbols: [Int32] = []
  private var starts: [Int] = []
  private var sizes: [Int32] = []
  private var counts: [Int] = []
  private var longWords = LongTrainingWords()
  /// The characters of each symbol, as the limit on tokens counts them.
  private var lengths: [Int32] = []

  /// The longest word that is looked all through for each merge. Up to here that is faster than to
  /// know where its pairs stand.
  static let searchLimit = 128

  init() {}

  /// Takes words apart into symbols. Bytes without one are left out, and their neighbours become
  /// neighbours.
  ///
  /// - Parameter searchLimit: the symbols of the longest word that is looked all through.
  init(_ words: borrowing WordCounts, symbols ofBytes: [Int32], searchLimit: Int) {
    words.visitAll { word, count in
      let start = symbols.count
      for byte in word where ofBytes[Int(byte)] >= 0 { symbols.append(ofBytes[Int(byte)]) }
      let size = symbols.count - start
      // A word of one symbol has no pair.
      guard size > 1 else {
        symbols.removeSubrange(start...)
        return
      }
      counts.append(count)
      if size <= searchLimit || !longWords.hasRoom(for: size) {
        starts.append(start)
        sizes.append(Int32(size))
      } else {
        starts.append(longWords.append(symbols[start...]))
        sizes.append(Self.isLong)
        symbols.removeSubrange(start...)
      }
    }
    lengths = [Int32](repeating: 1, count: Int(ofBytes.max() ?? 0) + 1)
  }

  /// The size that marks a long word, whose start is its number.
  private static let isLong: Int32 = -1

  /// Counts the pairs of all words.
  mutating func countPairs(in pairs: inout TrainingPairs) throws {
    for word in counts.indices {
      if word & 0xFFFF == 0 { try Interruption.check() }
      let start = starts[word]
      if sizes[word] == Self.isLong {
        try longWords.countPairs(of: start, word: word, count: counts[word], in: &pairs)
        continue
      }
      for index in start + 1..<start + Int(sizes[word]) {
        pairs.change(symbols[index - 1], symbols[index], by: counts[word], word: word)
      }
    }
    longWords.endStep()
  }

  /// Begins a merge of a pair into a symbol; `end` ends it.
  ///
  /// - Parameter limit: pairs with the new symbol count only if they are shorter than this.
  mutating func begin(
    _ pair: UInt32, _ left: Int32, _ right: Int32, into result: Int32, limit: Int
  ) -> TrainingMerge {
    while lengths.count <= Int(result) { lengths.append(1) }
    let length = lengths[Int(left)] + lengths[Int(right)]
    lengths[Int(result)] = length
    let merge = TrainingMerge(
      pair: pair, left: left, right: right, result: result, room: limit - Int(length),
      lengths: lengths)
    longWords.begin(merge)
    return merge
  }

  /// Ends a merge, behind its last word.
  mutating func end(_ merge: TrainingMerge) { longWords.end(merge) }

  /// Replaces a pair by a symbol wherever it stands in a word, from left to right, and changes the
  /// counts of the pairs that come and go.
  mutating func merge(
    _ merge: TrainingMerge, in word: Int, pairs: inout TrainingPairs
  ) throws {
    let count = counts[word]
    let start = starts[word]
    guard sizes[word] != Self.isLong else {
      try longWords.merge(merge, in: start, word: word, count: count, pairs: &pairs)
      return
    }
    let end = start + Int(sizes[word])
    let kept = symbols.withUnsafeMutableBufferPointer { symbols in
      // Symbols that stay are moved over those that are gone.
      var kept = start
      var index = start
      while index < end {
        let symbol = symbols[index]
        guard symbol == merge.left, index + 1 < end, symbols[index + 1] == merge.right else {
          symbols[kept] = symbol
          kept += 1
          index += 1
          continue
        }
        if kept > start {
          let before = symbols[kept - 1]
          pairs.change(before, merge.left, by: -count, word: word)
          if merge.counts(with: before) {
            pairs.change(before, merge.result, by: count, word: word)
          }
        }
        symbols[kept] = merge.result
        kept += 1
        index += 2
        if index < end {
          let after = symbols[index]
          pairs.change(merge.right, after, by: -count, word: word)
          if merge.counts(with: after) {
            pairs.change(merge.result, after, by: count, word: word)
          }
        }
      }
      return kept
    }
    sizes[word] = Int32(kept - start)
  }
}
