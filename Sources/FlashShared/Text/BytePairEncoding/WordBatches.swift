/// The words of a text, some thousand at a time.
struct WordBatches {
  /// How many numbers the memory for word starts must hold.
  static let capacity = batch + 2 * WordScanner.room + 2
  private static let batch = 1024

  private var scanner: WordScanner
  private let count: Int
  private let starts: UnsafeMutablePointer<UInt32>
  /// Starts that are written, from `starts[0]`.
  private var pending = 0
  private var isFinished = false

  /// - Parameters:
  ///   - text: not empty, at most 2³¹ bytes, followed by `WordScanner.slack` readable ones.
  ///   - followsSpace: whether a space that is not in memory stands before the text. The first
  ///     word then begins there: ask for `endOfFirstWord` first.
  ///   - starts: memory for `capacity` numbers, which the batches are written to.
  init(
    _ text: UnsafeRawBufferPointer, followsSpace: Bool, starts: UnsafeMutablePointer<UInt32>
  ) {
    precondition(text.count > 0 && text.count < 1 << 31, "a text beyond 2 GiB, or none")
    guard let start = text.baseAddress else { preconditionFailure("no text") }
    scanner = WordScanner(
      start.assumingMemoryBound(to: UInt8.self), count: text.count, followsSpace: followsSpace)
    count = text.count
    self.starts = starts
  }

  /// Bytes so far that continue a character.
  var continuationBytes: Int { scanner.continuationBytes }

  /// Whether a NUL byte has been seen so far.
  var hasZero: Bool { scanner.zeros != 0 }

  /// Where the word ends that begins with the space before the text.
  mutating func endOfFirstWord() -> Int {
    while pending == 0 {
      if scanner.isAtEnd { return count }
      pending = scanner.step(starts)
    }
    return Int(starts[0])
  }

  /// Finds more words.
  ///
  /// - Returns: how many: word i is the text from `starts[i]` to `starts[i + 1]`. 0 at the end.
  @inline(__always)
  mutating func next() -> Int {
    if isFinished { return 0 }
    while pending < Self.batch, !scanner.isAtEnd { pending += scanner.step(starts + pending) }
    if scanner.isAtEnd {
      isFinished = true
      starts[pending] = UInt32(truncatingIfNeeded: count)
      return pending
    }
    // The last word's end is not known yet: it is kept for the next batch.
    return pending &- 1
  }

  /// Forgets the words of the last batch, which must be done before the next one.
  @inline(__always)
  mutating func advance(by words: Int) {
    guard !isFinished else { return }
    starts[0] = starts[words]
    pending = 1
  }
}
