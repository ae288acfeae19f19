/// The distinct words of a corpus as sequences of symbols, and their counts.
///
/// All sequences lie in one array; merging shortens a word in its place.
struct TrainingWords {
  private(set) var symbols: [Int32] = []
  /// The length of each symbol in characters, as the limit on tokens counts it.
  private var lengths: [Int32] = []
  private var starts: [Int] = []
  private var sizes: [Int32] = []
  private(set) var counts: [Int] = []

  init() {}

  /// Takes words apart into symbols. Bytes without one are left out, and their neighbours become
  /// neighbours.
  init(_ words: borrowing WordCounts, symbols ofBytes: [Int32]) {
    words.visitAll { word, count in
      let start = symbols.count
      for byte in word where ofBytes[Int(byte)] >= 0 { symbols.append(ofBytes[Int(byte)]) }
      // A word of one symbol has no pair.
      guard symbols.count - start > 1 else {
        symbols.removeSubrange(start...)
        return
      }
      starts.append(start)
      sizes.append(Int32(symbols.count - start))
      counts.append(count)
    }
    lengths = [Int32](repeating: 1, count: symbols.count)
  }

  /// How many words there are.
  var count: Int { starts.count }

  /// Where a word's symbols are.
  func range(_ word: Int) -> Range<Int> { starts[word]..<(starts[word] + Int(sizes[word])) }

  /// Replaces a pair by a symbol wherever it stands in a word, from left to right.
  ///
  /// - Parameters:
  ///   - limit: pairs with a new symbol count only if they are shorter than this.
  ///   - changes: receives the pairs that came and went, by how much.
  mutating func merge(
    _ word: Int, _ left: Int32, _ right: Int32, into merged: Int32, limit: Int,
    changes: inout [(left: Int32, right: Int32, count: Int)]
  ) {
    let start = starts[word]
    var end = start + Int(sizes[word])
    symbols.withUnsafeMutableBufferPointer { symbols in
      lengths.withUnsafeMutableBufferPointer { lengths in
        var at = start
        while at + 1 < end {
          guard symbols[at] == left, symbols[at + 1] == right else {
            at += 1
            continue
          }
          let length = lengths[at] + lengths[at + 1]
          if at > start {
            changes.append((symbols[at - 1], left, -1))
            if Int(lengths[at - 1] + length) < limit {
              changes.append((symbols[at - 1], merged, 1))
            }
          }
          symbols[at] = merged
          lengths[at] = length
          var next = at + 1
          while next + 1 < end {
            symbols[next] = symbols[next + 1]
            lengths[next] = lengths[next + 1]
            next += 1
          }
          end -= 1
          if at + 1 < end {
            changes.append((right, symbols[at + 1], -1))
            if Int(lengths[at + 1] + length) < limit {
              changes.append((merged, symbols[at + 1], 1))
            }
          }
          at += 1
        }
      }
    }
    sizes[word] = Int32(end - start)
  }
}
