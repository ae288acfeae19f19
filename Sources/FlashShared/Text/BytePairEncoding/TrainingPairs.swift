/// How often each pair of neighbouring symbols occurs, and a queue of the most frequent.
///
/// Entries of the queue are not updated when counts change: an entry whose count is out of date is
/// put back with the present one when it comes to the top. Each entry has the words in which its
/// pair came up in the step that made it.
struct TrainingPairs {
  /// An entry of the queue.
  struct Entry {
    var count: Int
    /// The pair's number.
    let pair: UInt32
    /// Its words, as a range of `wordLists`.
    fileprivate let list: Range<Int>
  }

  private let table = PairTable(expecting: 1 << 14)
  private var lefts: [Int32] = []
  private var rights: [Int32] = []
  private var counts: [Int] = []
  private var queue: [Entry] = []
  private var wordLists: [UInt32] = []
  /// Pairs that came up in this step: with which word, and how many words each has.
  private var raised: [(pair: UInt32, word: UInt32)] = []
  private var raisedCounts: [Int] = []
  private var lastWords: [Int] = []
  private var raisedPairs: [UInt32] = []

  /// The two symbols of a pair.
  func symbols(_ pair: UInt32) -> (left: Int32, right: Int32) {
    (lefts[Int(pair)], rights[Int(pair)])
  }

  /// Changes the count of a pair because of a word. Words come in one after the other.
  ///
  /// - Returns: the pair's number.
  @discardableResult
  mutating func change(_ left: Int32, _ right: Int32, by count: Int, word: Int) -> UInt32 {
    let fresh = UInt32(lefts.count)
    let pair = Int(table.value(left, right, orSet: fresh))
    if pair == fresh {
      lefts.append(left)
      rights.append(right)
      counts.append(0)
      raisedCounts.append(0)
      lastWords.append(-1)
    }
    counts[pair] += count
    guard count > 0, lastWords[pair] != word else { return UInt32(pair) }
    lastWords[pair] = word
    if raisedCounts[pair] == 0 { raisedPairs.append(UInt32(pair)) }
    raisedCounts[pair] += 1
    raised.append((UInt32(pair), UInt32(word)))
    return UInt32(pair)
  }

  /// Ends a step: pairs that came up go into the queue with their words.
  mutating func queueChanged() {
    // Each pair's words are brought together: places are given out, then filled.
    let base = wordLists.count
    wordLists.append(contentsOf: repeatElement(0, count: raised.count))
    var next = base
    for pair in raisedPairs {
      let size = raisedCounts[Int(pair)]
      raisedCounts[Int(pair)] = next
      next += size
    }
    for (pair, word) in raised {
      wordLists[raisedCounts[Int(pair)]] = word
      raisedCounts[Int(pair)] += 1
    }
    var start = base
    for pair in raisedPairs {
      let end = raisedCounts[Int(pair)]
      raisedCounts[Int(pair)] = 0
      lastWords[Int(pair)] = -1
      if counts[Int(pair)] > 0 {
        push(Entry(count: counts[Int(pair)], pair: pair, list: start..<end))
      }
      start = end
    }
    raised.removeAll(keepingCapacity: true)
    raisedPairs.removeAll(keepingCapacity: true)
  }

  /// Takes the entry of the most frequent pair out of the queue; of equals, the one with the
  /// smallest symbols.
  mutating func popTop() -> Entry? {
    while var top = queue.first {
      let present = counts[Int(top.pair)]
      if top.count == present {
        removeTop()
        return top
      }
      top.count = present
      queue[0] = top
      siftDown()
    }
    return nil
  }

  /// The words of an entry.
  func words(of entry: Entry) -> ArraySlice<UInt32> { wordLists[entry.list] }

  private func precedes(_ first: Entry, _ second: Entry) -> Bool {
    if first.count != second.count { return first.count > second.count }
    return PairTable.key(lefts[Int(first.pair)], rights[Int(first.pair)])
      < PairTable.key(lefts[Int(second.pair)], rights[Int(second.pair)])
  }

  private mutating func push(_ entry: Entry) {
    queue.append(entry)
    var child = queue.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard precedes(queue[child], queue[parent]) else { return }
      queue.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func removeTop() {
    let last = queue.removeLast()
    guard !queue.isEmpty else { return }
    queue[0] = last
    siftDown()
  }

  private mutating func siftDown() {
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < queue.count else { return }
      if child + 1 < queue.count, precedes(queue[child + 1], queue[child]) { child += 1 }
      guard precedes(queue[child], queue[parent]) else { return }
      queue.swapAt(child, parent)
      parent = child
    }
  }
}
