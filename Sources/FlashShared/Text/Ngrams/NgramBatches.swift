/// N-grams, sorted and counted batch by batch on a temporary file, and merged from there.
final class NgramBatches {
  /// An n-gram and its place in the text.
  private struct Occurrence {
    var key: UInt64 = 0
    var position: UInt64 = 0
  }

  private let file: TemporaryFile
  private let capacity: Int
  /// The digits of a key, eight bits each.
  private let digits: Int
  private var batch: [Occurrence] = []
  private var spare: [Occurrence] = []
  private var written: [Range<Int>] = []

  /// - Parameters:
  ///   - capacity: n-grams of a batch.
  ///   - keyLimit: keys are below this.
  init(file: TemporaryFile, capacity: Int, keyLimit: UInt64) {
    self.file = file
    self.capacity = capacity
    batch.reserveCapacity(capacity)
    digits = (64 - (keyLimit &- 1).leadingZeroBitCount + 7) / 8
  }

  /// Adds an n-gram; positions ascend.
  func append(_ key: UInt64, position: UInt64) throws {
    batch.append(Occurrence(key: key, position: position))
    if batch.count == capacity { try finish() }
  }

  /// Sorts, counts and writes what has been added since the last batch.
  func finish() throws {
    guard !batch.isEmpty else { return }
    sort()
    let start = file.count
    var buffer: [UInt64] = []
    var index = 0
    while index < batch.count {
      let first = batch[index]
      var end = index + 1
      while end < batch.count, batch[end].key == first.key { end += 1 }
      buffer.append(first.key)
      buffer.append(UInt64(end - index))
      buffer.append(first.position)
      index = end
      if buffer.count >= 3 << 16 || index == batch.count {
        _ = try buffer.withUnsafeBytes { try file.append($0) }
        buffer.removeAll(keepingCapacity: true)
      }
    }
    written.append(start..<file.count)
    batch.removeAll(keepingCapacity: true)
  }

  /// Sorts the batch by key, digit by digit from the lowest; equal keys stay in order of position.
  private func sort() {
    if spare.count < batch.count {
      spare = [Occurrence](repeating: Occurrence(), count: batch.count)
    }
    // Local variables are not checked for exclusive access at each use.
    var source = batch
    var target = spare
    batch = []
    spare = []
    let count = source.count
    target.removeLast(target.count - count)
    for digit in 0..<digits {
      let shift = UInt64(8 * digit)
      var places = [Int](repeating: 0, count: 257)
      for occurrence in source { places[Int(occurrence.key >> shift & 0xFF) + 1] += 1 }
      if places.contains(count) { continue }
      for value in 1...256 { places[value] += places[value - 1] }
      for occurrence in source {
        let value = Int(occurrence.key >> shift & 0xFF)
        target[places[value]] = occurrence
        places[value] += 1
      }
      swap(&source, &target)
    }
    batch = source
    spare = target
  }

  /// Calls `body` for each n-gram of all batches in ascending order, counts added up.
  func forEachMerged(
    memoryLimit: Int, progress: (Double) -> Void, _ body: (CountedNgram) throws -> Void
  ) throws {
    batch = []
    spare = []
    let room = max(4096, min(1 << 20, memoryLimit / max(1, written.count)))
    var cursors = written.map { Cursor(rest: $0, room: room / 24 * 24) }
    var heap = MergeHeap()
    for index in cursors.indices {
      if let first = try cursors[index].next(file) { heap.insert(first, cursor: index) }
    }
    var done = 0
    var sum: CountedNgram?
    while let (ngram, cursor) = heap.first {
      // Batches are in the order of the text, so the first of equal n-grams has the first place.
      if sum?.key == ngram.key {
        sum?.count += ngram.count
      } else {
        if let sum { try body(sum) }
        sum = ngram
      }
      heap.replaceFirst(with: try cursors[cursor].next(file))
      done += 24
      if done % (24 << 20) == 0 {
        try Interruption.check()
        progress(Double(done) / Double(max(1, file.count)))
      }
    }
    if let sum { try body(sum) }
  }
}

/// A place in a sorted batch on the file.
private struct Cursor {
  var rest: Range<Int>
  /// Bytes that are read at a time.
  let room: Int
  private var buffer: [UInt8] = []
  private var position = 0

  init(rest: Range<Int>, room: Int) {
    self.rest = rest
    self.room = room
  }

  mutating func next(_ file: TemporaryFile) throws -> CountedNgram? {
    if position == buffer.count {
      guard !rest.isEmpty else { return nil }
      let end = min(rest.lowerBound + room, rest.upperBound)
      buffer.removeAll(keepingCapacity: true)
      try file.read(rest.lowerBound..<end, into: &buffer)
      rest = end..<rest.upperBound
      position = 0
    }
    defer { position += 24 }
    return buffer.withUnsafeBytes {
      CountedNgram(
        key: $0.number(UInt64.self, at: position), count: $0.number(UInt64.self, at: position + 8),
        position: $0.number(UInt64.self, at: position + 16))
    }
  }
}

/// The smallest n-grams of several cursors; of equal ones that of the first cursor.
private struct MergeHeap {
  private var nodes: [(ngram: CountedNgram, cursor: Int)] = []

  var first: (ngram: CountedNgram, cursor: Int)? { nodes.first }

  mutating func insert(_ ngram: CountedNgram, cursor: Int) {
    nodes.append((ngram, cursor))
    var child = nodes.count - 1
    while child > 0, precedes(child, (child - 1) / 2) {
      nodes.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Puts the next n-gram of the first one's cursor in its place; nil removes the cursor.
  mutating func replaceFirst(with ngram: CountedNgram?) {
    if let ngram {
      nodes[0].ngram = ngram
    } else {
      nodes.swapAt(0, nodes.count - 1)
      nodes.removeLast()
    }
    var parent = 0
    while 2 * parent + 1 < nodes.count {
      var child = 2 * parent + 1
      if child + 1 < nodes.count, precedes(child + 1, child) { child += 1 }
      guard precedes(child, parent) else { return }
      nodes.swapAt(child, parent)
      parent = child
    }
  }

  private func precedes(_ a: Int, _ b: Int) -> Bool {
    (nodes[a].ngram.key, nodes[a].cursor) < (nodes[b].ngram.key, nodes[b].cursor)
  }
}
