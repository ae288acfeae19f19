import Foundation

/// How far a model in the engine may be from its golden vectors.
public struct ConformanceTolerances: Sendable, Equatable {
  /// Of logits, relative to the largest of them.
  public var logits: Double = 1e-4
  /// Of gradients, relative to the largest of each tensor.
  public var gradients: Double = 1e-3
  /// Of losses and gradient norms, relative.
  public var losses: Double = 1e-5
  /// Of the losses along an optimiser trace, relative, for each step taken: rounding grows there.
  public var traces: Double = 1e-5

  public init() {}
}

/// The comparison of one variant with its golden vectors.
public struct ConformanceResult: Sendable {
  public let version: String
  public let variant: Variant
  /// The largest difference of a logit, relative to the largest logit.
  public var logitDifference = 0.0
  /// By further output, the largest difference relative to the largest number.
  public var outputDifferences: [(name: String, value: Double)] = []
  /// The relative difference of the loss.
  public var lossDifference = 0.0
  /// By loss term, the relative difference.
  public var termDifferences: [(name: String, value: Double)] = []
  /// By tensor, the largest difference of its gradient relative to its largest gradient.
  public var gradientDifferences: [(name: String, value: Double)] = []
  /// The relative difference of the gradients' norm.
  public var gradientNormDifference = 0.0
  /// By trace, the largest relative difference of a loss or norm.
  public var traceDifferences: [(name: String, value: Double)] = []
  /// The number of parameters of the published configuration here and in the vectors, if stated.
  public var publishedParameters: Int?
  public var expectedPublishedParameters: Int?
  /// The audit of the model.
  public var leaks = false
  public var largestChange: Float = 0
  public var expectedLeaks: Bool?
  /// Incremental decoding against the parallel pass, relative to the largest logit.
  public var incrementalDifference: Double?
  /// Deterministic generation: calls that were compared, and those that were not because they draw
  /// or use another model than the version's.
  public var generationCalls = 0
  public var skippedGenerationCalls = 0
  /// What did not hold, in words.
  public var failures: [String] = []
  /// Whether everything held.
  public var passes: Bool { failures.isEmpty }
}

/// Runs a golden directory's model in the engine and compares.
public struct Conformance {
  let golden: GoldenSet
  private let recipe: Recipe?
  /// What is still allowed.
  public let tolerances: ConformanceTolerances

  /// - Parameter recipe: the version's, whose model's parameters are counted.
  public init(
    _ golden: GoldenSet, recipe: Recipe? = nil, tolerances: ConformanceTolerances = .init()
  ) {
    self.golden = golden
    self.recipe = recipe
    self.tolerances = tolerances
  }

  /// Compares one variant.
  public func check(_ variant: Variant) throws -> ConformanceResult {
    let model = try ModelRegistry.model(
      version: golden.version, configuration: golden.configuration, variant: variant)
    let expectation = try golden.expectation(of: variant)
    let figures = expectation.figures
    var result = ConformanceResult(version: golden.version, variant: variant)
    try checkLogits(model, expectation, &result)
    try checkPrefix(model, expectation, &result)
    if expectation.isComplete { try checkFurtherVectors(model, expectation.vectors, &result) }
    try checkGradients(model, expectation, &result)
    for name in ["trace", "trace_full_lr"] { try checkTrace(model, name, figures, &result) }
    try checkParameterCount(figures, &result)
    try checkCausality(model, variant, &result)
    if variant == .published { try checkGeneration(model, &result) }
    return result
  }

  private func checkLogits(
    _ model: any LanguageModel, _ expectation: GoldenSet.Expectation,
    _ result: inout ConformanceResult
  ) throws {
    let vectors = expectation.vectors
    let graph = LogitGraph(
      model, try golden.store(for: model), mode: .evaluation, batch: golden.inputs.count,
      time: golden.inputs[0].count)
    let logits = graph.logits(golden.inputs.flatMap { $0 })
    let expected = try vectors.values(of: expectation.logitName)
    guard logits.count == expected.count else {
      throw GoldenSetError(
        path: vectors.path, reason: "\"\(expectation.logitName)\" has the wrong shape")
    }
    result.logitDifference = Self.relativeDifference(logits, expected)
    result.fail(
      if: result.logitDifference, exceeds: tolerances.logits, "logits differ from the vectors")
    guard expectation.isComplete else { return }
    for (index, block) in graph.output.blockOutputs.enumerated() {
      for name in ["block.\(index)", "aux.h.\(index)"] where vectors.shape(of: name) != nil {
        let difference = Self.relativeDifference(
          Array(graph.graph.values(of: block)), try vectors.values(of: name))
        result.outputDifferences.append((name, difference))
        result.fail(if: difference, exceeds: tolerances.logits, "\(name) differs")
      }
    }
  }

