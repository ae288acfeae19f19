import Foundation
import TestSupport
import Testing

@testable import FlashShared

@Suite struct LeakMeasurementTests {
  private let folder: TemporaryFolder
  private let pool = WorkerPool(count: 2)

  init() throws { folder = try TemporaryFolder() }

  /// v7.4 with random weights, large enough that its predictions differ.
  private func cortex(_ variant: Variant) throws -> (any LanguageModel, ParameterStore) {
    let model = try ModelRegistry.model(
      version: "v7.4",
      configuration: ModelConfiguration(
        [
          "vocab": 31, "d_model": 16, "n_layers": 2, "d_ff": 24, "n_heads": 2, "d_head": 8,
          "window_size": 6, "d_mem": 4,
        ], source: "test"),
      variant: variant)
    let store = ParameterStore(model.layout)
    store.initialize(seed: 3)
    for parameter in model.layout.parameters where parameter.shape.count == 2 {
      store.setValues(store.copyValues(of: parameter).map { $0 * 12 }, of: parameter)
    }
    return (model, store)
  }

  private func measure(_ variant: Variant, windows: Int = 3) throws -> LeakMeasurement {
    let shards = try EvaluationFixture.shards(folder.file("\(variant)"), lengths: [70, 30])
    let (model, store) = try cortex(variant)
    return try LeakMeasurement(
      model, store, shards: shards, options: .init(windows: windows, windowLength: 12), pool: pool)
  }

  @Test func aModelThatSeesTheFutureShowsAGap() throws {
    let leak = try measure(.published)
    #expect(leak.leaks)
    #expect(leak.form == .prefixes)
    #expect(leak.windows == 3)
    #expect(leak.tokens == 36)
    #expect(abs(leak.gap) > 1e-3)
    let error = try #require(leak.standardError)
    #expect(error > 0)
  }

  @Test func aCausalModelShowsNone() throws {
    let leak = try measure(.sound)
    #expect(!leak.leaks)
    #expect(leak.form == .incremental)
    #expect(abs(leak.gap) < 1e-4 * leak.teacherForcedLoss)
  }

  /// The prefix-only loss is that of the last position of a forward pass over each prefix.
  @Test func prefixesAreScoredByThemselves() throws {
    let shards = try EvaluationFixture.shards(folder.file("short"), lengths: [9])
    let (model, store) = try cortex(.published)
    let leak = try LeakMeasurement(
      model, store, shards: shards, options: .init(windows: 5, windowLength: 9), pool: pool)
    #expect(leak.windows == 1)
    #expect(leak.standardError == nil)
    let tokens = try shards.tokens(in: 0..<9)
    let lead = 1 + model.objective.targetShift
    // Before the first token lies end-of-text, as often as the model looks ahead.
    let stream = [Int32](repeating: 3, count: lead) + tokens
    var sum = 0.0
    for target in 0..<9 {
      let inputs = Array(stream[0...target])
      let logits = LogitGraph(model, store, mode: .evaluation, batch: 1, time: inputs.count)
        .logits(inputs).suffix(model.vocabularySize).map { Double($0) }
      let largest = logits.max() ?? 0
      sum +=
        log(logits.reduce(0) { $0 + exp($1 - largest) }) + largest - logits[Int(tokens[target])]
    }
    #expect(abs(leak.prefixLoss - sum / 9) < 1e-4 * leak.prefixLoss)
  }

  /// Windows lie spread over the whole set.
  @Test func fewWindowsAreSpread() throws {
    let all = try measure(.published, windows: 100)
    #expect(all.windows == 9)
    #expect(all.tokens == 100)
  }
}
