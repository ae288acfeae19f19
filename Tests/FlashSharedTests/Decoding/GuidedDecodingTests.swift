import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// The search with a value head, and the compass, against the reference's calls and against naive
/// computations over the whole text.
@Suite struct GuidedDecodingTests {
  /// A golden model in its sound variant, which decodes incrementally.
  private struct Fixture {
    let model: any LanguageModel
    let store: ParameterStore

    init(_ name: String, variant: Variant = .sound) throws {
      let golden = try GoldenSet(path: "\(GoldenTests.root)/\(name)")
      model = try ModelRegistry.model(
        version: golden.version, configuration: golden.configuration, variant: variant)
      store = try golden.store(for: model)
    }

    /// Logits and value of a text's last position, over the whole text at once.
    func evaluate(_ text: [Int32]) -> (logits: [Float], value: Float) {
      let graph = LogitGraph(
        model, store, mode: .evaluation, batch: 1, time: text.count, guides: .value)
      graph.run(text)
      return (Array(graph.lastLogits(of: 0)), graph.lastValue(of: 0) ?? .nan)
    }
  }

  private static let prompt: [Int32] = [21, 16, 10, 33, 25]

  private func search(
    _ fixture: Fixture, _ search: SearchSettings, _ settings: SamplerSettings = SamplerSettings(),
    recomputes: Bool = false, seed: UInt64 = 1, firstSample: Int = 0, limit: Int = 24
  ) throws -> [Int32] {
    let decoder = Decoder(
      fixture.model, fixture.store, batch: search.candidates, contextLength: 64,
      recomputes: recomputes, guides: .value)
    let generator = Generator(
      fixture.model, decoder: decoder, settings: settings, search: search, seed: seed)
    #expect(generator.samples == 1)
    var tokens: [Int32] = []
    try generator.generate(Self.prompt, firstSample: firstSample, limit: limit) {
      tokens.append($1)
      return true
    }
    return tokens
  }

  // MARK: The reference's calls

  static let golden = GoldenTests.directories.filter {
    FileManager.default.fileExists(atPath: "\(GoldenTests.root)/\($0)/generation.json")
      && ($0.hasPrefix("v7.4") || $0.hasPrefix("v7.5") || $0.hasPrefix("v7.6")
        || $0.hasPrefix("v8") || $0.hasPrefix("v9.2"))
  }

  @Test(arguments: golden) func everyCallOfTheReferenceIsReplayed(_ name: String) throws {
    let golden = try GoldenSet(path: "\(GoldenTests.root)/\(name)")
    let model = try ModelRegistry.model(
      version: golden.version, configuration: golden.configuration, variant: .published)
    var result = ConformanceResult(version: golden.version, variant: .published)
    try Conformance(golden).checkGeneration(model, &result)
    let calls = try JSONValue(contentsOf: "\(golden.path)/generation.json").arrayValue ?? []
    #expect(result.failures == [])
    #expect(result.skippedGenerationCalls == 0)
    #expect(result.generationCalls == calls.count && !calls.isEmpty)
  }

