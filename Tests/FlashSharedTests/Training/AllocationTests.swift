import CAllocationCounter
import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// Once the graphs are laid out, an optimiser step allocates nothing, on any thread.
@Suite(.serialized) struct AllocationTests {
  @Test func aTrainingStepAllocatesNothing() throws {
    guard allocation_counter_works() else { return }
    let recipe = try Recipe(TrainingFixture.recipe, source: "test", overrides: ["model.vocab=29"])
    let model = try recipe.model()
    let store = ParameterStore(model.layout)
    store.initialize(seed: 1)
    let trainer = Trainer(
      model, model.objective, store, optimizer: model.optimizer, seed: 1, groupSize: 2,
      pool: WorkerPool(count: 2))
    var batch = StepBatch(sequences: 6, time: 12)
    for sequence in 0..<6 {
      let tokens = (0..<13).map { Int32(($0 * 5 + sequence) % 29) }
      batch.set(sequence, inputs: tokens.dropLast(), following: tokens.dropFirst(), targetShift: 0)
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
    guard allocation_counter_works() else { return }
    let before = allocation_count()
    allocation_counting(true)
    let numbers = [Int](repeating: 1, count: Int.random(in: 100...200))
    allocation_counting(false)
    #expect(allocation_count() > before)
    #expect(numbers.count >= 100)
  }
}
