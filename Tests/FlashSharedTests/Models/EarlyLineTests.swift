import Foundation
import Testing

@testable import FlashShared

/// v4 to v7.3 over more positions than their golden vectors have and than a chunk of any scan, with
/// drawn weights and after some training.
@Suite struct EarlyLineTests {
  static let versions = ["v4", "v5", "v6", "v7", "v7.1", "v7.2", "v7.3", "cortex4", "cortex5"]
  /// Those whose published variant sees the future, as their cards prove.
  static let leaking: Set = ["v5", "v6", "cortex5"]
  private static let tokens: [Int32] = (0..<150).map { (index: Int) -> Int32 in
    Int32((index * 37 + index * index / 7) % 96)
  }

  private func model(
    _ version: String, _ variant: Variant, mask: String? = nil
  ) throws -> any LanguageModel {
    let golden = try GoldenSet(path: "\(GoldenTests.root)/\(version)")
    var members = golden.configuration.members
    if let mask { members["hebbian_mask"] = .string(mask) }
    return try ModelRegistry.model(
      version: version, configuration: ModelConfiguration(members, source: version),
      variant: variant)
  }

  /// Drawn weights, then those that twelve steps leave.
  private func audits(_ model: any LanguageModel) -> [CausalityAudit] {
    let store = ParameterStore(model.layout)
    store.initialize(seed: 11)
    let drawn = CausalityAudit(model, store, tokens: Self.tokens)
    var batch = StepBatch(sequences: 4, time: 36)
    for sequence in 0..<4 {
      let run = (0..<37).map { (index: Int) -> Int32 in Int32((index * 5 + sequence * 11) % 96) }
      batch.set(
        sequence, inputs: run[..<36], following: run[1...],
        targetShift: model.objective.targetShift)
    }
    let trainer = Trainer(
      model, model.objective, store, optimizer: model.optimizer, seed: 0, groupSize: 4,
      sequenceLength: 36, pool: WorkerPool(count: 1))
    var losses: [Double] = []
    for _ in 0..<12 { losses.append(trainer.step(batch, learningRate: 3e-3).loss) }
    #expect(losses[11] < losses[0])
    return [drawn, CausalityAudit(model, store, tokens: Self.tokens)]
  }

  private func expectAgreement(_ audit: CausalityAudit, _ version: String) throws {
    let difference = try #require(audit.incrementalDifference, "\(version)")
    #expect(difference <= 1e-4 * audit.logitScale, "\(version)")
  }

  @Test(arguments: versions) func soundVariantsAreCausal(_ version: String) throws {
    for audit in audits(try model(version, .sound)) {
      #expect(!audit.leaks, "\(version): \(audit.largestChange)")
      try expectAgreement(audit, version)
    }
  }

  @Test(arguments: versions) func publishedVariantsLeakAsProved(_ version: String) throws {
    let model = try model(version, .published)
    for audit in audits(model) {
      #expect(audit.leaks == Self.leaking.contains(version), "\(version): \(audit.largestChange)")
      if model.decodesIncrementally { try expectAgreement(audit, version) }
    }
    #expect(!Self.leaking.contains(version) || !model.decodesIncrementally)
  }

  /// v7.2's mask before it was corrected is a setting of the published variant alone.
  @Test func theWithdrawnMaskLeaks() throws {
    for audit in audits(try model("v7.2", .published, mask: "pre_fix_tril")) {
      #expect(audit.leaks)
    }
    #expect(throws: ModelConfigurationError.self) {
      try model("v7.2", .sound, mask: "pre_fix_tril")
    }
  }
}
