/// A word so long that looking all through it for each merge would take quadratic time: it knows
/// where each of its pairs stands, so that a merge costs what it changes.
///
/// All merges of a word of n symbols together take O(n log n): each takes a symbol away, and brings
/// at most two pairs in. Memory: at most 28 bytes for each symbol.
struct LongTrainingWord {
  private static let none: Int32 = -1

  /// The symbols; negative where one was merged into the one before it.
  private var symbols: [Int32]
  /// The places of the neighbours that are left.
  private var next: [Int32]
  private var previous: [Int32]
  /// From the number of a pair to that of its list of places.
  private let lists = PairTable(expecting: 64)
  private var heads: [Int32] = []
  private var tails: [Int32] = []
  /// The lists' entries: a place, and the entry behind it. Those that are free are a list as well.
  private var places: [Int32] = []
  private var links: [Int32] = []
  private var free = none
  private var found: [Int32] = []

  init(_ symbols: ArraySlice<Int32>) {
    self.symbols = Array(symbols)
    let count = Int32(symbols.count)
    next = (1...count).map { $0 == count ? Self.none : $0 }
    previous = (0..<count).map { $0 - 1 }
    places.reserveCapacity(symbols.count)
    links.reserveCapacity(symbols.count)
  }

  /// Counts the pairs of the word, which stands `count` times in the text.
  mutating func countPairs(word: Int, count: Int, in pairs: inout TrainingPairs) throws {
    for place in 1..<symbols.count {
      if place & 0xFFFF == 0 { try Interruption.check() }
      let pair = pairs.change(symbols[place - 1], symbols[place], by: count, word: word)
      note(pair, at: Int32(place - 1))
    }
  }

  /// Remembers that a pair stands at a place.
  private mutating func note(_ pair: UInt32, at place: Int32) {
    let fresh = UInt32(heads.count)
    let list = Int(lists.value(Int32(bitPattern: pair), 0, orSet: fresh))
    if list == fresh {
      heads.append(Self.none)
      tails.append(Self.none)
    }
    let entry: Int32
    if free == Self.none {
      entry = Int32(places.count)
      places.append(place)
      links.append(Self.none)
    } else {
      entry = free
      free = links[Int(entry)]
      places[Int(entry)] = place
      links[Int(entry)] = Self.none
    }
    if heads[list] == Self.none { heads[list] = entry } else { links[Int(tails[list])] = entry }
    tails[list] = entry
  }

  /// Takes the list of a pair, which is empty then, into `found`, from left to right.
  private mutating func take(_ pair: UInt32) {
    found.removeAll(keepingCapacity: true)
    let number = lists.value(Int32(bitPattern: pair), 0)
    guard number != PairTable.absent, heads[Int(number)] != Self.none else { return }
    let list = Int(number)
    var entry = heads[list]
    var isSorted = true
    while entry != Self.none {
      let place = places[Int(entry)]
      if let last = found.last, last > place { isSorted = false }
      found.append(place)
      entry = links[Int(entry)]
    }
    links[Int(tails[list])] = free
    free = heads[list]
    heads[list] = Self.none
    tails[list] = Self.none
    if !isSorted { found.sort() }
  }

  /// Replaces a pair by a symbol wherever it stands, from left to right, and changes the counts of
  /// the pairs that come and go.
  mutating func merge(
    _ merge: TrainingMerge, word: Int, count: Int, in pairs: inout TrainingPairs
  ) throws {
    take(merge.pair)
    for index in found.indices {
      if index & 0xFFFF == 0xFFFF { try Interruption.check() }
      // Entries are not taken out when their pair goes: what stands there is looked at.
      let place = found[index]
      let at = Int(place)
      let second = next[at]
      guard symbols[at] == merge.left, second != Self.none, symbols[Int(second)] == merge.right
      else { continue }
      let after = next[Int(second)]
      let before = previous[at]
      symbols[at] = merge.result
      symbols[Int(second)] = Self.none
      next[at] = after
      if after != Self.none { previous[Int(after)] = place }
      if before != Self.none {
        let symbol = symbols[Int(before)]
        pairs.change(symbol, merge.left, by: -count, word: word)
        if merge.counts(with: symbol) {
          note(pairs.change(symbol, merge.result, by: count, word: word), at: before)
        }
      }
      if after != Self.none {
        let symbol = symbols[Int(after)]
        pairs.change(merge.right, symbol, by: -count, word: word)
        if merge.counts(with: symbol) {
          note(pairs.change(merge.result, symbol, by: count, word: word), at: place)
        }
      }
    }
  }
}
