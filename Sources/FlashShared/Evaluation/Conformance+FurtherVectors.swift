extension Conformance {
  /// Compares what vectors may hold beyond logits and the gradient of the whole loss: inner results,
  /// losses by position, the outputs of further heads, and gradients of parts of the loss.
  func checkFurtherVectors(
    _ model: any LanguageModel, _ vectors: Safetensors, _ result: inout ConformanceResult
  ) throws {
    let graph = Graph(
      try golden.store(for: model), mode: .evaluation, batch: golden.inputs.count,
      time: golden.inputs[0].count)
    let output = model(graph)
    let scored = model.objective.record(output, in: graph)
    var results: [(name: String, parts: [Tensor])] =
      (output.namedTensors + scored.namedTensors).map { ($0.name, [$0.tensor]) }
    results += output.blockOutputs.enumerated().map { ("layer_out.\($0)", [$1]) }
    results.append(("hidden_final", [output.hidden]))
    results.append(("per_position_ce", [scored.losses]))
    results += model.objective.predictions(output, in: graph).map { (name: $0, parts: $1) }
    results.removeAll { vectors.shape(of: $0.name) == nil }
    for tensor in results.flatMap(\.parts) { graph.keep(tensor) }

    let batch = batch(model)
    _ = graph.tokens.update(fromContentsOf: batch.tokens)
    _ = graph.targets.update(fromContentsOf: batch.targets)
    graph.forward()
    for (name, parts) in results {
      let expected = try vectors.values(of: name)
      let actual = leadingPositions(graph, parts, count: expected.count)
      let difference = Self.relativeDifference(actual, expected)
      result.outputDifferences.append((name, difference))
      result.fail(if: difference, exceeds: tolerances.logits, "\(name) differs")
    }
    try checkPartialGradients(model, vectors, &result)
  }

  /// The numbers of tensors [batch, length, width], one tensor after the other; of each sequence only
  /// as many positions as make up the count: vectors leave out those that are not scored.
  private func leadingPositions(_ graph: Graph, _ parts: [Tensor], count: Int) -> [Float] {
    var numbers: [Float] = []
    for tensor in parts {
      let length = tensor.shape[1]
      let positions = min(length, count / (parts.count * graph.batch * tensor.width))
      let values = graph.values(of: tensor)
      for sequence in 0..<graph.batch {
        let first = sequence * length * tensor.width
        numbers += values[first..<first + positions * tensor.width]
      }
    }
    return numbers
  }

  /// `grad_value.*` is the gradient of the value loss without its factor, `grad_ce.*` that of all
  /// other terms with theirs.
  private func checkPartialGradients(
    _ model: any LanguageModel, _ vectors: Safetensors, _ result: inout ConformanceResult
  ) throws {
    for (prefix, part) in [("grad_ce", PartOfObjective.Part.others), ("grad_value", .value)] {
      let parameters = model.layout.parameters.filter {
        vectors.shape(of: "\(prefix).\($0.name)") != nil
      }
      guard !parameters.isEmpty else { continue }
      let trainer = try trainer(
        model, objective: PartOfObjective(base: model.objective, part: part))
      trainer.computeGradients(batch(model))
      for parameter in parameters {
        let name = "\(prefix).\(parameter.name)"
        let difference = Self.relativeDifference(
          trainer.gradient(of: parameter), try vectors.values(of: name))
        result.gradientDifferences.append((name, difference))
        result.fail(if: difference, exceeds: tolerances.gradients, "\(name) differs")
      }
    }
  }

  /// What golden files call the loss terms whose names differ from ours.
  static let componentNames = ["cross_entropy": "ce", "value": "value_loss", "multi_token": "mtp"]
}

/// Some of an objective's terms.
private struct PartOfObjective: Objective {
  enum Part { case value, others }

  let base: any Objective
  let part: Part

  var targetShift: Int { base.targetShift }
  var lossNames: [String] { base.lossNames }

  func record(_ output: ModelOutput, in graph: Graph) -> ScoredPositions {
    base.record(output, in: graph)
  }

  func lossWeight(_ slot: Int, step: Int) -> Float {
    switch (part, base.lossNames[slot]) {
    case (.value, "value"): 1
    case (.value, _), (.others, "value"): 0
    case (.others, _): base.lossWeight(slot, step: step)
    }
  }
}
