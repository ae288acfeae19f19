/// Counts the n-grams of a set of shards and writes an index of them, in bounded memory.
///
/// N-grams are taken in batches; each is sorted, counted and written to a temporary file beside the
/// output. The sorted batches are then read side by side and merged. A batch takes 32 bytes for each
/// of its n-grams, merging one buffer for each batch; both stay within `memoryLimit`, but for 4 KiB
/// a batch and a few MiB for what is read and written. The temporary files take at most 24 bytes for
/// each n-gram of the text.
///
/// Of equally frequent continuations the one that comes first in the text is kept, so the index
/// depends on the text alone, not on the memory.
public struct NgramIndexBuilder {
  /// What is counted and kept.
  public struct Settings: Sendable, Equatable {
    /// n: the tokens of a context and its continuation.
    public var order = 4
    /// The most continuations that are kept for a context.
    public var continuations = 5
    /// Contexts that occur less often are left out.
    public var minimumCount = 1
    /// Bytes.
    public var memoryLimit = 1 << 29
    /// Whether an index without contexts is written instead of refused.
    public var allowsEmpty = false

    public init() {}
  }

  private let settings: Settings

  public init(_ settings: Settings) { self.settings = settings }

  /// Builds the index of a set.
  ///
  /// N-grams run across documents, whose ends the set's end-of-text tokens mark.
  ///
  /// - Parameters:
  ///   - path: where the index appears, whole or not at all.
  ///   - progress: is told the fraction that is done.
  @discardableResult
  public func build(
    _ shards: ShardSet, to path: String, progress: (Double) -> Void = { _ in }
  ) throws -> NgramIndexHead {
    let head = try NgramIndexHead(
      order: settings.order, continuationLimit: settings.continuations,
      vocabularySize: shards.vocabularySize, tokenizerHash: shards.tokenizerHash)
    let target = try OutputTarget(file: path)
    let output = try AtomicFile(target)
    let folder = target.workFolder
    let batches = NgramBatches(
      file: try TemporaryFile(folder: folder), capacity: max(1024, settings.memoryLimit / 32),
      keyLimit: head.contextLimit * UInt64(shards.vocabularySize))
    try forEachNgram(shards) { key, position in
      try batches.append(key, position: position)
      if position & 0xF_FFFF == 0 {
        try Interruption.check()
        progress(0.6 * Double(position) / Double(shards.tokenCount))
      }
    }
    try batches.finish()
    let writer = try NgramIndexWriter(head, output: output, folder: folder)
    try writeContexts(of: batches, vocabularySize: UInt64(shards.vocabularySize), to: writer) {
      progress(0.6 + 0.4 * $0)
    }
    guard writer.contextCount > 0 || settings.allowsEmpty else {
      throw EmptyResultError.nothingLeft(
        output: path,
        reason: "no \(settings.order)-gram of \(shards.tokenCount) tokens is left")
    }
    return try writer.commit(ngramCount: max(0, shards.tokenCount - settings.order + 1))
  }

  /// Calls `body` for each n-gram, as a number in base V, and its place in the text.
  private func forEachNgram(
    _ shards: ShardSet, _ body: (UInt64, UInt64) throws -> Void
  ) throws {
    let base = UInt64(shards.vocabularySize)
    // What the oldest token of a context counts in the n-gram before.
    let oldest = (1..<settings.order).reduce(1) { product, _ in product &* base }
    var key: UInt64 = 0
    var history = [UInt64](repeating: 0, count: settings.order)
    var position = 0
    for start in stride(from: 0, to: shards.tokenCount, by: 1 << 20) {
      for token in try shards.tokens(in: start..<min(start + 1 << 20, shards.tokenCount)) {
        let place = position % settings.order
        key = (key &- history[place] &* oldest) &* base &+ UInt64(token)
        history[place] = UInt64(token)
        position += 1
        if position >= settings.order {
          try body(key, UInt64(position - settings.order))
        }
      }
    }
  }

  /// Gathers the n-grams of each context and hands its most frequent continuations on.
  private func writeContexts(
    of batches: NgramBatches, vocabularySize: UInt64, to writer: NgramIndexWriter,
    progress: (Double) -> Void
  ) throws {
    var context: UInt64 = 0
    var found: [(token: Int32, count: UInt64, position: UInt64)] = []
    func finishContext() throws {
      let total = found.reduce(0) { $0 + $1.count }
      if !found.isEmpty, total >= UInt64(settings.minimumCount) {
        found.sort { ($1.count, $0.position) < ($0.count, $1.position) }
        try writer.append(
          context: context, total: total,
          found.prefix(settings.continuations).map { ($0.token, $0.count) })
      }
      found.removeAll(keepingCapacity: true)
    }
    try batches.forEachMerged(
      memoryLimit: settings.memoryLimit, progress: progress
    ) { ngram in
      let (quotient, token) = ngram.key.quotientAndRemainder(dividingBy: vocabularySize)
      if quotient != context {
        try finishContext()
        context = quotient
      }
      found.append((Int32(token), ngram.count, ngram.position))
    }
    try finishContext()
  }
}

/// An n-gram as a number, how often it occurs, and where it occurs first.
struct CountedNgram: Equatable {
  var key: UInt64
  var count: UInt64
  var position: UInt64
}
