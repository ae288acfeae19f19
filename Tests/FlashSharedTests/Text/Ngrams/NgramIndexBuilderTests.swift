import TestSupport
import Testing

@testable import FlashShared

/// Indexes against a naive count.
@Suite struct NgramIndexBuilderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A text in which few tokens are frequent, in several shards and documents.
  private func shards(
    _ count: Int, vocabulary: Int, hash: String? = nil, seed: UInt64 = 1
  ) throws -> (ShardSet, [Int32]) {
    let stream = RandomStream(seed: seed, purpose: .evaluation)
    let tokens = (0..<count).map { index in
      let uniform = stream.uniform(at: UInt64(index))
      return Int32(uniform * uniform * uniform * Double(vocabulary))
    }
    let path = folder.file("shards-\(seed)")
    let writer = try ShardSetWriter(
      path: path, vocabularySize: vocabulary, tokenizerHash: hash, shardTokens: 1000)
    var start = 0
    while start < count {
      let end = min(start + 700, count)
      try writer.append(Array(tokens[start..<end]), bytes: 1, characters: 1, informationBits: nil)
      start = end
    }
    try writer.commit(sources: [], steps: [])
    return (try ShardSet(path: path), tokens)
  }

  /// Counts with a dictionary: for each context its total and its continuations, the most frequent
  /// first, of equal ones the one that came first.
  private func naiveCount(
    _ tokens: [Int32], order: Int, limit: Int, minimumCount: Int = 1
  ) -> [[Int32]: NgramContinuations] {
    var found: [[Int32]: [Int32: (count: Int, position: Int)]] = [:]
    for start in 0..<max(0, tokens.count - order + 1) {
      let context = Array(tokens[start..<(start + order - 1)])
      found[context, default: [:]][tokens[start + order - 1], default: (0, start)].count += 1
    }
    return found.compactMapValues { continuations in
      let total = continuations.values.reduce(0) { $0 + $1.count }
      guard total >= minimumCount else { return nil }
      let sorted = continuations.sorted {
        ($1.value.count, $0.value.position) < ($0.value.count, $1.value.position)
      }
      return NgramContinuations(
        total: total,
        entries: sorted.prefix(limit).map { .init(token: $0.key, count: $0.value.count) })
    }
  }

  private func build(
    _ set: ShardSet, order: Int = 4, limit: Int = 5, minimumCount: Int = 1, memory: Int = 1 << 20,
    name: String = "index"
  ) throws -> NgramIndex {
    var settings = NgramIndexBuilder.Settings()
    settings.order = order
    settings.continuations = limit
    settings.minimumCount = minimumCount
    settings.memoryLimit = memory
    try NgramIndexBuilder(settings).build(set, to: folder.file(name))
    return try NgramIndex(path: folder.file(name))
  }

  @Test(arguments: [2, 3, 4, 6]) func indexIsTheNaiveCount(order: Int) throws {
    let (set, tokens) = try shards(60_000, vocabulary: 40)
    let index = try build(set, order: order)
    let expected = naiveCount(tokens, order: order, limit: 5)
    #expect(index.head.contextCount == expected.count)
    #expect(index.head.ngramCount == tokens.count - order + 1)
    for place in 0..<index.head.contextCount {
      let (context, continuations) = index[place]
      #expect(continuations == expected[context])
      #expect(index.continuations(after: [7, 7] + context) == continuations)
    }
  }

  /// Batches of 1,024 n-grams, hundreds of them, give the file that one batch gives.
  @Test func memoryChangesNothing() throws {
    let (set, tokens) = try shards(200_000, vocabulary: 60)
    _ = try build(set, memory: 1, name: "small")
    _ = try build(set, memory: 1 << 26, name: "large")
    let small = try FileBytes(path: folder.file("small"))
    let large = try FileBytes(path: folder.file("large"))
    #expect(small.bytes.elementsEqual(large.bytes))
    #expect(tokens.count > 100 * 1024)
  }

  @Test func rareContextsAndContinuationsAreLeftOut() throws {
    let (set, tokens) = try shards(20_000, vocabulary: 30)
    let index = try build(set, order: 3, limit: 2, minimumCount: 4)
    let expected = naiveCount(tokens, order: 3, limit: 2, minimumCount: 4)
    #expect(index.head.contextCount == expected.count && !expected.isEmpty)
    for place in 0..<index.head.contextCount {
      #expect(index[place].continuations == expected[index[place].context])
    }
  }

  @Test func largeIdsKeepTheirDigits() throws {
    let (set, tokens) = try shards(3000, vocabulary: 50_257)
    let index = try build(set)
    let expected = naiveCount(tokens, order: 4, limit: 5)
    #expect(index.head.contextCount == expected.count)
    for place in 0..<index.head.contextCount {
      #expect(index[place].continuations == expected[index[place].context])
    }
    #expect(
      throws: NgramIndexError.tooManyNgrams(order: 5, vocabularySize: 50_257, largestOrder: 4)
    ) { try build(set, order: 5) }
  }

  @Test func textsShorterThanAnNgramHaveAnEmptyIndex() throws {
    let (set, _) = try shards(3, vocabulary: 9)
    let index = try build(set)
    #expect(index.head.contextCount == 0 && index.head.ngramCount == 0)
    #expect(index.continuations(after: [1, 2, 3]) == nil)
  }

  @Test func lookupsOutsideTheIndexFindNothing() throws {
    let (set, tokens) = try shards(5000, vocabulary: 20)
    let index = try build(set)
    let known = try #require(naiveCount(tokens, order: 4, limit: 5)[[0, 0, 0]])
    #expect(index.continuations(after: []) == nil)
    #expect(index.continuations(after: [0, 0]) == nil)
    #expect(index.continuations(after: [0, 0, 0]) == known)
    #expect(index.continuations(after: [0, 0, 20]) == nil)
    #expect(index.continuations(after: [0, -1, 0]) == nil)
    #expect(index.continuations(after: [19, 18, 19]) == nil)
  }

  @Test func theTokenizerIsKept() throws {
    let hash = String(repeating: "0123456789abcdef", count: 4)
    let (set, _) = try shards(100, vocabulary: 20, hash: hash, seed: 2)
    #expect(try build(set).head.tokenizerHash == hash)
  }
}
