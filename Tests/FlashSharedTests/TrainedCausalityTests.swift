import Testing

@testable import FlashShared

/// What leaks does so whatever the weights are, and what is causal stays so: golden vectors hold one
/// set of drawn weights, and here some steps of training follow.
@Suite struct TrainedCausalityTests {
  @Test(arguments: GoldenTests.soundDirectories) func soundVariantsAreCausal(
    _ directory: String
  ) throws {
    try expectAudit(try GoldenSet(path: "\(GoldenTests.root)/\(directory)"), .sound, leaks: false)
  }

  @Test(arguments: GoldenTests.directories) func publishedVariantsLeakAsTheirCardsProve(
    _ directory: String
  ) throws {
    let golden = try GoldenSet(path: "\(GoldenTests.root)/\(directory)")
    try expectAudit(golden, .published, leaks: try #require(golden.publishedLeaks as Bool?))
  }

  private func expectAudit(_ golden: GoldenSet, _ variant: Variant, leaks: Bool) throws {
    let model = try ModelRegistry.model(
      version: golden.version, configuration: golden.configuration, variant: variant)
    #expect(model.decodesIncrementally || variant == .published)
    let store = try golden.store(for: model)
    let trainer = Trainer(
      model, model.objective, store, optimizer: model.optimizer, seed: 0,
      groupSize: golden.inputs.count, sequenceLength: golden.inputs[0].count,
      pool: WorkerPool(count: 1))
    var batch = StepBatch(sequences: golden.inputs.count, time: golden.inputs[0].count)
    for (index, (inputs, following)) in zip(golden.inputs, golden.following).enumerated() {
      batch.set(
        index, inputs: inputs, following: following, targetShift: model.objective.targetShift)
    }
    for _ in 0..<8 { #expect(trainer.step(batch, learningRate: 1e-3).isFinite) }
    let audit = CausalityAudit(model, store, tokens: golden.inputs[0])
    #expect(audit.leaks == leaks, "\(golden.version) \(variant): \(audit.largestChange)")
    if model.decodesIncrementally {
      let difference = try #require(audit.incrementalDifference, "\(golden.version)")
      #expect(difference <= 1e-4 * audit.logitScale, "\(golden.version) \(variant)")
    }
  }
}
