import CAllocationCounter
import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// Once the graphs are laid out, an optimiser step allocates nothing, on any thread.
@Suite(
  .serialized,
  .enabled(if: allocation_counter_works(), "a sanitizer's allocator stands before the counter"))
struct AllocationTests {
  @Test func aTrainingStepAllocatesNothing() throws {
    let recipe = try Recipe(TrainingFixture.recipe, source: "test", overrides: ["model.vocab=29"])
    try expectNoAllocation(recipe.model())
  }

  /// The memories, the terms of v7.5 (whose word dropout is switched on) and the value heads.
  @Test(arguments: ["v7.5", "v8", "v8.3"], [Variant.sound, .published])
  func cortexAllocatesNothing(_ version: String, _ variant: Variant) throws {
    let golden = try GoldenSet(path: "\(GoldenTests.root)/\(version)")
    var members = golden.configuration.members
    members["vocab"] = 29
    members["dropout"] = 0.1
    members["word_dropout_p"] = 0.1
    try expectNoAllocation(
      ModelRegistry.model(
        version: version, configuration: ModelConfiguration(members, source: "test"),
        variant: variant))
  }

  private func expectNoAllocation(_ model: any LanguageModel) throws {
    let store = ParameterStore(model.layout)
    store.initialize(seed: 1)
    let trainer = Trainer(
      model, model.objective, store, optimizer: model.optimizer, seed: 1, groupSize: 2,
      sequenceLength: 12, pool: WorkerPool(count: 2))
    var batch = StepBatch(sequences: 6, time: 12)
    for sequence in 0..<6 {
      let tokens = (0..<13).map { Int32(($0 * 5 + sequence) % 29) }
      batch.set(
        sequence, inputs: tokens.dropLast(), following: tokens.dropFirst(),
        targetShift: model.objective.targetShift)
    }
    for _ in 0..<3 { _ = trainer.step(batch, learningRate: 1e-3) }
    // Other tests run on other threads at the same time; the fewest of several counts is this
    // step's own.
    var fewest = Int64.max
    for _ in 0..<2000 where fewest > 0 {
      let before = allocation_count()
      allocation_counting(true)
      _ = trainer.step(batch, learningRate: 1e-3)
      allocation_counting(false)
      fewest = min(fewest, allocation_count() - before)
    }
    #expect(fewest == 0)
  }

  @Test func theCounterCounts() {
    let before = allocation_count()
    allocation_counting(true)
    let numbers = [Int](repeating: 1, count: Int.random(in: 100...200))
    allocation_counting(false)
    #expect(allocation_count() > before)
    #expect(numbers.count >= 100)
  }
}