  @Test func searchesAndCompassesAreAmongThem() { #expect(Self.golden.count >= 6) }

  // MARK: The search

  @Test(arguments: ["v8", "v8.1", "v8.2", "v8.3"])
  func searchIsTheBestScoreOverTheWholeText(version: String) throws {
    let fixture = try Fixture(version)
    var settings = SamplerSettings()
    settings.stages = SamplerSettings.referenceStages
    settings.temperature = 0.8
    settings.topK = 40
    var search = SearchSettings()
    search.candidates = 5
    search.valueWeight = 1.5
    search.repetitionPenalty = 0.5
    let tokens = try self.search(fixture, search, settings)
    var text = Self.prompt
    for token in tokens {
      var sampler = Sampler(settings, vocabularySize: fixture.model.vocabularySize)
      sampler.apply(to: fixture.evaluate(text).logits, history: text)
      var probabilities: [Double] = []
      sampler.candidates.fill(&probabilities)
      let ranked = zip(sampler.candidates.tokens, probabilities).sorted { $0.1 > $1.1 }.prefix(5)
      let scores = ranked.map { candidate, probability in
        log(probability) - 1.5 * Double(fixture.evaluate(text + [candidate]).value)
          - 0.5 * Double(text.count { $0 == candidate })
      }
      let best = scores.indices.max { scores[$0] < scores[$1] }
      #expect(best.map { Array(ranked)[$0].0 } == token)
      text.append(token)
    }
    #expect(Set(tokens).count > 1)
  }

  @Test(arguments: ["v8", "v8.1"]) func recomputingFindsTheSame(version: String) throws {
    let fixture = try Fixture(version)
    var settings = SearchSettings()
    for choice in SearchSettings.Choice.allCases {
      settings.choice = choice
      #expect(
        try search(fixture, settings) == search(fixture, settings, recomputes: true))
    }
  }

  @Test func drawnCandidatesDependOnTheSeedAndMostProbableOnesDoNot() throws {
    let fixture = try Fixture("v8.1")
    var settings = SearchSettings()
    #expect(try search(fixture, settings) == search(fixture, settings, seed: 2))
    settings.choice = .draw
    settings.candidates = 2
    let drawn = try search(fixture, settings)
    #expect(try search(fixture, settings) == drawn)
    #expect(try search(fixture, settings, seed: 2) != drawn)
    #expect(try search(fixture, settings, firstSample: 1) != drawn)
  }

  @Test func withoutAWeightTheMostProbableTokenWins() throws {
    let fixture = try Fixture("v8.1")
    var settings = SearchSettings()
    settings.valueWeight = 0
    let greedy = try search(fixture, settings)
    settings.candidates = 1
    #expect(try search(fixture, settings) == greedy)
    settings.valueWeight = 5
    #expect(try search(fixture, settings) == greedy)
    settings.candidates = 8
    #expect(try search(fixture, settings) != greedy)
  }

  /// Draws without replacement have the probabilities of successive draws.
  @Test func drawnCandidatesAreDifferentAndFollowTheirProbabilities() {
    var candidates = Candidates(vocabularySize: 4)
    candidates.reset([log(0.5), log(0.3), log(0.2), -Float.infinity])
    var settings = SearchSettings()
    settings.choice = .draw
    settings.candidates = 2
    var search = ValueSearch(settings)
    var pairs: [[Int32]: Int] = [:]
    let stream = RandomStream(seed: 3, purpose: .sampling)
    for trial in 0..<20_000 {
      search.choose(from: candidates) { stream.uniform(at: UInt64(2 * trial + $0)) }
      pairs[search.tokens, default: 0] += 1
    }
    let shares: [Int32: Double] = [0: 0.5, 1: 0.3, 2: 0.2]
    for (first, share) in shares {
      for (second, other) in shares where second != first {
        let expected = share * other / (1 - share)
        #expect(abs(Double(pairs[[first, second]] ?? 0) / 20_000 - expected) < 0.015)
      }
    }
    #expect(pairs.count == 6)
    settings.candidates = 4
    search = ValueSearch(settings)
    search.choose(from: candidates) { _ in 0.999 }
    #expect(Set(search.tokens) == [0, 1, 2])
  }

  @Test func settingsThatCannotBeUsed() {
    var settings = SearchSettings()
    settings.candidates = 33
    #expect(settings.problem?.contains("from 1 to 32") == true)
    settings.candidates = 0
    #expect(settings.problem?.contains("from 1 to 32") == true)
    settings = SearchSettings()
    settings.valueWeight = .nan
    #expect(settings.problem?.contains("must be numbers") == true)
  }

  // MARK: Branches

