import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// The blend of an index with the model's distribution, against the formulas over the whole
/// vocabulary.
@Suite struct NgramBlendTests {
  private func probabilities(
    _ logits: [Float], _ continuations: NgramContinuations?, _ settings: SamplerSettings
  ) -> [Double] {
    var sampler = Sampler(settings, vocabularySize: logits.count)
    sampler.apply(
      to: logits, history: [0], guidance: SamplerGuidance(continuations: continuations))
    var kept: [Double] = []
    sampler.candidates.fill(&kept)
    var all = [Double](repeating: 0, count: logits.count)
    for (token, probability) in zip(sampler.candidates.tokens, kept) {
      all[Int(token)] = probability
    }
    return all
  }

  private func softmax(_ logits: [Double]) -> [Double] {
    let weights = logits.map { exp($0 - (logits.max() ?? 0)) }
    return weights.map { $0 / weights.reduce(0, +) }
  }

  private func isClose(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-6) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < tolerance }
  }

  private static let continuations = NgramContinuations(
    total: 20, entries: [.init(token: 5, count: 9), .init(token: 0, count: 6)])

  private func randomLogits(_ seed: UInt64) -> [Float] {
    let stream = RandomStream(seed: seed, purpose: .evaluation)
    return (0..<12).map { Float(3 * stream.normal(at: $0)) }
  }

  /// The card's example: logits (2, 0, −1), continuations of 0.9 and 0.1 for the second and third.
  @Test(arguments: [
    (0.0, [0.90448, 0.07424, 0.02127]), (0.3, [0.19566, 0.66166, 0.14268]),
    (0.8, [0.000530, 0.881144, 0.118326]),
  ])
  func geometricBlendIsTheReferences(_ weight: Double, _ expected: [Double]) {
    var settings = SamplerSettings()
    settings.stages = [.temperature, .ngrams]
    settings.temperature = 0.8
    settings.ngramWeight = weight
    settings.ngramBlend = .geometric
    let blended = probabilities(
      [2, 0, -1],
      NgramContinuations(
        total: 10, entries: [.init(token: 1, count: 9), .init(token: 2, count: 1)]), settings)
    #expect(isClose(blended, expected, 6e-6))
  }

  @Test(arguments: [0.1, 0.3, 0.7, 1.0]) func linearBlendIsTheMixtureOfProbabilities(
    weight: Double
  ) {
    var settings = SamplerSettings()
    settings.ngramWeight = weight
    for seed in 0..<20 {
      let logits = randomLogits(UInt64(seed))
      var expected = softmax(logits.map { Double($0) }).map { $0 * (1 - weight) }
      expected[5] += weight * 9 / 15
      expected[0] += weight * 6 / 15
      #expect(isClose(probabilities(logits, Self.continuations, settings), expected))
    }
  }

  @Test func geometricBlendScoresTokensThatTheIndexLacks() {
    var settings = SamplerSettings()
    settings.ngramWeight = 0.4
    settings.ngramBlend = .geometric
    for seed in 0..<20 {
      let logits = randomLogits(UInt64(seed))
      var scores = [Double](repeating: -10, count: 12)
      scores[5] = log(9.0 / 20 + 1e-10)
      scores[0] = log(6.0 / 20 + 1e-10)
      let expected = softmax(zip(logits, scores).map { 0.6 * Double($0) + 0.4 * $1 })
      #expect(isClose(probabilities(logits, Self.continuations, settings), expected))
    }
  }

  @Test func contextsThatTheIndexLacksLeaveTheModelAlone() {
    var settings = SamplerSettings()
    settings.ngramWeight = 1
    for blend in SamplerSettings.NgramBlend.allCases {
      settings.ngramBlend = blend
      let logits = randomLogits(3)
      #expect(isClose(probabilities(logits, nil, settings), softmax(logits.map { Double($0) })))
    }
  }

  /// Tokens that a stage before has taken away stay away, and their share goes to the others.
  @Test func tokensThatWereTakenAwayStayAway() {
    var settings = SamplerSettings()
    settings.stages = [.topK, .ngrams]
    settings.topK = 2
    settings.ngramWeight = 0.5
    var logits = [Float](repeating: -9, count: 12)
    (logits[0], logits[1]) = (1, 2)
    var expected = [Double](repeating: 0, count: 12)
    let model = softmax([1, 2])
    expected[0] = 0.5 * model[0] + 0.5
    expected[1] = 0.5 * model[1]
    #expect(isClose(probabilities(logits, Self.continuations, settings), expected))
    (logits[1], logits[0], logits[2]) = (1, -9, 2)
    let blended = probabilities(logits, Self.continuations, settings)
    #expect(isClose([blended[1], blended[2]], model))
  }

  @Test func weightsOutsideTheirRangeAreRefused() {
    var settings = SamplerSettings()
    settings.ngramWeight = 1.1
    #expect(settings.problem?.reason == "must have a weight from 0 to 1")
    settings.ngramWeight = 0.5
    #expect(settings.problem == nil)
    settings.stages = [.temperature]
    #expect(settings.problem?.stage == .ngrams)
  }

  /// The longest context that an index has decides, and the model's tokens follow it.
  @Test func generatorsAskTheLongestContextFirst() throws {
    let folder = try TemporaryFolder()
    let fixture = try EvaluationFixture()
    let writer = try ShardSetWriter(path: folder.file("set"), vocabularySize: 31)
    // After 5, 6 comes 7 always; after 6 alone mostly 8.
    try writer.append(
      [5, 6, 7, 6, 8, 6, 8, 6, 8, 6, 8, 9], bytes: 1, characters: 1, informationBits: nil)
    try writer.commit(sources: [], steps: [])
    let set = try ShardSet(path: folder.file("set"))
    var indexes: [NgramIndex] = []
    for order in [2, 3] {
      var settings = NgramIndexBuilder.Settings()
      settings.order = order
      try NgramIndexBuilder(settings).build(set, to: folder.file("\(order)"))
      indexes.append(try NgramIndex(path: folder.file("\(order)")))
    }
    var settings = SamplerSettings()
    settings.ngramWeight = 1
    settings.stages = [.ngrams, .temperature]
    settings.temperature = 0
    func next(_ prompt: [Int32]) throws -> Int32? {
      let generator = Generator(
        fixture.model,
        decoder: Decoder(fixture.model, fixture.store, batch: 1, contextLength: 16),
        settings: settings, ngrams: indexes, seed: 0)
      var token: Int32?
      try generator.generate(prompt, limit: 1) {
        token = $1
        return true
      }
      return token
    }
    #expect(try next([5, 6]) == 7)
    #expect(try next([4, 6]) == 8)
  }

  /// Where the index knows the tokens before, it decides; where it does not, the model does, whatever
  /// the index said of the token before or of another prompt.
  @Test func anUnknownContextHasNoContinuations() throws {
    let folder = try TemporaryFolder()
    let fixture = try EvaluationFixture()
    func best(_ tokens: [Int32]) throws -> Int32 {
      let logits = LogitGraph(
        fixture.model, fixture.store, mode: .evaluation, batch: 1, time: tokens.count
      ).logits(tokens).suffix(31)
      let largest = try #require(logits.max())
      return Int32(try #require(logits.firstIndex(of: largest)) - logits.startIndex)
    }
    // The only context of the index is 5, 6; what follows it there is no favourite of the model's.
    let favourite = try best([4, 5, 6])
    let next = try #require((7..<31).first { try $0 != favourite && best([4, 5, 6, $0]) != $0 })
    let after = try best([4, 5, 6, next])
    let writer = try ShardSetWriter(path: folder.file("set"), vocabularySize: 31)
    try writer.append([5, 6, next], bytes: 1, characters: 1, informationBits: nil)
    try writer.commit(sources: [], steps: [])
    var indexing = NgramIndexBuilder.Settings()
    indexing.order = 3
    try NgramIndexBuilder(indexing).build(ShardSet(path: folder.file("set")), to: folder.file("3"))
    var settings = SamplerSettings()
    settings.ngramWeight = 1
    settings.stages = [.ngrams, .temperature]
    settings.temperature = 0
    let generator = Generator(
      fixture.model, decoder: Decoder(fixture.model, fixture.store, batch: 1, contextLength: 16),
      settings: settings, ngrams: [try NgramIndex(path: folder.file("3"))], seed: 0)
    func generate(_ prompt: [Int32], _ count: Int) throws -> [Int32] {
      var tokens: [Int32] = []
      try generator.generate(prompt, limit: count) {
        tokens.append($1)
        return true
      }
      return tokens
    }
    #expect(try generate([4, 5, 6], 2) == [next, after])
    #expect(try generate([4, 5, 6], 1) == [next])
    #expect(try generate([4, 5, 6, next], 1) == [after])
  }
}
