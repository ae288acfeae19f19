import Foundation
import TestSupport
import Testing

@testable import FlashShared

@Suite struct WholeSetEvaluationTests {
  static let lengths = [7, 1, 20, 13, 31, 2]

  private func evaluate(
    _ fixture: EvaluationFixture, _ shards: ShardSet, threads: Int = 1,
    _ change: (inout WholeSetEvaluation.Options) -> Void = { _ in }
  ) throws -> EvaluationResult {
    var options = WholeSetEvaluation.Options(windowLength: EvaluationFixture.window)
    change(&options)
    return try WholeSetEvaluation(fixture.model, fixture.store, shards: shards, options: options)
      .run(pool: WorkerPool(count: threads))
  }

  /// The definition, token by token: each target after the inputs of its window.
  private func naive(
    _ fixture: EvaluationFixture, _ tokens: [Int32], window: Int, stride: Int
  ) -> (losses: [Double], hits: Int) {
    var losses: [Double] = []
    var hits = 0
    let stream = [3] + tokens  // end-of-text before the first
    var end = 0
    while end < tokens.count {
      let begin = end
      end = min(tokens.count, end == 0 ? window : end + stride)
      let first = max(0, end - window)
      for target in begin..<end {
        let (loss, isHit) = fixture.score(Array(stream[first...target]), tokens[target])
        losses.append(loss)
        hits += isHit ? 1 : 0
      }
    }
    return (losses, hits)
  }

  @Test(arguments: [1, 3, 8]) func equalsTheNaiveLoop(stride: Int) throws {
    let folder = try TemporaryFolder()
    let fixture = try EvaluationFixture()
    let shards = try EvaluationFixture.shards(folder.path, lengths: Self.lengths)
    let result = try evaluate(fixture, shards) { $0.stride = stride }
    let (losses, hits) = naive(
      fixture, try shards.tokens(in: 0..<shards.tokenCount), window: 8, stride: stride)
    #expect(result.tokens == 74)
    #expect(abs(result.lossSum - losses.reduce(0, +)) < 1e-3)
    #expect(result.hits == hits)
    #expect(result.documents == 6)
    let bits = result.lossSum / log(2)
    #expect(result.bitsPerCharacter == bits / (4 * 74))
    #expect(result.bitsPerByte == bits / (5 * 74))
    #expect(abs(result.perplexity - exp(result.loss)) < 1e-9)

    // The standard error, from its definition.
    var start = 0
    var residuals = 0.0
    for length in Self.lengths {
      let sum = losses[start..<start + length].reduce(0, +)
      residuals += pow(sum - result.loss * Double(length), 2)
      start += length
    }
    let expected = (residuals * 6 / 5).squareRoot() / 74
    #expect(result.clusters == .documents)
    #expect(abs((result.standardError ?? 0) - expected) < 1e-5)
    #expect(abs((result.standardErrorPerCharacter ?? 0) - expected / 4) < 1e-5)
  }

  @Test func moreContextIsAnotherNumber() throws {
    let folder = try TemporaryFolder()
    let fixture = try EvaluationFixture()
    let shards = try EvaluationFixture.shards(folder.path, lengths: Self.lengths)
    #expect(try evaluate(fixture, shards).loss != evaluate(fixture, shards) { $0.stride = 2 }.loss)
  }

  @Test func threadsDoNotChangeABit() throws {
    let folder = try TemporaryFolder()
    let fixture = try EvaluationFixture()
    // More than one round of groups for one worker.
    let shards = try EvaluationFixture.shards(
      folder.path, lengths: [Int](repeating: 50, count: 50))
    let one = try evaluate(fixture, shards)
    for threads in [2, 3] {
      let several = try evaluate(fixture, shards, threads: threads)
      #expect(several.lossSum == one.lossSum)
      #expect(several.hits == one.hits)
      #expect(several.standardError == one.standardError)
    }
  }

