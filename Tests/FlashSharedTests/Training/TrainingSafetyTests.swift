import CAllocationCounter
import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// What a training run must not do: run for ever, run into a trap, copy what it need not.
@Suite(.serialized) struct TrainingSafetyTests {
  private func recipe(_ changes: [String]) throws -> Recipe {
    try Recipe(TrainingFixture.recipe, source: "test", overrides: changes)
  }

  private func run(
    _ folder: TestSupport.TemporaryFolder, _ recipe: Recipe, resumes: Bool = false,
    validationTokens: Int = 300
  ) throws -> [JSONValue] {
    func shards(_ name: String, _ tokens: Int) throws -> ShardSet {
      let path = folder.file(name)
      return FileManager.default.fileExists(atPath: path)
        ? try ShardSet(path: path) : try TrainingFixture.makeShards(path, tokens: tokens)
    }
    let run = try TrainingRun(
      recipe: recipe, train: shards("train", 900), validation: shards("valid", validationTokens),
      tokenizerPath: nil,
      options: .init(
        output: folder.file("run"), resumes: resumes, threads: 1, isQuiet: true,
        printsEvents: false))
    try run.run()
    return try events(folder)
  }

  private func events(_ folder: TestSupport.TemporaryFolder) throws -> [JSONValue] {
    try String(contentsOfFile: folder.file("run/log.jsonl"), encoding: .utf8)
      .split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8), source: "log") }
  }

  private static let diverging = [
    "optimizer.learning_rate=1000", "optimizer.clip_norm=null", "optimizer.warmup_steps=0",
    "on_nonfinite=skip",
  ]

  /// Steps that are passed over are steps: of a budget of steps, and of one of tokens.
  @Test(arguments: ["{\"steps\": 40}", "{\"tokens\": 2880}"])
  func stepsThatAreNotFiniteUseTheBudget(_ budget: String) throws {
    let folder = try TestSupport.TemporaryFolder()
    let events = try run(folder, recipe(Self.diverging + ["budget=\(budget)"]))
    let skipped = events.filter { $0["event"] == "nonfinite" }
    #expect(skipped.count > 5)
    #expect(events.last?["event"] == "end")
    #expect(events.last?["step"] == 40)
    #expect(events.last?["tokens"] == .integer(40 * 72))
  }

  @Test func aLimitOfStepsThatAreNotFiniteEndsARun() throws {
    let folder = try TestSupport.TemporaryFolder()
    let recipe = try recipe(Self.diverging + ["budget={\"steps\": 500}", "nonfinite_limit=4"])
    func failedSteps(resumes: Bool) throws -> ClosedRange<Int> {
      let error = #expect(throws: TrainingError.self) { try run(folder, recipe, resumes: resumes) }
      guard case .stayedNotFinite(let steps, let checkpoint) = error else {
        Issue.record("another error: \(String(describing: error))")
        return 0...0
      }
      let file = try Safetensors(path: checkpoint)
      for name in file.names { #expect(try file.values(of: name).allSatisfy(\.isFinite)) }
      return steps
    }
    let first = try failedSteps(resumes: false)
    #expect(first.count == 4)
    #expect(first.upperBound < 60)
    // Whoever goes on from the state that is named gets as many steps again.
    let second = try failedSteps(resumes: true)
    #expect(second == first.upperBound + 1...first.upperBound + 4)
  }

  @Test func aValidationSetShorterThanAWindowIsOneWindow() throws {
    let folder = try TestSupport.TemporaryFolder()
    let validations = try run(folder, recipe(["budget={\"steps\": 5}"]), validationTokens: 7)
      .filter { $0["event"] == "validation" }
    #expect(validations.count == 1)
    #expect((validations[0]["val_loss"]?.doubleValue ?? .nan) > 0)
    let error = #expect(throws: TrainingError.self) {
      try run(
        TestSupport.TemporaryFolder(), recipe(["budget={\"steps\": 5}"]), validationTokens: 1)
    }
    guard case .tooFewTokens(let path, 1, _) = error, path.hasSuffix("valid") else {
      Issue.record("another error: \(String(describing: error))")
      return
    }
  }

  @Test func whatDoesNotFitIsRefusedBeforeMemoryIsTaken() throws {
    let folder = try TestSupport.TemporaryFolder()
    for changes in [
      ["model.d_model=16384", "model.d_ffn=65536", "model.n_layers=256"],
      ["batch.group=65536", "batch.sequences=65536", "model.d_ffn=65536"],
    ] {
      let error = #expect(throws: TrainingError.self) { try run(folder, recipe(changes)) }
      guard case .tooLarge = error else {
        Issue.record("another error: \(String(describing: error))")
        return
      }
      #expect(error?.exitStatus == .usage)
      #expect(!FileManager.default.fileExists(atPath: folder.file("run")))
    }
  }

  private func trainer(vocabulary: Int, sequenceLength: Int) throws -> Trainer {
    let model = try recipe(["model.vocab=\(vocabulary)", "model.n_layers=1"]).model()
    let store = ParameterStore(model.layout)
    store.initialize(seed: 1)
    return Trainer(
      model, model.objective, store, optimizer: model.optimizer, seed: 1, groupSize: 4,
      sequenceLength: sequenceLength, pool: WorkerPool(count: 1))
  }

  /// The largest allocation while a body runs. Other tests run at the same time, so that the least of
  /// several is the body's own.
  private func largestAllocation(_ body: () throws -> Void) rethrows -> Int64 {
    var least = Int64.max
    for _ in 0..<10 {
      allocation_counting(true)
      try body()
      allocation_counting(false)
      least = min(least, allocation_largest())
    }
    return least
  }

  /// Numbers go to the file from where they are.
  @Test func aCheckpointCopiesNoParameters() throws {
    guard allocation_counter_works() else { return }
    let folder = try TestSupport.TemporaryFolder()
    let trainer = try trainer(vocabulary: 100_000, sequenceLength: 12)
    let largest = try largestAllocation {
      try Checkpoint.write(trainer, Checkpoint.State(), to: folder.file("c"))
    }
    // The embedding alone takes 6.4 MB; the file's buffer 1 MB.
    #expect(largest < 4 << 20)
  }

  /// After a step nobody else holds the batch, so that it is filled again in place.
  @Test func theBatchIsNotCopied() throws {
    guard allocation_counter_works() else { return }
    let time = 128
    let trainer = try trainer(vocabulary: 29, sequenceLength: time)
    var batch = StepBatch(sequences: 64, time: time)
    let tokens = (0...time).map { Int32($0 % 29) }
    let (inputs, following) = (Array(tokens.dropLast()), Array(tokens.dropFirst()))
    _ = trainer.step(batch, learningRate: 0)
    let largest = largestAllocation {
      batch.set(0, inputs: inputs, following: following, targetShift: 0)
    }
    #expect(largest < 4 * 64 * time)
  }
}
