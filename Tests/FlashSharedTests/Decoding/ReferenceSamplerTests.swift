import Foundation
import Testing

@testable import FlashShared

/// The samplers against calls of a reference's sampling tool: its deterministic outputs, and the
/// distributions that it draws its first token from.
@Suite struct ReferenceSamplerTests {
  private let golden: GoldenSet
  private let model: any LanguageModel
  private let store: ParameterStore
  private let calls: [JSONValue]

  init() throws {
    golden = try GoldenSet(path: "\(GoldenTests.root)/v8.1")
    model = try ModelRegistry.model(
      version: golden.version, configuration: golden.configuration, variant: .published)
    store = try golden.store(for: model)
    calls = try #require(
      JSONValue(contentsOf: "\(golden.path)/sampling_tool.json")["calls"]?.arrayValue)
  }

  /// Temperature, then the frequency penalty, then top-k or top-p.
  private func settings(_ call: JSONValue) -> SamplerSettings {
    var settings = SamplerSettings()
    settings.stages = [.temperature, .frequencyPenalty, .topK, .topP]
    settings.temperature = call["args"]?["temperature"]?.doubleValue ?? 1
    settings.topK = call["args"]?["top_k"]?.integerValue ?? 0
    settings.topP = call["args"]?["top_p"]?.doubleValue ?? 1
    settings.frequencyPenalty = call["args"]?["freq_penalty"]?.doubleValue ?? 0
    settings.repeatLastN = call["args"]?["window"]?.integerValue ?? 100
    return settings
  }

  private func tokens(_ call: JSONValue, _ name: String) -> [Int32] {
    call[name]?.arrayValue?.compactMap(\.integerValue).map { Int32($0) } ?? []
  }

  @Test func firstTokensAreDrawnFromTheSameDistributions() throws {
    let compared = calls.filter { $0["first_step_probs"] != nil }
    #expect(compared.count == 5)
    for call in compared {
      let prompt = tokens(call, "prompt")
      let logits = LogitGraph(model, store, mode: .evaluation, batch: 1, time: prompt.count)
        .logits(prompt).suffix(model.vocabularySize)
      var sampler = Sampler(settings(call), vocabularySize: model.vocabularySize)
      sampler.apply(to: logits, history: prompt)
      var probabilities: [Double] = []
      sampler.candidates.fill(&probabilities)
      var all = [Double](repeating: 0, count: model.vocabularySize)
      for (token, probability) in zip(sampler.candidates.tokens, probabilities) {
        all[Int(token)] = probability
      }
      let expected = call["first_step_probs"]?.arrayValue?.compactMap(\.doubleValue) ?? []
      #expect(expected.count == all.count)
      for (actual, expected) in zip(all, expected) {
        #expect(abs(actual - expected) < 1e-5)
        #expect((actual == 0) == (expected == 0))
      }
    }
  }

  @Test func deterministicCallsGiveTheSameTokens() throws {
    let compared = calls.filter { $0["output"] != nil }
    #expect(compared.count == 3)
    for call in compared {
      let prompt = tokens(call, "prompt")
      let decoder = Decoder(
        model, store, batch: 1, contextLength: golden.inputs[0].count, recomputes: true)
      let generator = Generator(model, decoder: decoder, settings: settings(call), seed: 0)
      var output = prompt
      try generator.generate(prompt, limit: tokens(call, "output").count - prompt.count) {
        output.append($1)
        return true
      }
      #expect(output == tokens(call, "output"))
    }
  }
}
