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

  /// What is known of a pair: together, since the memory of a million pairs is far away.
  private struct State {
    let left: Int32
    let right: Int32
    var count = 0
    /// The words that it came up with in this step, and the last of them.
    var raised = 0
    var lastWord: Int32 = -1
  }

  private let table = PairTable(expecting: 1 << 14)
  private var states: [State] = []
  private var queue: [Entry] = []
  private var wordLists: [UInt32] = []
  /// Pairs that came up in this step, and with which word.
  private var raised: [(pair: UInt32, word: UInt32)] = []
  private var raisedPairs: [UInt32] = []

  /// The two symbols of a pair.
  func symbols(_ pair: UInt32) -> (left: Int32, right: Int32) {
    (states[Int(pair)].left, states[Int(pair)].right)
  }

  /// Changes the count of a pair because of a word. Words come in one after the other.
  ///
  /// - Returns: the pair's number.
  @discardableResult
  mutating func change(_ left: Int32, _ right: Int32, by count: Int, word: Int) -> UInt32 {
    let fresh = UInt32(states.count)
    let pair = Int(table.value(left, right, orSet: fresh))
    if pair == fresh { states.append(State(left: left, right: right)) }
    states[pair].count += count
    guard count > 0, states[pair].lastWord != Int32(word) else { return UInt32(pair) }
    states[pair].lastWord = Int32(word)
    if states[pair].raised == 0 { raisedPairs.append(UInt32(pair)) }
    states[pair].raised += 1
    raised.append((UInt32(pair), UInt32(word)))
    return UInt32(pair)
  }

  /// Takes from the count of a pair that is known.
  mutating func lower(_ pair: UInt32, by count: Int) { states[Int(pair)].count -= count }

  /// Ends a step: pairs that came up go into the queue with their words.
  mutating func queueChanged() {
    // Each pair's words are brought together: places are given out, then filled.
    let base = wordLists.count
    wordLists.append(contentsOf: repeatElement(0, count: raised.count))
    var next = base
    for pair in raisedPairs {
      let size = states[Int(pair)].raised
      states[Int(pair)].raised = next
      next += size
    }
    for (pair, word) in raised {
      wordLists[states[Int(pair)].raised] = word
      states[Int(pair)].raised += 1
    }
    var start = base
    for pair in raisedPairs {
      let end = states[Int(pair)].raised
      states[Int(pair)].raised = 0
      states[Int(pair)].lastWord = -1
      let count = states[Int(pair)].count
      if count > 0 { push(Entry(count: count, pair: pair, list: start..<end)) }
      start = end
    }
    raised.removeAll(keepingCapacity: true)
    raisedPairs.removeAll(keepingCapacity: true)
  }

  /// Takes the entry of the most frequent pair out of the queue; of equals, the one with the
  /// smallest symbols.
  mutating func popTop() -> Entry? {
    while var top = queue.first {
      let present = states[Int(top.pair)].count
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
    let (first, second) = (states[Int(first.pair)], states[Int(second.pair)])
    return PairTable.key(first.left, first.right) < PairTable.key(second.left, second.right)
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