  /// The logits of the first positions when nothing follows them.
  private func checkPrefix(
    _ model: any LanguageModel, _ expectation: GoldenSet.Expectation,
    _ result: inout ConformanceResult
  ) throws {
    let name = "logits_prefix"
    guard expectation.isComplete, let shape = expectation.vectors.shape(of: name) else { return }
    guard shape.count == 3, shape[0] == golden.inputs.count, shape[1] <= golden.inputs[0].count
    else {
      throw GoldenSetError(
        path: expectation.vectors.path, reason: "\"\(name)\" has the wrong shape")
    }
    let graph = LogitGraph(
      model, try golden.store(for: model), mode: .evaluation, batch: shape[0], time: shape[1])
    let logits = graph.logits(golden.inputs.flatMap { $0.prefix(shape[1]) })
    let difference = Self.relativeDifference(logits, try expectation.vectors.values(of: name))
    result.outputDifferences.append((name, difference))
    result.fail(if: difference, exceeds: tolerances.logits, "\(name) differs")
  }

  private func checkGradients(
    _ model: any LanguageModel, _ expectation: GoldenSet.Expectation,
    _ result: inout ConformanceResult
  ) throws {
    let (vectors, figures) = (expectation.vectors, expectation.figures)
    let trainer = try trainer(model)
    // The gradients are those of the full objective: at the step where all terms are active.
    trainer.step = figures["trace_full_lr"]?.arrayValue?.first?["step"]?.integerValue ?? 0
    let loss = trainer.computeGradients(batch(model))
    if let expected = figures["loss"]?.doubleValue {
      result.lossDifference = Self.relativeDifference(loss, expected)
      result.fail(if: result.lossDifference, exceeds: tolerances.losses, "the loss differs")
    }
    for (name, value) in trainer.lossTerms {
      let components = figures["components"]
      guard
        let expected = (components?[name] ?? components?[Self.componentNames[name] ?? name])?
          .doubleValue
      else { continue }
      let difference = Self.relativeDifference(value, expected)
      result.termDifferences.append((name, difference))
      result.fail(if: difference, exceeds: tolerances.losses, "loss term \(name) differs")
    }
    guard expectation.isComplete else { return }
    var squares = 0.0
    for parameter in model.layout.parameters {
      let gradient = trainer.gradient(of: parameter)
      squares += gradient.reduce(0) { $0 + Double($1) * Double($1) }
      let name = "grad.\(parameter.name)"
      guard vectors.shape(of: name) != nil else {
        if gradient.contains(where: { $0 != 0 }) {
          result.failures.append("\(parameter.name) has a gradient, the vectors have none")
        }
        continue
      }
      let difference = Self.relativeDifference(gradient, try vectors.values(of: name))
      result.gradientDifferences.append((parameter.name, difference))
      result.fail(
        if: difference, exceeds: tolerances.gradients, "the gradient of \(parameter.name) differs")
    }
    if let expected = figures["grad_norm"]?.doubleValue {
      result.gradientNormDifference = Self.relativeDifference(squares.squareRoot(), expected)
      result.fail(
        if: result.gradientNormDifference, exceeds: tolerances.losses,
        "the gradients' norm differs")
    }
  }

  private func checkTrace(
    _ model: any LanguageModel, _ name: String, _ figures: JSONValue,
    _ result: inout ConformanceResult
  ) throws {
    guard let trace = figures[name]?.arrayValue else { return }
    let trainer = try trainer(model)
    let batch = batch(model)
    var largest = 0.0
    for entry in trace {
      guard let rate = entry["lr"]?.doubleValue, let loss = entry["loss"]?.doubleValue,
        let norm = entry["grad_norm"]?.doubleValue
      else {
        throw GoldenSetError(path: golden.path, reason: "\(name) lacks lr, loss or grad_norm")
      }
      trainer.step = entry["step"]?.integerValue ?? trainer.step
      let step = trainer.step(batch, learningRate: rate)
      largest = max(largest, Self.relativeDifference(step.loss, loss))
      largest = max(largest, Self.relativeDifference(step.gradientNorm, norm))
    }
    if let after = figures["loss_after_\(name)"]?.doubleValue {
      largest = max(
        largest, Self.relativeDifference(trainer.computeGradients(batch), after))
    }
    result.traceDifferences.append((name, largest))
    result.fail(
      if: largest, exceeds: tolerances.traces * Double(max(1, trace.count)),
      "\(name) departs from the vectors")
  }