  @Test(arguments: [ScoringForm.incremental, .prefixes])
  func prefixesGiveTheSameForACausalModel(form: ScoringForm) throws {
    let folder = try TemporaryFolder()
    let fixture = try EvaluationFixture()
    let shards = try EvaluationFixture.shards(folder.path, lengths: Self.lengths)
    for stride in [3, 8] {
      let parallel = try evaluate(fixture, shards) { $0.stride = stride }
      let prefixOnly = try evaluate(fixture, shards, threads: 2) {
        $0.stride = stride
        $0.form = form
      }
      #expect(abs(prefixOnly.loss - parallel.loss) < 1e-5)
      #expect(prefixOnly.hits == parallel.hits)
      #expect(prefixOnly.tokens == parallel.tokens)
    }
  }

  @Test func withoutEndOfTextTheFirstTokenIsCharged() throws {
    let folder = try TemporaryFolder()
    let fixture = try EvaluationFixture()
    let shards = try EvaluationFixture.shards(folder.path, lengths: [9], endOfText: nil)
    let tokens = try shards.tokens(in: 0..<9)
    let result = try evaluate(fixture, shards)
    var expected = log(31.0)
    for target in 1..<9 {
      expected += fixture.score(Array(tokens[0..<target]), tokens[target]).loss
    }
    #expect(result.tokens == 9)
    #expect(abs(result.lossSum - expected) < 1e-4)
    #expect(result.json["first_token"]?.stringValue?.contains("uniform") == true)
    #expect(result.clusters == .windows)
    #expect(result.standardError == nil)
  }

  @Test func aFewDocumentsAreScoredAlone() throws {
    let folder = try TemporaryFolder()
    let fixture = try EvaluationFixture()
    let shards = try EvaluationFixture.shards(
      folder.file("all"), lengths: Self.lengths, informationBits: 2)
    let part = try EvaluationFixture.shards(
      folder.file("part"), lengths: Array(Self.lengths.prefix(3)), informationBits: 2)
    let some = try evaluate(fixture, shards) { $0.documents = 3 }
    let alone = try evaluate(fixture, part)
    #expect(some.lossSum == alone.lossSum)
    #expect(some.characters == 4 * 28)
    #expect(some.bytes == alone.bytes)
    #expect(some.informationBits == alone.informationBits)
    #expect(some.documents == 3)
  }

  @Test func theFloorIsReported() throws {
    let folder = try TemporaryFolder()
    let fixture = try EvaluationFixture()
    let shards = try EvaluationFixture.shards(
      folder.path, lengths: Self.lengths, informationBits: 2)
    let result = try evaluate(fixture, shards)
    #expect(result.floorBitsPerCharacter == 0.5)
    let above = result.json["bits_per_character_above_floor"]?.doubleValue
    #expect(above == (result.bitsPerCharacter ?? 0) - 0.5)
  }

  @Test func unknownTokensAreChargedTheirIdentity() throws {
    let folder = try TemporaryFolder()
    let fixture = try EvaluationFixture()
    let shards = try EvaluationFixture.shards(folder.path, lengths: Self.lengths)
    let tokens = try shards.tokens(in: 0..<shards.tokenCount)
    let count = tokens.count { $0 == 7 }
    #expect(count > 0)
    let plain = try evaluate(fixture, shards)
    let charged = try evaluate(fixture, shards) {
      $0.unknown = UnknownToken(token: 7, identities: 32)
    }
    #expect(charged.unknownTokens == count)
    #expect(charged.loss == plain.loss)
    let difference = (charged.bitsPerByte ?? 0) - (plain.bitsPerByte ?? 0)
    #expect(abs(difference - 5 * Double(count) / (5 * 74)) < 1e-9)
  }

  @Test func nothingToScoreIsAnError() throws {
    let folder = try TemporaryFolder()
    let fixture = try EvaluationFixture()
    let shards = try EvaluationFixture.shards(folder.path, lengths: [])
    #expect(throws: EvaluationError.nothingToScore(path: folder.path)) {
      try evaluate(fixture, shards)
    }
  }
}