  /// After branching, the sequences of every sound model go on as one of them.
  @Test(arguments: GoldenTests.soundDirectories) func branchesContinueOneSequence(
    _ name: String
  ) throws {
    let golden = try GoldenSet(path: "\(GoldenTests.root)/\(name)")
    let model = try ModelRegistry.model(
      version: golden.version, configuration: golden.configuration, variant: .sound)
    try #require(model.decodesIncrementally)
    let store = try golden.store(for: model)
    let row = golden.inputs[0]
    let decoder = Decoder(model, store, batch: 3, contextLength: row.count)
    let alone = Decoder(model, store, batch: 1, contextLength: row.count)
    let other = (row[1] + 1) % Int32(model.vocabularySize)
    for token in row.prefix(4) { decoder.append([other, token, token]) }
    for token in row.prefix(4) { alone.append([token]) }
    decoder.branch(from: 1)
    for token in row.dropFirst(4) {
      decoder.append([token, token, token])
      alone.append([token])
      for sequence in 0..<3 {
        #expect(decoder.logits(of: sequence).elementsEqual(alone.logits(of: 0)))
      }
    }
  }

  // MARK: The compass

  @Test func theCompassIsACosineWithTheEmbeddings() throws {
    let fixture = try Fixture("v9.2")
    let text = Self.prompt
    let graph = LogitGraph(
      fixture.model, fixture.store, mode: .evaluation, batch: 1, time: text.count,
      guides: .compass)
    graph.run(text)
    let direction = try #require(graph.lastCompass(of: 0)).direction.map { Double($0) }
    let width = direction.count
    let embeddings = fixture.store.copyValues(of: graph.output.head).map { Double($0) }
    for recomputes in [false, true] {
      let decoder = Decoder(
        fixture.model, fixture.store, batch: 1, contextLength: 16, recomputes: recomputes,
        guides: .compass)
      decoder.append(prompt: text)
      var cosines: [Float] = []
      decoder.fillCompass(of: 0, &cosines)
      #expect(cosines.count == fixture.model.vocabularySize)
      for (token, cosine) in cosines.enumerated() {
        let embedding = embeddings[(token * width)..<((token + 1) * width)]
        let product = zip(direction, embedding).reduce(0) { $0 + $1.0 * $1.1 }
        let norms = [Array(embedding), direction].map { vector in
          vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        #expect(abs(Double(cosine) - product / (norms[0] * norms[1])) < 1e-5)
      }
    }
  }

  @Test func theCompassIsAddedWhereItStandsInTheOrder() {
    var settings = SamplerSettings()
    settings.stages = [.temperature, .compass]
    settings.temperature = 2
    settings.compassWeight = 3
    var sampler = Sampler(settings, vocabularySize: 2)
    sampler.apply(
      to: [1, 4], history: [0], guidance: SamplerGuidance(compass: [0.5, -1]))
    #expect(sampler.candidates.logits == [2, -1])
    sampler.apply(to: [1, 4], history: [0])
    #expect(sampler.candidates.logits == [0.5, 2])
  }

  // MARK: Models without guides

  @Test func modelsWithoutAGuideAreRefused() throws {
    let fixture = try EvaluationFixture()
    let tokenizer = Tokenizer(
      model: BytePairModel(tokens: ByteAlphabet.characters.map { String($0) }, merges: []),
      addedTokens: [], addsPrefixSpace: false)
    var options = TextGenerator.Options(contextLength: 8)
    options.search = SearchSettings()
    let value = #expect(throws: DecodingError.noValueHead) {
      try TextGenerator(
        fixture.model, fixture.store, tokenizer: tokenizer, endOfText: nil, options: options)
    }
    #expect(value?.description.contains("v8, v8.1, v8.2, v8.3") == true)
    options.search = nil
    options.sampler.compassWeight = 2
    let compass = #expect(throws: DecodingError.noCompass) {
      try TextGenerator(
        fixture.model, fixture.store, tokenizer: tokenizer, endOfText: nil, options: options)
    }
    #expect(compass?.description.contains("v9.2") == true)
  }
}
