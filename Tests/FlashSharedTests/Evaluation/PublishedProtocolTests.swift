import Foundation
import TestSupport
import Testing

@testable import FlashShared

@Suite struct PublishedProtocolTests {
  private func measure(
    _ fixture: EvaluationFixture, _ shards: ShardSet, threads: Int = 2, seed: UInt64 = 5,
    _ measuring: JSONObject
  ) throws -> PublishedProtocolResult {
    let recipe = try Recipe(
      ["data": ["window": 8], "protocol": .object(measuring)], source: "test")
    return try PublishedProtocol(recipe, seed: seed)
      .run(fixture.model, fixture.store, shards: shards, pool: WorkerPool(count: threads))
  }

  @Test func randomWindowsAreThoseOfTheSeed() throws {
    let folder = try TemporaryFolder()
    let fixture = try EvaluationFixture()
    let shards = try EvaluationFixture.shards(folder.path, lengths: [60, 40])
    let result = try measure(fixture, shards, ["batches": 3, "sequences": 2])
    let stream = RandomStream(seed: 5, purpose: .evaluation)
    var means: [Double] = []
    for batch in 0..<3 {
      var sum = 0.0
      for sequence in 0..<2 {
        let draw = UInt64(batch * 2 + sequence)
        let begin = 8 * Int(stream.integer(at: draw, below: 12))
        let tokens = try shards.tokens(in: begin..<begin + 9)
        for target in 1...8 {
          sum += fixture.score(Array(tokens[..<target]), tokens[target]).loss
        }
      }
      means.append(sum / 16)
    }
    let mean = means.reduce(0, +) / 3
    #expect(abs(result.loss - mean) < 1e-5)
    let deviation = (means.reduce(0) { $0 + pow($1 - mean, 2) } / 2).squareRoot()
    #expect(abs((result.batchDeviation ?? 0) - deviation) < 1e-5)
    #expect(result.tokens == 48)
    #expect(abs(result.perplexity - exp(result.loss)) < 1e-9)
    let other = try measure(fixture, shards, threads: 1, ["batches": 3, "sequences": 2])
    #expect(other.loss == result.loss)
    #expect(try measure(fixture, shards, seed: 6, ["batches": 3]).loss != result.loss)
  }

  @Test func firstWindowsAreInOrder() throws {
    let folder = try TemporaryFolder()
    let fixture = try EvaluationFixture()
    let shards = try EvaluationFixture.shards(folder.path, lengths: [60, 40])
    let result = try measure(
      fixture, shards, ["sample": "first_windows", "batches": 2, "sequences": 3])
    let tokens = try shards.tokens(in: 0..<49)
    var sum = 0.0
    for target in 1...48 {
      let begin = (target - 1) / 8 * 8
      sum += fixture.score(Array(tokens[begin..<target]), tokens[target]).loss
    }
    #expect(abs(result.loss - sum / 48) < 1e-5)
  }

  /// The first tokens of stories over a length, each by itself, over the characters of whole ones.
  @Test func storiesAreCutButCountedInFull() throws {
    let folder = try TemporaryFolder()
    let fixture = try EvaluationFixture()
    let lengths = [20, 2, 9, 5, 30, 12]
    let shards = try EvaluationFixture.shards(folder.path, lengths: lengths)
    let result = try measure(
      fixture, shards,
      ["sample": "stories", "stories": 5, "characters_over": 20, "tokens": 10])
    var sum = 0.0
    var targets = 0
    for document in [0, 2, 4] {
      let tokens = Array(
        try shards.tokens(in: shards.documentRange(document)).dropLast().prefix(10))
      for target in 1..<tokens.count {
        sum += fixture.score(Array(tokens[..<target]), tokens[target]).loss
        targets += 1
      }
    }
    #expect(result.stories == 3)
    #expect(result.tokens == targets)
    #expect(result.characters == 4 * (20 + 9 + 30))
    #expect(abs(result.loss - sum / Double(targets)) < 1e-5)
    let bits = sum / log(2) / Double(4 * (20 + 9 + 30))
    #expect(abs((result.bitsPerCharacter ?? 0) - bits) < 1e-5)
  }

  @Test func unknownSamplesAndShortSetsAreRefused() throws {
    let folder = try TemporaryFolder()
    let fixture = try EvaluationFixture()
    let shards = try EvaluationFixture.shards(folder.path, lengths: [8])
    let error = #expect(throws: RecipeError.self) {
      try measure(fixture, shards, ["sample": "best_of_ten"])
    }
    #expect(error?.description.contains("random_windows, first_windows or stories") == true)
    #expect(
      throws: EvaluationError.tooFewTokens(path: folder.path, tokens: 8, window: 8)
    ) { try measure(fixture, shards, [:]) }
  }

  @Test func storiesNeedTheirCharacters() throws {
    let folder = try TemporaryFolder()
    let writer = try ShardSetWriter(path: folder.path, vocabularySize: 31, endOfTextToken: 3)
    try writer.append([1, 2, 3], bytes: nil, characters: nil, informationBits: nil)
    try writer.commit(sources: [], steps: [])
    let error = #expect(throws: EvaluationError.unknownSizes(path: folder.path)) {
      try measure(EvaluationFixture(), ShardSet(path: folder.path), ["sample": "stories"])
    }
    #expect(error?.description.contains("characters are not known") == true)
  }
}
