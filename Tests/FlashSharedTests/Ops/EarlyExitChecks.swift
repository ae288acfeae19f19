import Foundation

@testable import FlashShared

/// The losses of an exit whose cross-entropy, consistency and diversity all have the factor 0.75.
private func earlyExitOracle(_ arguments: OperationCheck.Arguments) -> Double {
  let last = rows(
    linearOracle(arguments.inputs[0], arguments.parameters[0], inputWidth: 6), width: 7)
  let exit = rows(
    linearOracle(arguments.inputs[1], arguments.parameters[1], inputWidth: 6), width: 7)
  func largest(_ row: [Double]) -> Int { row.firstIndex(of: row.max() ?? 0) ?? 0 }
  var sum = 0.0
  for (index, target) in arguments.targets.enumerated() where target >= 0 {
    let total = exit[index].reduce(0) { $0 + exp($1) }
    sum += log(last[index].reduce(0) { $0 + exp($1) }) - last[index][target]
    sum += log(total) - exit[index][target]
    let agrees = largest(last[index]) == largest(exit[index])
    let gate = sigmoidOracle(arguments.inputs[2][index])
    sum -= log(agrees ? gate : 1 - gate)
    if !agrees {
      let entropy = exit[index].reduce(0) { $0 - exp($1) / total * log(exp($1) / total + 1e-10) }
      sum += 1 - entropy / log(7)
    }
  }
  return sum
}

let earlyExitChecks: [OperationCheck] = [
  OperationCheck(
    operation: "EarlyExitLoss", inputs: [[2, 5, 6], [2, 5, 6], [2, 5, 1]],
    parameters: [[7, 6], [7, 6]], range: -2...2
  ) { graph, inputs, weights in
    graph.context.lossWeights = SIMD8(repeating: 0.75)
    let scored = graph.crossEntropy(
      inputs[0], head: weights[0], name: "main", positionsPerSequence: 4, predicts: true)
    if let predictions = scored.predictions {
      graph.earlyExitLoss(
        EarlyExit(hidden: inputs[1], head: weights[1], confidence: inputs[2]),
        predictions: predictions, name: "exit", positionsPerSequence: 4)
    }
    return []
  } oracle: {
    [[0.75 * earlyExitOracle($0) / 4 / 2]]
  }
]
