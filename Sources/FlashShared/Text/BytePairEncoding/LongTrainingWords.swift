/// Words so long that looking all through one for each merge would take quadratic time: they know
/// where each pair stands, so that a merge costs what it changes.
///
/// All merges of n symbols together take O(n log n): each takes a symbol away, and brings at most
/// two pairs in. Memory: 16 bytes for each symbol, and 4 for each time that a pair comes up, which
/// is at most three times a symbol.
struct LongTrainingWords {
  private static let none: Int32 = -1

  /// The symbols of all words. Places of symbols that were merged into the one before are skipped.
  private var symbols: [Int32] = []
  /// The places of the neighbours that are left.
  private var next: [Int32] = []
  private var previous: [Int32] = []
  /// The number of the pair that begins at each place, if there is one that counts.
  private var pairAt: [UInt32] = []
  /// The place at which each word begins, and the end of the last.
  private var starts = [0]

  /// Where a pair stands: a stretch of `places`, and how many come to it in this step. Entries are
  /// not taken out when their pair goes; `pairAt` tells.
  private struct Slice {
    var start = 0
    var end = 0
    var raised = 0
  }
  private var places: [Int32] = []
  private var slices: [Slice] = []
  /// Further stretches of pairs that came up in several steps.
  private var more: [UInt32: [Range<Int>]] = [:]
  private var raised: [(pair: UInt32, place: Int32)] = []
  private var raisedPairs: [UInt32] = []
  /// Where the pair that is merged stands, in order, and how many of these places were in words
  /// that were merged.
  private var found: [Int32] = []
  private var foundInWords = 0

  /// Whether a word of so many symbols still fits.
  func hasRoom(for count: Int) -> Bool { symbols.count + count <= Int(Int32.max) }

  /// Takes a word and returns its number.
  mutating func append(_ word: ArraySlice<Int32>) -> Int {
    let start = Int32(symbols.count)
    let end = start + Int32(word.count)
    symbols += word
    next += start + 1..<end
    next.append(Self.none)
    previous.append(Self.none)
    previous += start..<end - 1
    pairAt += repeatElement(PairTable.absent, count: word.count)
    starts.append(symbols.count)
    return starts.count - 2
  }

  /// Counts the pairs of a word.
  ///
  /// - Parameters:
  ///   - word: what `pairs` calls it.
  ///   - count: how often it stands in the text.
  mutating func countPairs(
    of number: Int, word: Int, count: Int, in pairs: inout TrainingPairs
  ) throws {
    for place in starts[number]..<starts[number + 1] - 1 {
      if place & 0xFFFF == 0 { try Interruption.check() }
      note(
        pairs.change(symbols[place], symbols[place + 1], by: count, word: word), at: Int32(place))
    }
  }

  private mutating func note(_ pair: UInt32, at place: Int32) {
    let index = Int(pair)
    pairAt[Int(place)] = pair
    while slices.count <= index { slices.append(Slice()) }
    if slices[index].raised == 0 { raisedPairs.append(pair) }
    slices[index].raised += 1
    raised.append((pair, place))
  }

  /// Ends a step: the places that came up are put to their pairs.
  mutating func endStep() {
    var free = places.count
    places += repeatElement(0, count: raised.count)
    for pair in raisedPairs {
      let slice = slices[Int(pair)]
      if slice.start < slice.end { more[pair, default: []].append(slice.start..<slice.end) }
      slices[Int(pair)] = Slice(start: free, end: free)
      free += slice.raised
    }
    for (pair, place) in raised {
      places[slices[Int(pair)].end] = place
      slices[Int(pair)].end += 1
    }
    raised.removeAll(keepingCapacity: true)
    raisedPairs.removeAll(keepingCapacity: true)
  }

  /// Finds the places of the pair that words are to be merged by.
  mutating func begin(_ merge: TrainingMerge) {
    found.removeAll(keepingCapacity: true)
    foundInWords = 0
    let index = Int(merge.pair)
    guard index < slices.count else { return }
    found += places[slices[index].start..<slices[index].end]
    slices[index] = Slice()
    for range in more.removeValue(forKey: merge.pair) ?? [] { found += places[range] }
    if zip(found, found.dropFirst()).contains(where: { $0 > $1 }) { found.sort() }
  }

  /// Ends the merge: places in words that were not merged are kept for another time.
  mutating func end(_ merge: TrainingMerge) {
    if foundInWords < found.count {
      for place in found where pairAt[Int(place)] == merge.pair { note(merge.pair, at: place) }
    }
    endStep()
  }

  /// The first of the places found that is not before a place.
  private func firstFound(from place: Int) -> Int {
    var (low, high) = (0, found.count)
    while low < high {
      let middle = (low + high) / 2
      if Int(found[middle]) < place { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Replaces a pair by a symbol wherever it stands in a word, from left to right, and changes the
  /// counts of the pairs that come and go.
  mutating func merge(
    _ merge: TrainingMerge, in number: Int, word: Int, count: Int, pairs: inout TrainingPairs
  ) throws {
    let range = firstFound(from: starts[number])..<firstFound(from: starts[number + 1])
    foundInWords += range.count
    for index in range {
      if index & 0xFFFF == 0xFFFF { try Interruption.check() }
      let place = found[index]
      let at = Int(place)
      guard pairAt[at] == merge.pair else { continue }
      let second = Int(next[at])
      let after = next[second]
      let before = previous[at]
      let behind = pairAt[second]
      symbols[at] = merge.result
      next[at] = after
      pairAt[at] = PairTable.absent
      pairAt[second] = PairTable.absent
      if before != Self.none {
        let symbol = symbols[Int(before)]
        let old = pairAt[Int(before)]
        pairAt[Int(before)] = PairTable.absent
        if old != PairTable.absent { pairs.lower(old, by: count) }
        if merge.counts(with: symbol) {
          note(pairs.change(symbol, merge.result, by: count, word: word), at: before)
        }
      }
      if after != Self.none {
        previous[Int(after)] = place
        if behind != PairTable.absent { pairs.lower(behind, by: count) }
        let symbol = symbols[Int(after)]
        if merge.counts(with: symbol) {
          note(pairs.change(merge.result, symbol, by: count, word: word), at: place)
        }
      }
    }
  }
}
