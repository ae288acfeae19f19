/// Merges the bytes of one word into tokens, the way `tokenizers` does: again and again the pair
/// of the lowest rank, the leftmost of equals.
///
/// The tables are shared by threads and never change; each thread has a merger of its own for the
/// scratch memory.
struct BytePairMerger {
  let model: BytePairModel
  private var symbols: [Int32] = []
  private var ranks: [UInt32] = []
  private var heap: RankHeap = RankHeap()
  private var links: [Link] = []

  private struct Link {
    var symbol: Int32
    var previous: Int32
    var next: Int32
    var isAlive = true
  }

  init(_ model: BytePairModel) { self.model = model }

  /// The longest word that is merged by search; beyond it the search's quadratic cost shows.
  private static let searchLimit = 64

  /// Encodes a word.
  ///
  /// - Parameter ids: receives the tokens.
  /// - Returns: how many bytes have no symbol and were dropped.
  mutating func encode(
    _ word: UnsafeRawBufferPointer, into ids: inout [Int32]
  ) -> Int {
    ids.removeAll(keepingCapacity: true)
    if model.ignoresMerges, let id = model.id(of: [UInt8](word)) {
      ids.append(id)
      return 0
    }
    symbols.removeAll(keepingCapacity: true)
    var dropped = 0
    var endsUnknown = false
    for byte in word { append(byte, &dropped, &endsUnknown) }
    if symbols.count > Self.searchLimit || model.hasAmbiguousMerges {
      mergeByHeap(into: &ids)
    } else {
      mergeBySearch()
      ids.append(contentsOf: symbols)
    }
    return dropped
  }

  private mutating func append(_ byte: UInt8, _ dropped: inout Int, _ endsUnknown: inout Bool) {
    let id = model.byteIDs[Int(byte)]
    if id >= 0 {
      symbols.append(id)
      endsUnknown = false
    } else if let unknown = model.unknownID {
      if !endsUnknown || !model.fusesUnknown { symbols.append(unknown) }
      endsUnknown = true
    } else {
      dropped += 1
    }
  }

  private mutating func mergeBySearch() {
    let merges = model.merges
    let results = model.results
    // One rank for each pair of neighbours.
    ranks.removeAll(keepingCapacity: true)
    ranks.append(contentsOf: repeatElement(PairTable.absent, count: symbols.count))
    let size = symbols.withUnsafeMutableBufferPointer { symbols in
      ranks.withUnsafeMutableBufferPointer { ranks in
        results.withUnsafeBufferPointer { results in
          var pairs = symbols.count - 1
          guard pairs > 0 else { return symbols.count }
          for index in 0..<pairs { ranks[index] = merges.value(symbols[index], symbols[index + 1]) }
          while pairs > 0 {
            var best = ranks[0]
            var at = 0
            var index = 1
            while index < pairs {
              if ranks[index] < best {
                best = ranks[index]
                at = index
              }
              index += 1
            }
            if best == PairTable.absent { break }
            symbols[at] = results[Int(best)]
            pairs -= 1
            index = at
            while index < pairs {
              symbols[index + 1] = symbols[index + 2]
              ranks[index] = ranks[index + 1]
              index += 1
            }
            if at > 0 { ranks[at - 1] = merges.value(symbols[at - 1], symbols[at]) }
            if at < pairs { ranks[at] = merges.value(symbols[at], symbols[at + 1]) }
          }
          return pairs + 1
        }
      }
    }
    symbols.removeLast(symbols.count - size)
  }

  /// The library's own algorithm, for long words, and for merges of which several give the same
  /// token: an entry whose pair has changed still counts if the new pair gives the same token,
  /// which a search would not find.
  private mutating func mergeByHeap(into ids: inout [Int32]) {
    let merges = model.merges
    let results = model.results
    heap.removeAll()
    links.removeAll(keepingCapacity: true)
    for (index, symbol) in symbols.enumerated() {
      links.append(Link(symbol: symbol, previous: Int32(index) - 1, next: Int32(index) + 1))
      guard index > 0 else { continue }
      let rank = merges.value(symbols[index - 1], symbol)
      if rank != PairTable.absent { heap.push(rank, UInt32(index - 1)) }
    }
    if !links.isEmpty { links[links.count - 1].next = -1 }
    while let (rank, position) = heap.pop() {
      let at = Int(position)
      guard links[at].isAlive, links[at].next >= 0 else { continue }
      let right = Int(links[at].next)
      let current = merges.value(links[at].symbol, links[right].symbol)
      let result = results[Int(rank)]
      guard current != PairTable.absent, results[Int(current)] == result else { continue }
      links[at].symbol = result
      links[at].next = links[right].next
      links[right].isAlive = false
      if links[right].next >= 0 { links[Int(links[right].next)].previous = Int32(at) }
      if links[at].previous >= 0 {
        let before = Int(links[at].previous)
        let rank = merges.value(links[before].symbol, result)
        if rank != PairTable.absent { heap.push(rank, UInt32(before)) }
      }
      if links[at].next >= 0 {
        let rank = merges.value(result, links[Int(links[at].next)].symbol)
        if rank != PairTable.absent { heap.push(rank, UInt32(at)) }
      }
    }
    for link in links where link.isAlive { ids.append(link.symbol) }
  }
}

/// A heap of merges by rank, then by position.
struct RankHeap {
  private var keys: [UInt64] = []

  mutating func removeAll() { keys.removeAll(keepingCapacity: true) }

  mutating func push(_ rank: UInt32, _ position: UInt32) {
    keys.append(UInt64(rank) << 32 | UInt64(position))
    var child = keys.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if keys[parent] <= keys[child] { return }
      keys.swapAt(parent, child)
      child = parent
    }
  }

  mutating func pop() -> (rank: UInt32, position: UInt32)? {
    guard let first = keys.first else { return nil }
    let last = keys.removeLast()
    if !keys.isEmpty {
      keys[0] = last
      var parent = 0
      while true {
        var child = 2 * parent + 1
        guard child < keys.count else { break }
        if child + 1 < keys.count, keys[child + 1] < keys[child] { child += 1 }
        if keys[parent] <= keys[child] { break }
        keys.swapAt(parent, child)
        parent = child
      }
    }
    return (UInt32(first >> 32), UInt32(truncatingIfNeeded: first))
  }
}
