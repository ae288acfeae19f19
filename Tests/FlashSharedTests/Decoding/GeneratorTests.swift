import Testing

@testable import FlashShared

@Suite struct GeneratorTests {
  static let prompt: [Int32] = [3, 1, 4, 1, 5]

  private func generate(
    _ fixture: EvaluationFixture, batch: Int = 1, firstSample: Int = 0, promptIndex: Int = 0,
    seed: UInt64 = 1, limit: Int = 30, context: Int = 64, recomputes: Bool = false,
    prompt: [Int32] = GeneratorTests.prompt, settings: SamplerSettings = SamplerSettings()
  ) throws -> [[Int32]] {
    let decoder = Decoder(
      fixture.model, fixture.store, batch: batch, contextLength: context, recomputes: recomputes)
    let generator = Generator(
      fixture.model, decoder: decoder, settings: settings, seed: seed)
    var tokens = [[Int32]](repeating: [], count: batch)
    try generator.generate(
      prompt, promptIndex: promptIndex, firstSample: firstSample, limit: limit
    ) { sample, token in
      tokens[sample].append(token)
      return true
    }
    return tokens
  }

  @Test func theSameSeedGivesTheSameTokens() throws {
    let fixture = try EvaluationFixture()
    #expect(try generate(fixture) == generate(fixture))
    #expect(try generate(fixture) != generate(fixture, seed: 2))
    #expect(try generate(fixture) != generate(fixture, promptIndex: 1))
  }

  @Test(arguments: [2, 3, 8]) func samplesDoNotDependOnTheirNeighbours(batch: Int) throws {
    let fixture = try EvaluationFixture()
    let together = try generate(fixture, batch: batch)
    #expect(Set(together).count == batch)
    for sample in 0..<batch {
      #expect(try generate(fixture, firstSample: sample) == [together[sample]])
    }
  }

  @Test func recomputingGivesTheSameTokens() throws {
    let fixture = try EvaluationFixture()
    #expect(try generate(fixture, recomputes: true) == generate(fixture))
    let both = try generate(fixture, batch: 2)
    #expect(try generate(fixture, batch: 2, recomputes: true) == both)
  }

  /// Beyond the context, recomputing sees exactly the last tokens.
  @Test func recomputingForgetsWhatIsTooFarBack() throws {
    let fixture = try EvaluationFixture()
    let long: [Int32] = [9, 8, 7, 6, 3, 1, 4, 1, 5]
    let cut = try generate(fixture, limit: 12, context: 5, recomputes: true)
    #expect(
      try generate(fixture, limit: 12, context: 5, recomputes: true, prompt: long) == cut)
  }

  @Test func longTextsRunOnBeyondTheCache() throws {
    let fixture = try EvaluationFixture()
    let tokens = try generate(fixture, limit: 100, context: 8)[0]
    #expect(tokens.count == 100)
    #expect(tokens.allSatisfy { (0..<Int32(fixture.model.vocabularySize)).contains($0) })
  }

  @Test func greedyTakesTheMostProbable() throws {
    let fixture = try EvaluationFixture()
    var settings = SamplerSettings()
    settings.temperature = 0
    let tokens = try generate(fixture, limit: 10, settings: settings)[0]
    var text = Self.prompt
    for token in tokens {
      let logits = LogitGraph(
        fixture.model, fixture.store, mode: .evaluation, batch: 1, time: text.count
      ).logits(text).suffix(fixture.model.vocabularySize)
      let largest = logits.max() ?? 0
      #expect(logits.firstIndex(of: largest).map { $0 - logits.startIndex } == Int(token))
      text.append(token)
    }
  }

  @Test func aSampleThatIsDoneIsNotContinued() throws {
    let fixture = try EvaluationFixture()
    let decoder = Decoder(fixture.model, fixture.store, batch: 2, contextLength: 16)
    let generator = Generator(
      fixture.model, decoder: decoder, settings: SamplerSettings(), seed: 1)
    var counts = [0, 0]
    try generator.generate(Self.prompt, limit: 9) { sample, _ in
      counts[sample] += 1
      return sample == 1 || counts[0] < 3
    }
    #expect(counts == [3, 9])
  }

  @Test func logitsThatAreNotFiniteAreRefused() throws {
    let fixture = try EvaluationFixture()
    let parameter = fixture.model.layout.parameters[0]
    fixture.store.setValues(
      [Float](repeating: .nan, count: parameter.count), of: parameter)
    #expect(throws: DecodingError.notFinite(position: 5)) { try generate(fixture) }
  }
}
