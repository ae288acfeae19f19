@testable import FlashShared

/// The model of a golden directory, with its weights, at an optimiser step of six sequences in which
/// all loss terms are on.
struct StepFixture {
  static let sequences = 6
  let model: any LanguageModel
  let trainer: Trainer
  let batch: StepBatch

  /// - Parameters:
  ///   - objective: the model's own if not given.
  ///   - changes: hyper-parameters that replace the directory's.
  init(
    _ directory: String, variant: Variant = .sound, objective: (any Objective)? = nil,
    groupSize: Int = StepFixture.sequences, workers: Int = 1, changes: JSONObject = [:]
  ) throws {
    let golden = try GoldenSet(path: "\(GoldenTests.root)/\(directory)")
    var members = golden.configuration.members
    members.merge(changes)
    model = try ModelRegistry.model(
      version: golden.version, configuration: ModelConfiguration(members, source: directory),
      variant: variant)
    let time = golden.inputs[0].count
    trainer = Trainer(
      model, objective ?? model.objective, try golden.store(for: model),
      optimizer: model.optimizer, seed: 3, groupSize: groupSize, sequenceLength: time,
      pool: WorkerPool(count: workers))
    trainer.step = 1_000_000
    let stream = RandomStream(seed: 12, purpose: .evaluation)
    var batch = StepBatch(sequences: Self.sequences, time: time)
    for sequence in 0..<Self.sequences {
      let tokens = (0...time).map {
        Int32(
          stream.integer(
            at: UInt64(sequence * 1000 + $0), below: UInt64(golden.configuration.vocabulary)))
      }
      batch.set(
        sequence, inputs: tokens.dropLast(), following: tokens.dropFirst(),
        targetShift: trainer.objective.targetShift)
    }
    self.batch = batch
  }

  /// The bits of parameters and moments.
  var bits: [[UInt32]] {
    [trainer.store.values, trainer.optimizer.firstMoments, trainer.optimizer.secondMoments].map {
      $0[0..<$0.count].map(\.bitPattern)
    }
  }
}

extension ModelConfiguration {
  /// The number of token ids of a golden directory.
  fileprivate var vocabulary: Int { members["vocab"]?.integerValue ?? 1 }
}
