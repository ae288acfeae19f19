import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// The order of chunks is NumPy's; the numbers here were printed by NumPy 2.
@Suite struct ChunkOrderTests {
  @Test func drawsAreNumPys() {
    // RandomState(42).randint(0, 2**32, 1000, dtype=uint32): the first and the last ones.
    var generator = MersenneTwister(seed: 42)
    let draws = (0..<1000).map { _ in generator.next() }
    #expect(draws.prefix(4) == [1_608_637_542, 3_421_126_067, 4_083_286_876, 787_846_414])
    #expect(draws.suffix(2) == [4_235_742_911, 1_946_654_618])
  }

  @Test func permutationsAreNumPys() {
    #expect(ChunkOrder.permutation(count: 0, seed: 42) == [])
    #expect(ChunkOrder.permutation(count: 1, seed: 42) == [0])
    #expect(ChunkOrder.permutation(count: 10, seed: 42) == [8, 1, 5, 0, 7, 2, 9, 4, 3, 6])
    #expect(
      ChunkOrder.permutation(count: 1000, seed: 42).prefix(8)
        == [521, 737, 740, 660, 411, 678, 626, 513])
    #expect(
      ChunkOrder.permutation(count: 70_000, seed: 7).suffix(4) == [10742, 49689, 58564, 61615])
    // As many chunks of 256 as the train text has: (permutation * arange % 1000003).sum().
    let large = ChunkOrder.permutation(count: 2_148_437, seed: 42)
    var sum = 0
    for (index, chunk) in large.enumerated() { sum += index * Int(chunk) % 1_000_003 }
    #expect(sum == 1_074_068_190_063)
  }

  @Test func aSetIsPacked() throws {
    let folder = try TemporaryFolder()
    let lines = (0..<11).map { (line: Int) -> String in
      #"{"tokens": [\#(3 * line), \#(3 * line + 1), \#(3 * line + 2)]}"#
    }
    let input = TokenInput(
      paths: [try folder.file("tokens.jsonl", lines.joined(separator: "\n"))], vocabularySize: 40)
    try input.open()
    var settings = TokenPacking.Settings()
    settings.allowsEmpty = true
    settings.chunkOrder = ChunkOrder(tokens: 3, seed: 42)
    settings.firstTokens = 32
    let manifest = try TokenPacking(settings, input: input).run(
      training: folder.file("set"), validation: nil
    ).training
    let set = try ShardSet(path: folder.file("set"))
    try set.verify()
    let order: [Int] = [8, 1, 5, 0, 7, 2, 9, 4, 3, 6]
    var expected: [Int] = []
    for chunk in order { expected += 3 * chunk..<3 * chunk + 3 }
    #expect(try set.tokens(in: 0..<set.tokenCount).map { Int($0) } == expected)
    #expect(manifest.documentCount == 1)
    #expect(set.sourceBytes == nil)
  }

  @Test func tooFewTokensAreRefused() throws {
    let folder = try TemporaryFolder()
    let input = TokenInput(
      paths: [try folder.file("tokens.jsonl", #"{"tokens": [1, 2]}"#)], vocabularySize: 4)
    try input.open()
    var settings = TokenPacking.Settings()
    settings.allowsEmpty = true
    settings.chunkOrder = ChunkOrder(tokens: 3, seed: 42)
    let packing = TokenPacking(settings, input: input)
    #expect(throws: CurationError.self) {
      try packing.run(training: folder.file("set"), validation: nil)
    }
  }
}
