import TestSupport
import Testing

@testable import FlashShared

/// The next token, with a gradient that overflows behind a loss that stays finite.
private struct OverflowingObjective: Objective {
  let next = NextToken()
  var targetShift: Int { next.targetShift }
  var lossNames: [String] { next.lossNames }

  func record(_ output: ModelOutput, in graph: Graph) -> ScoredPositions {
    graph.record(OverflowingGradient(input: output.hidden))
    return next.record(output, in: graph)
  }

  func lossWeight(_ slot: Int, step: Int) -> Float { 1 }
}

private struct OverflowingGradient: Operation {
  let input: Tensor
  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [] }
  var isLoss: Bool { true }

  func forward(_ run: Execution) {}

  func backward(_ run: Execution) {
    guard let (gradient, accumulate) = run.inputGradient(0, input) else { return }
    for index in 0..<input.count { gradient[index] = accumulate ? gradient[index] : 0 }
    gradient[input.count / 2] = .infinity
  }
}

/// A step whose loss or gradient is not finite leaves everything as it was.
@Suite struct NonfiniteStepTests {
  @Test func aGradientThatIsNotFiniteChangesNothing() throws {
    let fixture = try StepFixture("v5.2", objective: OverflowingObjective())
    let trainer = fixture.trainer
    let before = fixture.bits
    let result = trainer.step(fixture.batch, learningRate: 1e-2)
    #expect(result.loss.isFinite && !result.gradientNorm.isFinite && !result.isFinite)
    #expect(fixture.bits == before)
    #expect(trainer.optimizer.updateCounts.allSatisfy { $0 == 0 })
    #expect(trainer.step == 1_000_000)
  }

  @Test func aLossThatIsNotFiniteChangesNothing() throws {
    let fixture = try StepFixture("v5.2")
    let trainer = fixture.trainer
    trainer.store[fixture.model.layout.parameters[0]][0] = .nan
    let before = fixture.bits
    let result = trainer.step(fixture.batch, learningRate: 1e-2)
    #expect(!result.loss.isFinite && !result.isFinite)
    #expect(fixture.bits == before)
    #expect(trainer.optimizer.updateCounts.allSatisfy { $0 == 0 })
    #expect(trainer.step == 1_000_000)
    trainer.skipStep()
    #expect(trainer.step == 1_000_001)
    #expect(fixture.bits == before)
  }

  /// Token 28 stands in the sixth step alone, and its embedding is not a number. v6 has a head of its
  /// own, so that no other step reads the embedding.
  @Test func skippingCountsTheStepAndLeavesTheParametersAlone() throws {
    let (window, sequences, rare) = (12, 6, 28)
    let runs = try TrainingRuns { folder in
      let common = try TrainingFixture.makeShards(folder.file("common"), tokens: 900)
      var tokens = try common.tokens(in: 0..<900).map { $0 == Int32(rare) ? 0 : $0 }
      let order = DataOrder(count: TokenWindows(common, length: window).count, seed: 1)
      tokens[order.window(at: 5 * sequences + 1) * window + 3] = Int32(rare)
      let writer = try ShardSetWriter(
        path: folder.file("train"), vocabularySize: 29,
        tokenizerHash: common.tokenizerHash)
      try writer.append(tokens, bytes: 3600, characters: 3600, informationBits: nil)
      try writer.commit(sources: [], steps: [])
      return try ShardSet(path: folder.file("train"))
    }
    var recipe = TrainingFixture.recipe
    recipe["version"] = "v6"
    recipe["model"] = [
      "d_model": 16, "n_layers": 2, "d_ffn_mult": 2, "n_scales": 2, "d_reason": 16,
      "n_mem_slots": 4, "d_planner": 8,
    ]
    recipe["on_nonfinite"] = "skip"
    recipe["validation"] = ["every_steps": 100, "windows": 1]
    try runs.run("a", recipe: recipe) { $0.set("budget", ["steps": 2]) }
    try runs.edit("a") { name, values in
      guard name == "embed.weight" else { return }
      for index in rare * 16..<(rare + 1) * 16 { values[index] = .nan }
    }
    try runs.run("a", recipe: recipe, resumes: true) { $0.set("budget", ["steps": 8]) }

    let skipped = try runs.events("a", "nonfinite")
    #expect(skipped.map { $0["step"] } == [5])
    #expect(skipped.map { $0["action"] } == ["skip"])
    #expect(try runs.events("a", "step").map { $0["step"] } == [1, 2, 3, 4, 5, 7, 8])
    let state = try runs.state("a")
    #expect(state["step"] == 8)
    let counts = (state["update_counts"]?.arrayValue ?? []).compactMap(\.integerValue)
    #expect(Set(counts) == [0, 7])
    for name in try runs.last("a").names {
      let values = try runs.last("a").values(of: name)
      let count = values.count { !$0.isFinite }
      #expect(count == (name == "embed.weight" ? 16 : 0), "\(name)")
    }
  }
}
