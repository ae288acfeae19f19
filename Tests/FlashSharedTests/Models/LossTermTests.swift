import TestSupport
import Testing

@testable import FlashShared

/// Loss terms of a step: where they add up, which are computed, and whose parameters move.
@Suite struct LossTermTests {
  private func model(_ version: String, _ variant: Variant = .sound) throws -> (
    GoldenSet, any LanguageModel
  ) {
    let golden = try GoldenSet(path: "\(GoldenTests.root)/\(version)")
    return (
      golden,
      try ModelRegistry.model(
        version: version, configuration: golden.configuration, variant: variant)
    )
  }

  private func trainer(
    _ golden: GoldenSet, _ model: any LanguageModel, _ objective: any Objective
  ) throws -> Trainer {
    Trainer(
      model, objective, try golden.store(for: model), optimizer: model.optimizer, seed: 0,
      groupSize: 2, sequenceLength: golden.inputs[0].count, pool: WorkerPool(count: 1))
  }

  /// The first 300 steps of v8 have no value loss: their gradients are, to the last bit, those of the
  /// next token alone, and nothing of the value loss is computed.
  @Test func termsWithoutWeightAreLeftOut() throws {
    let (golden, model) = try model("v8")
    let batch = Conformance(golden).batch(model)
    let whole = try trainer(golden, model, model.objective)
    let plain = try trainer(golden, model, NextToken(targetShift: model.objective.targetShift))
    #expect(whole.computeGradients(batch) == plain.computeGradients(batch))
    #expect(whole.lossTerms.map(\.name) == ["cross_entropy"])
    for parameter in model.layout.parameters {
      #expect(whole.gradient(of: parameter) == plain.gradient(of: parameter), "\(parameter.name)")
    }
    whole.step = 1000
    whole.computeGradients(batch)
    #expect(whole.lossTerms.map(\.name) == ["cross_entropy", "value"])
    #expect(whole.lossTerms[1].value > 0)
  }

  @Test(arguments: ["v7.5", "v8", "v8.3", "v9.2", "v10-fsp"])
  func operationsOfTermsWithoutWeightDoNotRun(_ version: String) throws {
    let (golden, model) = try model(version)
    let graph = Graph(
      try golden.store(for: model), mode: .training, batch: 2, time: golden.inputs[0].count)
    _ = model.objective.recordTerms(model(graph), in: graph)
    let terms = LossTerms(graph.operations, tensorCount: graph.shapes.count)
    func running(_ weights: SIMD8<Float>) -> Int {
      let active = LossTerms.active(weights)
      return graph.operations.indices.count { terms.runs($0, active) }
    }
    #expect(running(SIMD8(repeating: 1)) == graph.operations.count)
    var onlyNextToken = SIMD8<Float>(repeating: 0)
    onlyNextToken[0] = 1
    #expect(running(onlyNextToken) < graph.operations.count)
    #expect(running(onlyNextToken) > 5)
  }

  /// A parameter whose term has no target in windows of a length is left alone, as one whose term has
  /// no weight: else it would decay without a loss.
  @Test(arguments: ["v7.5", "v8", "v9.2", "v10-fsp"])
  func parametersWithoutAGradientAreNotActive(_ version: String) throws {
    let (golden, model) = try model(version)
    for time in 1...golden.inputs[0].count where time > model.objective.targetShift {
      let trainer = Trainer(
        model, model.objective, try golden.store(for: model), optimizer: model.optimizer, seed: 0,
        groupSize: 1, sequenceLength: time, pool: WorkerPool(count: 1))
      trainer.step = 5000
      var batch = StepBatch(sequences: 1, time: time)
      batch.set(
        0, inputs: golden.inputs[0].prefix(time), following: golden.following[0].prefix(time),
        targetShift: model.objective.targetShift)
      trainer.computeGradients(batch)
      for parameter in model.layout.parameters
      where ["future_heads", "lookahead_heads", "compass", "fsp_proj"].contains(
        parameter.name.prefix { $0 != "." })
      {
        let moves = trainer.gradient(of: parameter).contains { $0 != 0 }
        #expect(moves == trainer.wasActive(parameter), "\(parameter.name), window of \(time)")
      }
    }
  }

  @Test func slotsAreInTheOrderOfTheNames() throws {
    for version in ModelRegistry.versions {
      var recipe = try PublishedRecipes.recipe(version, .published)
      recipe.set("model.vocab", 29)
      let model = try recipe.model()
      let graph = Graph(ParameterStore(model.layout), mode: .training, batch: 1, time: 72)
      _ = model.objective.record(model(graph), in: graph)
      #expect(graph.lossNames == model.objective.lossNames, "\(version)")
    }
  }

  private struct Swapped: Objective {
    let targetShift = 0
    let lossNames = ["other", "cross_entropy"]
    func record(_ output: ModelOutput, in graph: Graph) -> ScoredPositions {
      graph.crossEntropy(
        output.hidden, head: output.head, name: "cross_entropy", positionsPerSequence: graph.time)
    }
    func lossWeight(_ slot: Int, step: Int) -> Float { 1 }
  }

  @Test func termsInTheWrongSlotEndTheProcess() async {
    await #expect(processExitsWith: .failure) {
      let tests = LossTermTests()
      let (golden, model) = try tests.model("v5.2")
      _ = try tests.trainer(golden, model, Swapped())
    }
  }
}
