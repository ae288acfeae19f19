import Foundation
import Testing

@testable import FlashShared

/// v7's early exits in decoding.
@Suite struct DepthDecoderTests {
  private static let temperature = 0.8

  /// The golden v7 with other thresholds.
  private struct Fixture {
    let golden: GoldenSet
    let depth: AdaptiveDepth
    let model: any LanguageModel
    let store: ParameterStore

    init(_ variant: Variant, thresholds: [Double]) throws {
      golden = try GoldenSet(path: "\(GoldenTests.root)/v7")
      var members = golden.configuration.members
      members["exit_thresholds"] = .array(thresholds.map { .number($0) })
      model = try ModelRegistry.model(
        version: "v7", configuration: ModelConfiguration(members, source: "v7"), variant: variant)
      depth = try #require(model.depth)
      store = try golden.store(for: model)
    }

    func decoder(_ mode: Graph.Mode, batch: Int, time: Int) -> DepthDecoder {
      DepthDecoder(
        depth, store, mode: mode, batch: batch, time: time, contextLength: 64,
        temperature: DepthDecoderTests.temperature)
    }
  }

  /// 1 − H/ln V as the card has it, with 1e-10 in the logarithm.
  private static func confidence(_ logits: some Collection<Float>) -> Double {
    let scaled = logits.map { Double($0) / temperature }
    let largest = scaled.max() ?? 0
    let terms = scaled.map { exp($0 - largest) }
    let total = terms.reduce(0, +)
    var entropy = 0.0
    for term in terms { entropy -= term / total * log(term / total + 1e-10) }
    return 1 - entropy / log(Double(scaled.count))
  }

  /// Published, the exit is taken whose logits are confident at every position: the golden logits of
  /// exits and of the last layer say which.
  @Test func publishedExitsAreTheGoldenOnes() throws {
    let vectors = try Safetensors(path: "\(GoldenTests.root)/v7/published.safetensors")
    let shape = try #require(vectors.shape(of: "logits"))
    let (time, width) = (shape[1], shape[2])
    let logits = try ["exit_logits.0", "exit_logits.1", "logits"].map {
      Array(try vectors.values(of: $0).prefix(time * width))  // the first sequence
    }
    let least = logits.map { rows in
      (0..<time).map { Self.confidence(rows[$0 * width..<($0 + 1) * width]) }.min() ?? 0
    }
    let step = 1e-5
    for (thresholds, stage) in [
      ([least[0] - step, 1], 0), ([least[0] + step, least[1] - step], 1),
      ([least[0] + step, least[1] + step], 2),
    ] {
      let fixture = try Fixture(.published, thresholds: thresholds)
      let decoder = Decoder(
        fixture.model, fixture.store, batch: 1, contextLength: time,
        exitTemperature: Self.temperature)
      #expect(!decoder.isIncremental)
      decoder.append(prompt: fixture.golden.inputs[0])
      let expected = Array(logits[stage].suffix(width))
      let difference = Conformance.relativeDifference(Array(decoder.logits(of: 0)), expected)
      #expect(difference < 1e-4, "stage \(stage)")
    }
  }

  /// Stages that catch up give what a run over the whole context gives, and neighbours that leave
  /// elsewhere change nothing.
  @Test func catchingUpChangesNothing() throws {
    let sequences = (0..<3).map { (sequence: Int) -> [Int32] in
      (0..<30).map { (index: Int) -> Int32 in
        Int32((index * 31 + sequence * 17 + index * index) % 96)
      }
    }
    // Thresholds between the confidences that occur, so that every depth does.
    func confidences(_ stage: Int) throws -> [Double] {
      let all = try Fixture(.sound, thresholds: stage == 0 ? [-1, -1] : [2, -1])
      return sequences.flatMap { tokens in
        let decoder = all.decoder(.decoding, batch: 1, time: 1)
        return tokens.map { token in
          decoder.run([token])
          return Self.confidence(decoder.logits(of: 0))
        }
      }.sorted()
    }
    let thresholds = try (0..<2).map { stage in
      let sorted = try confidences(stage)
      let place = sorted.count * (stage == 0 ? 2 : 1) / 3
      return (sorted[place] + sorted[place + 1]) / 2
    }
    let fixture = try Fixture(.sound, thresholds: thresholds)
    let together = fixture.decoder(.decoding, batch: 3, time: 1)
    var seen: Set<Int> = []
    for position in 0..<30 {
      together.run(sequences.map { $0[position] })
      for (index, tokens) in sequences.enumerated() {
        let whole = fixture.decoder(.evaluation, batch: 1, time: position + 1)
        whole.run(tokens[...position])
        #expect(together.depths[index] == whole.depths[0])
        seen.insert(whole.depths[0])
        let difference = Conformance.relativeDifference(
          Array(together.logits(of: index)), Array(whole.logits(of: 0)))
        #expect(difference < 1e-4)
      }
    }
    #expect(seen == [0, 1, 2])

    // Again from the start; and a token that goes all the way has the model's own logits.
    let never = try Fixture(.sound, thresholds: [2, 2])
    let decoder = never.decoder(.decoding, batch: 1, time: 1)
    decoder.run([5])
    decoder.reset()
    let own = LogitGraph(
      never.model, never.store, mode: .decoding, batch: 1, time: 1, contextLength: 64)
    for token in sequences[0] {
      decoder.run([token])
      #expect(Array(decoder.logits(of: 0)) == own.logits([token]))
    }
  }

  @Test(arguments: [1, 2, 16, 96, 4099]) func entropyOfASoftmax(_ count: Int) {
    let logits = (0..<count).map { (index: Int) -> Float in
      index == 7 ? -200 : 6 * sin(Float(index) * 1.3)
    }
    let terms = logits.map { exp(Double($0) * 1.25) }
    let total = terms.reduce(0, +)
    var entropy = 0.0
    for term in terms where term > 0 { entropy -= term / total * log(term / total) }
    let found = Kernel.softmaxEntropy(logits, scale: 1.25, count: count)
    #expect(abs(Double(found) - entropy) < 1e-5)
  }
}