  private func checkParameterCount(
    _ figures: JSONValue, _ result: inout ConformanceResult
  ) throws {
    result.expectedPublishedParameters = figures["parameters_published"]?.integerValue
    guard let recipe else { return }
    let count = try recipe.model().layout.count
    result.publishedParameters = count
    if let expected = result.expectedPublishedParameters, expected != count {
      result.failures.append("\(recipe.source): its model has \(count) parameters, not \(expected)")
    }
  }

  private func checkCausality(
    _ model: any LanguageModel, _ variant: Variant, _ result: inout ConformanceResult
  ) throws {
    let audit = CausalityAudit(model, try golden.store(for: model), tokens: golden.inputs[0])
    if !audit.isFinite { result.failures.append("the logits are not finite") }
    result.leaks = audit.leaks
    result.largestChange = audit.largestChange
    result.expectedLeaks = variant == .published ? golden.publishedLeaks : false
    if let expected = result.expectedLeaks, expected != audit.leaks {
      result.failures.append(
        audit.leaks ? "a later token changes earlier logits" : "the published leak is missing")
    }
    if let difference = audit.incrementalDifference {
      let relative = Double(difference) / Double(max(audit.logitScale, .leastNormalMagnitude))
      result.incrementalDifference = relative
      result.fail(
        if: relative, exceeds: tolerances.logits, "incremental decoding differs from the whole pass"
      )
    }
  }

  func trainer(
    _ model: any LanguageModel, objective: (any Objective)? = nil
  ) throws -> Trainer {
    Trainer(
      model, objective ?? model.objective, try golden.store(for: model),
      optimizer: golden.configuration.optimizerSettings(model.optimizer), seed: 0,
      groupSize: golden.inputs.count, sequenceLength: golden.inputs[0].count,
      pool: WorkerPool(count: 1))
  }

  func batch(_ model: any LanguageModel) -> StepBatch {
    var batch = StepBatch(sequences: golden.inputs.count, time: golden.inputs[0].count)
    for (index, (inputs, following)) in zip(golden.inputs, golden.following).enumerated() {
      batch.set(
        index, inputs: inputs, following: following, targetShift: model.objective.targetShift)
    }
    return batch
  }

  /// The largest difference relative to the largest expected number; infinite if not a number.
  static func relativeDifference(_ actual: [Float], _ expected: [Float]) -> Double {
    guard actual.count == expected.count else { return .infinity }
    let scale = expected.reduce(0) { max($0, abs($1)) }
    let difference = CausalityAudit.largestDifference(actual[...], expected[...])
    return difference == 0 ? 0 : Double(difference) / Double(max(scale, .leastNormalMagnitude))
  }

  static func relativeDifference(_ actual: Double, _ expected: Double) -> Double {
    let difference = abs(actual - expected)
    return difference.isNaN ? .infinity : difference / max(abs(expected), 1e-12)
  }
}

extension ConformanceResult {
  /// Notes a failure if a difference is too large or is not a number.
  mutating func fail(if difference: Double, exceeds tolerance: Double, _ text: String) {
    guard !(difference <= tolerance) else { return }
    failures.append("\(text) by \(difference), more than \(tolerance)")
  }
}

extension ModelConfiguration {
  /// The optimiser's settings, with what golden vectors say of them beside the hyper-parameters.
  func optimizerSettings(_ base: AdamWSettings) -> AdamWSettings {
    func number(_ name: String) -> Double? { members[name]?.doubleValue }
    var settings = base
    settings.beta1 = number("adam_beta1") ?? base.beta1
    settings.beta2 = number("adam_beta2") ?? base.beta2
    settings.epsilon = number("adam_eps") ?? base.epsilon
    settings.weightDecay = number("weight_decay") ?? base.weightDecay
    settings.clipNorm = number("grad_clip") ?? base.clipNorm
    return settings
  }
}
