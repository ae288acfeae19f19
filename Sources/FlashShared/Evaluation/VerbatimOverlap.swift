/// The longest passage that each of some texts shares with a long one, which is given document by
/// document and never held.
///
/// The texts make a suffix automaton (Blumer et al. 1985): a graph whose paths from its root are
/// exactly their substrings. Reading the long text through it keeps the longest substring that ends
/// at each byte, in constant time a byte, so the search is exact and costs time proportional to the
/// long text and memory proportional to the short ones.
struct VerbatimOverlap {
  /// The passage of a text: where it ends and how many bytes it has.
  struct Passage: Equatable {
    var end: Int
    var count: Int
  }

  /// 0 for bytes that no text has, else the column of the table.
  private var symbols = [UInt8](repeating: 0, count: 256)
  private var width = 1
  /// [state, symbol]: the next state, or −1.
  private var next: [Int32] = []
  /// The longest substring of each state, and the state of its longest suffix elsewhere.
  private var length: [Int32] = []
  private var link: [Int32] = []
  /// The longest passage of the long text that ended in each state.
  private var best: [Int32] = []
  /// The states of each text's prefixes.
  private var prefixes: [[Int32]] = []

  /// The most bytes of short texts in one automaton, but for a single text that is longer: its table
  /// has up to two states a byte, each a word for every byte value that occurs: 80 MiB in English.
  static let byteLimit = 1 << 17

  init(_ texts: [[UInt8]]) {
    precondition(texts.reduce(0) { $0 + $1.count } <= Self.byteLimit || texts.count == 1)
    for byte in texts.joined() where symbols[Int(byte)] == 0 {
      symbols[Int(byte)] = UInt8(clamping: width)
      width += 1
    }
    // Thirteen byte values never occur in UTF-8.
    precondition(width <= 256, "not UTF-8")
    addState(length: 0, link: -1)
    for text in texts {
      var last: Int32 = 0
      var states: [Int32] = []
      for byte in text {
        last = extend(last, Int(symbols[Int(byte)]))
        states.append(last)
      }
      prefixes.append(states)
    }
    best = [Int32](repeating: 0, count: length.count)
  }

  private mutating func addState(length: Int32, link: Int32) {
    self.length.append(length)
    self.link.append(link)
    next.append(contentsOf: repeatElement(-1, count: width))
  }

  private func transition(_ state: Int32, _ symbol: Int) -> Int32 {
    next[Int(state) * width + symbol]
  }

  /// The state of a text's prefix with one more symbol.
  private mutating func extend(_ last: Int32, _ symbol: Int) -> Int32 {
    let existing = transition(last, symbol)
    if existing >= 0 {
      return length[Int(existing)] == length[Int(last)] + 1
        ? existing : split(existing, from: last, symbol)
    }
    let state = Int32(length.count)
    addState(length: length[Int(last)] + 1, link: 0)
    var place = last
    while place >= 0, transition(place, symbol) < 0 {
      next[Int(place) * width + symbol] = state
      place = link[Int(place)]
    }
    if place >= 0 {
      let target = transition(place, symbol)
      link[Int(state)] =
        length[Int(target)] == length[Int(place)] + 1
        ? target : split(target, from: place, symbol)
    }
    return state
  }

  /// Makes a state of those substrings of `target` that are one symbol longer than `place`'s.
  private mutating func split(_ target: Int32, from place: Int32, _ symbol: Int) -> Int32 {
    let clone = Int32(length.count)
    addState(length: length[Int(place)] + 1, link: link[Int(target)])
    for column in 0..<width {
      next[Int(clone) * width + column] = next[Int(target) * width + column]
    }
    link[Int(target)] = clone
    var place = place
    while place >= 0, transition(place, symbol) == target {
      next[Int(place) * width + symbol] = clone
      place = link[Int(place)]
    }
    return clone
  }

  /// Reads a document of the long text.
  mutating func add(_ document: some Sequence<UInt8>) {
    var state = 0
    var matched: Int32 = 0
    for byte in document {
      let symbol = Int(symbols[Int(byte)])
      if symbol == 0 {
        state = 0
        matched = 0
        continue
      }
      var target = next[state * width + symbol]
      while target < 0, state != 0 {
        state = Int(link[state])
        matched = length[state]
        target = next[state * width + symbol]
      }
      guard target >= 0 else { continue }
      state = Int(target)
      matched += 1
      if best[state] < matched { best[state] = matched }
    }
  }

  /// The longest passage of each text, an empty one where nothing is shared.
  func passages() -> [Passage] {
    var longest = best
    let byLength = length.indices.sorted { length[$0] > length[$1] }
    // A suffix of what was found was found.
    for state in byLength where longest[state] > 0 && link[state] >= 0 {
      longest[Int(link[state])] = length[Int(link[state])]
    }
    // And a prefix's longest found suffix may be that of a state that it links to.
    for state in byLength.reversed() where link[state] >= 0 {
      longest[state] = max(longest[state], longest[Int(link[state])])
    }
    return prefixes.map { states in
      var passage = Passage(end: 0, count: 0)
      for (place, state) in states.enumerated() where longest[Int(state)] > passage.count {
        passage = Passage(end: place + 1, count: Int(longest[Int(state)]))
      }
      return passage
    }
  }
}
