import Foundation

@testable import FlashShared

/// Numbers that no gradient reaches.
private struct FixedNumbers: FlashShared.Operation {
  let output: Tensor
  var inputs: [Tensor] { [] }
  var outputs: [Tensor] { [output] }
  func forward(_ run: Execution) {
    for index in 0..<output.count { run.value(output)[index] = Float(Self.number(at: index)) }
  }
  func backward(_ run: Execution) {}

  static func number(at index: Int) -> Double { sin(Double(3 * index + 1)) }
}

/// The losses of two sequences of six positions whose sets begin at positions 0 and 2.
private func futureSetOracle(_ arguments: OperationCheck.Arguments) -> Double {
  let logits = rows(
    linearOracle(arguments.inputs[0], arguments.parameters[0], inputWidth: 6), width: 7)
  var sum = 0.0
  for (row, numbers) in logits.enumerated() {
    let start = row / 2 * 6 + row % 2 * 2
    let members = Set(arguments.targets[start..<start + 3])
    for (token, f) in numbers.enumerated() {
      sum += members.contains(token) ? 5 * log(1 + exp(-f)) : log(1 + exp(f))
    }
  }
  return sum / Double(2 * 7)
}

private func directionOracle(
  predictions: [Double], hidden: [Double], time: Int, width: Int, factor: Double, excess: Double
) -> Double {
  let p = rows(predictions, width: width)
  let n = rows(hidden, width: width)
  func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
  var sum = 0.0
  for start in stride(from: 0, to: p.count, by: time) {
    var total = 0.0
    for t in 0..<time - 1 {
      let target = (0..<width).map { channel in
        (t + 1..<time).reduce(0) { $0 + n[start + $1][channel] } / Double(time - 1 - t)
      }
      let lengths = (dot(p[start + t], p[start + t]) * dot(target, target)).squareRoot()
      total += 1 - dot(p[start + t], target) / lengths
    }
    sum += factor * (total / Double(time - 1) + excess)
  }
  return sum
}

let futureChecks: [OperationCheck] = [
  OperationCheck(operation: "SampledPositions", inputs: [[2, 5, 3]]) { graph, inputs, _ in
    [graph.sampledPositions(inputs[0], interval: 2, count: 2)]
  } oracle: { arguments in
    let input = rows(arguments.inputs[0], width: 3)
    return [[0, 2, 5, 7].flatMap { input[$0] }]
  },
  OperationCheck(
    operation: "FutureSetLoss", time: 6, inputs: [[2, 2, 6]], parameters: [[7, 6]], range: -2...2
  ) { graph, inputs, weights in
    graph.futureSetLoss(
      inputs[0], head: weights[0], interval: 2, span: 3, positiveWeight: 5, name: "set")
    return []
  } oracle: {
    [[0.75 * futureSetOracle($0) / 2]]
  },
  OperationCheck(
    operation: "DirectionLoss", label: "that moves its targets", inputs: [[2, 5, 6], [2, 5, 6]]
  ) { graph, inputs, _ in
    graph.directionLoss(
      inputs[0], hidden: inputs[1], targetsAreDetached: false, factor: 3, excess: 0.25,
      name: "direction")
    return []
  } oracle: { arguments in
    let sum = directionOracle(
      predictions: arguments.inputs[0], hidden: arguments.inputs[1], time: 5, width: 6,
      factor: 3, excess: 0.25)
    return [[0.75 * sum / 2]]
  },
  OperationCheck(
    operation: "DirectionLoss", label: "with fixed targets", inputs: [[2, 5, 6]]
  ) { graph, inputs, _ in
    let hidden = graph.tensor([2, 5, 6])
    graph.record(FixedNumbers(output: hidden))
    graph.directionLoss(
      inputs[0], hidden: hidden, targetsAreDetached: true, name: "direction")
    return []
  } oracle: { arguments in
    let sum = directionOracle(
      predictions: arguments.inputs[0], hidden: (0..<60).map(FixedNumbers.number), time: 5,
      width: 6, factor: 1, excess: 0)
    return [[0.75 * sum / 2]]
  },
]
