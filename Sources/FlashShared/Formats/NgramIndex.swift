import Foundation

/// A file of n-grams, open for lookup: what followed each sequence of n − 1 tokens in a set of
/// shards, and how often.
///
/// The file is memory-mapped; a lookup is a bisection. All numbers are little-endian:
///
///     head        80 bytes, `NgramIndexHead`
///     contexts    C × u64   n − 1 tokens as one number, base V, the oldest first; ascending
///     totals      C × u32   how often each context occurred with any continuation
///     ends        C × u32   how many continuations there are up to and with each context's last
///     tokens      M × u32   continuations, those of a context in order of their count
///     counts      M × u32
///     SHA-256     of all before it
///
/// Opening reads the whole file once and refuses one that is not of this form in every number, so
/// that lookups need no checks.
public final class NgramIndex: Sendable {
  /// What the file says of itself.
  public let head: NgramIndexHead
  private let file: FileBytes
  private let sections: NgramIndexSections

  /// The path that it was opened under.
  public var path: String { file.path }
  /// n: the tokens of a context and its continuation.
  public var order: Int { head.order }

  /// Opens and checks a file.
  public init(path: String) throws {
    file = try FileBytes(path: path)
    file.willReadSequentially()
    head = try NgramIndexHead(parsing: file)
    sections = NgramIndexSections(head)
    guard file.count == sections.fileSize else {
      throw NgramIndexError.damaged(
        path: path, offset: file.count,
        reason: "\(file.count) bytes instead of the \(sections.fileSize) that its head promises")
    }
    var hasher = SHA256()
    var position = 0
    while position < sections.digest {
      try Interruption.check()
      let end = min(position + 1 << 24, sections.digest)
      hasher.update(UnsafeRawBufferPointer(rebasing: file.bytes[position..<end]))
      position = end
    }
    guard file.bytes[sections.digest...].elementsEqual(hasher.finalize()) else {
      throw NgramIndexError.damaged(
        path: path, offset: sections.digest,
        reason: "its SHA-256 differs from what was written")
    }
    try checkContexts()
    try checkContinuations()
  }

  /// What followed the last n − 1 tokens of a text; nil if there are fewer, or they are not in the
  /// index.
  public func continuations(after text: [Int32]) -> NgramContinuations? {
    guard text.count >= order - 1 else { return nil }
    var context: UInt64 = 0
    for token in text.suffix(order - 1) {
      guard token >= 0, token < head.vocabularySize else { return nil }
      context = context * UInt64(head.vocabularySize) + UInt64(token)
    }
    var low = 0
    var high = head.contextCount
    while low < high {
      let middle = low + (high - low) / 2
      if self.context(middle) < context { low = middle + 1 } else { high = middle }
    }
    guard low < head.contextCount, self.context(low) == context else { return nil }
    return continuations(ofContext: low)
  }

  /// A context's tokens, the oldest first, and what followed it. Contexts are in ascending order of
  /// their tokens.
  public subscript(index: Int) -> (context: [Int32], continuations: NgramContinuations) {
    precondition((0..<head.contextCount).contains(index), "no such context")
    var rest = context(index)
    var tokens: [Int32] = []
    for _ in 1..<order {
      tokens.append(Int32(rest % UInt64(head.vocabularySize)))
      rest /= UInt64(head.vocabularySize)
    }
    return (tokens.reversed(), continuations(ofContext: index))
  }

  private func continuations(ofContext index: Int) -> NgramContinuations {
    let first = index == 0 ? 0 : Int(number(sections.ends, index - 1))
    let end = Int(number(sections.ends, index))
    return NgramContinuations(
      total: Int(number(sections.totals, index)),
      entries: (first..<end).map {
        .init(
          token: Int32(number(sections.tokens, $0)), count: Int(number(sections.counts, $0)))
      })
  }

  private func context(_ index: Int) -> UInt64 {
    UInt64(
      littleEndian: file.bytes.loadUnaligned(
        fromByteOffset: sections.contexts + 8 * index, as: UInt64.self))
  }

  private func number(_ section: Int, _ index: Int) -> UInt32 {
    UInt32(
      littleEndian: file.bytes.loadUnaligned(
        fromByteOffset: section + 4 * index, as: UInt32.self))
  }

  // MARK: Checks

  private func checkContexts() throws {
    var before: UInt64?
    var end: UInt32 = 0
    for index in 0..<head.contextCount {
      let context = context(index)
      guard before.map({ $0 < context }) ?? true else {
        throw damaged(sections.contexts + 8 * index, "contexts are not in ascending order")
      }
      before = context
      let next = number(sections.ends, index)
      guard next > end, Int(next - end) <= head.continuationLimit,
        Int(next) <= head.continuationCount
      else {
        throw damaged(
          sections.ends + 4 * index,
          "context \(index) does not have 1 to \(head.continuationLimit) continuations")
      }
      end = next
    }
    guard Int(end) == head.continuationCount else {
      throw damaged(sections.tokens, "contexts do not span all continuations")
    }
    if let before, before >= head.contextLimit {
      throw damaged(
        sections.contexts + 8 * (head.contextCount - 1),
        "a context has an id beyond the \(head.vocabularySize) of the vocabulary")
    }
  }

  private func checkContinuations() throws {
    var first = 0
    for index in 0..<head.contextCount {
      let end = Int(number(sections.ends, index))
      var sum = 0
      for place in first..<end {
        let token = number(sections.tokens, place)
        guard token < head.vocabularySize else {
          throw damaged(
            sections.tokens + 4 * place,
            "token \(token) is beyond the \(head.vocabularySize) ids of the vocabulary")
        }
        guard !(first..<place).contains(where: { number(sections.tokens, $0) == token }) else {
          throw damaged(sections.tokens + 4 * place, "token \(token) follows a context twice")
        }
        let count = number(sections.counts, place)
        guard count > 0, place == first || count <= number(sections.counts, place - 1) else {
          throw damaged(sections.counts + 4 * place, "counts of a context are not in order")
        }
        sum += Int(count)
      }
      guard sum <= Int(number(sections.totals, index)) else {
        throw damaged(
          sections.totals + 4 * index, "continuations occur more often than their context")
      }
      first = end
    }
  }

  private func damaged(_ offset: Int, _ reason: String) -> NgramIndexError {
    .damaged(path: path, offset: offset, reason: reason)
  }
}

/// What followed a context.
public struct NgramContinuations: Sendable, Equatable {
  /// A token and how often it followed.
  public struct Entry: Sendable, Equatable {
    public let token: Int32
    public let count: Int

    public init(token: Int32, count: Int) {
      self.token = token
      self.count = count
    }
  }

  /// How often the context occurred, with whatever continuation.
  public let total: Int
  /// The most frequent continuations, in order of their count; of equal ones the one that came first
  /// in the text.
  public let entries: [Entry]

  public init(total: Int, entries: [Entry]) {
    self.total = total
    self.entries = entries
  }
}
