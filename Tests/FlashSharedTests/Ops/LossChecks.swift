import Foundation

@testable import FlashShared

/// Cross-entropy, unlikelihood and entropy of each scored row, summed with weights.
private func termSum(
  _ arguments: OperationCheck.Arguments, vocabulary: Int, time: Int, penalizedOffset: Int,
  weights: [Double]
) -> Double {
  let width = arguments.parameters[0].count / vocabulary
  let logits = rows(
    linearOracle(arguments.inputs[0], arguments.parameters[0], inputWidth: width),
    width: vocabulary)
  var sum = 0.0
  for (row, target) in arguments.targets.enumerated() where target >= 0 {
    let total = logits[row].reduce(0) { $0 + exp($1) }
    let p = logits[row].map { exp($0) / total }
    let token = arguments.tokens[min(row + penalizedOffset, arguments.tokens.count - 1)]
    sum -= weights[0] * log(p[target])
    sum -= weights[1] * log(1 - min(p[token], 0.99) + 1e-8)
    sum -= weights[2] * p.reduce(0) { $0 + $1 * log($1) }
  }
  return sum
}

private func termCheck(
  _ label: String, penalizedOffset: Int, range: ClosedRange<Double> = -2...2
) -> OperationCheck {
  OperationCheck(
    operation: "CrossEntropy", label: label, inputs: [[2, 5, 6]], parameters: [[37, 6]],
    range: range, vocabularySize: 37
  ) { graph, inputs, weights in
    graph.context.lossWeights[1] = 0.25
    graph.context.lossWeights[2] = -0.4
    let slots = ["loss", "unlikelihood", "entropy"].map { graph.lossSlot($0) }
    graph.crossEntropy(
      inputs[0], head: weights[0], name: "loss", positionsPerSequence: 4,
      regularization: SoftmaxRegularization(
        unlikelihoodSlot: slots[1], penalizedOffset: penalizedOffset, entropySlot: slots[2]))
    return []
  } oracle: { arguments in
    let sum = termSum(
      arguments, vocabulary: 37, time: 5, penalizedOffset: penalizedOffset,
      weights: [0.75, 0.25, -0.4])
    return [[sum / 4 / 2]]
  }
}

/// Losses that are known beforehand: those of a cross-entropy would have a gradient of their own.
private struct TokenLosses: FlashShared.Operation {
  let losses: Tensor
  var inputs: [Tensor] { [] }
  var outputs: [Tensor] { [] }
  var auxiliaries: [Tensor] { [losses] }
  func forward(_ run: Execution) {
    for row in 0..<losses.rows { run.value(losses)[row] = 0.3 * Float(run.tokens[row]) }
  }
  func backward(_ run: Execution) {}
}

/// A value head against the means of such losses.
private func valueCheck(
  _ operation: String, scored: Int, horizon: Int, share: Float
) -> OperationCheck {
  let count = scored - horizon + 1
  return OperationCheck(operation: operation, inputs: [[2, 5, 19]], parameters: [[1, 19]]) {
    graph, inputs, weights in
    let losses = graph.tensor([2, 5, 1])
    graph.record(TokenLosses(losses: losses))
    let targets = graph.lookaheadTargets(losses, scored: scored, horizon: horizon)
    graph.valueLoss(
      inputs[0], head: weights[0], targets: targets, count: count, share: share, name: "value")
    return []
  } oracle: { arguments in
    var sum = 0.0
    for (row, hidden) in rows(arguments.inputs[0], width: 19).enumerated() where row % 5 < count {
      let value = zip(hidden, arguments.parameters[0]).reduce(0) { $0 + $1.0 * $1.1 }
      let target = arguments.tokens[row..<row + horizon].reduce(0) { $0 + 0.3 * Double($1) }
      sum += pow(value - target / Double(horizon), 2)
    }
    return [[0.75 * Double(share) * sum / Double(count) / 2]]
  }
}

let termChecks: [OperationCheck] = [
  termCheck("all terms, input penalised", penalizedOffset: 0),
  termCheck("all terms, next input penalised", penalizedOffset: 1),
  valueCheck("ValueLoss", scored: 4, horizon: 2, share: 0.5),
  valueCheck("LookaheadTargets", scored: 5, horizon: 3, share: 1),
  OperationCheck(
    operation: "CrossEntropy", label: "targets further on", inputs: [[2, 5, 6]],
    parameters: [[7, 6]], range: -2...2
  ) { graph, inputs, weights in
    graph.crossEntropy(
      inputs[0], head: weights[0], name: "loss", positionsPerSequence: 3, targetOffset: 2,
      share: 0.5)
    return []
  } oracle: { arguments in
    let logits = rows(
      linearOracle(arguments.inputs[0], arguments.parameters[0], inputWidth: 6), width: 7)
    var sum = 0.0
    for row in 0..<10 where row % 5 + 2 < 5 {
      let target = arguments.targets[row + 2]
      guard target >= 0 else { continue }
      sum += log(logits[row].reduce(0) { $0 + exp($1) }) - logits[row][target]
    }
    return [[0.75 * 0.5 * sum / 3 / 2]]
  },
]
