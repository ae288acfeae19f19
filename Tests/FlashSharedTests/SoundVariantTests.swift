import Foundation
import Testing

@testable import FlashShared

/// What holds of every sound variant, whether or not there are vectors for it: it is causal, decodes a
/// token at a time, and every parameter that it trains has a gradient.
@Suite struct SoundVariantTests {
  @Test(arguments: GoldenTests.soundDirectories) func isSound(_ directory: String) throws {
    let golden = try GoldenSet(path: "\(GoldenTests.root)/\(directory)")
    let model = try ModelRegistry.model(
      version: golden.version, configuration: golden.configuration, variant: .sound)
    let store = try golden.store(for: model)
    let audit = CausalityAudit(model, store, tokens: golden.inputs[0])
    #expect(!audit.leaks, "\(golden.version): \(audit.largestChange)")
    let difference = try #require(audit.incrementalDifference, "\(golden.version)")
    #expect(difference <= 1e-4 * audit.logitScale, "\(golden.version)")

    #expect(model.objective.targetShift == 0)
    let trainer = Trainer(
      model, model.objective, store, optimizer: model.optimizer, seed: 0,
      groupSize: golden.inputs.count, sequenceLength: golden.inputs[0].count,
      pool: WorkerPool(count: 1))
    trainer.step = 1_000_000
    var batch = StepBatch(sequences: golden.inputs.count, time: golden.inputs[0].count)
    for (index, (inputs, following)) in zip(golden.inputs, golden.following).enumerated() {
      batch.set(index, inputs: inputs, following: following, targetShift: 0)
    }
    #expect(trainer.computeGradients(batch).isFinite)
    for parameter in model.layout.parameters where trainer.wasActive(parameter) {
      #expect(
        trainer.gradient(of: parameter).contains { $0 != 0 },
        "\(golden.version): \(parameter.name) has no gradient")
    }
  }
}
