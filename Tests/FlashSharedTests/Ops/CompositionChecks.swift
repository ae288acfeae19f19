import Foundation

@testable import FlashShared

private func concatenationOracle(
  _ first: [Double], _ second: [Double], widths: (Int, Int), delay: Int, time: Int
) -> [Double] {
  let left = rows(first, width: widths.0)
  let right = rows(second, width: widths.1)
  return left.indices.flatMap { row in
    left[row]
      + (row % time >= delay
        ? right[row - delay] : [Double](repeating: 0, count: widths.1))
  }
}

private func meanOracle(_ input: [Double], width: Int, time: Int, isCausal: Bool) -> [Double] {
  let input = rows(input, width: width)
  return input.indices.flatMap { row -> [Double] in
    let start = row / time * time
    let included = start..<(isCausal ? row + 1 : start + time)
    return (0..<width).map { channel in
      included.reduce(0) { $0 + input[$1][channel] } / Double(included.count)
    }
  }
}

private func decayingSumOracle(
  _ arguments: OperationCheck.Arguments, time: Int, width: Int, isClamped: Bool
) -> [Double] {
  let gates = rows(arguments.inputs[0], width: width)
  let keys = rows(arguments.inputs[1], width: width)
  let values = rows(arguments.inputs[2], width: width)
  var sums: [Double] = []
  return gates.indices.flatMap { row -> [Double] in
    if row % time == 0 { sums = Array(repeating: 0, count: width) }
    return (0..<width).map { channel in
      let factor = sigmoidOracle(arguments.parameters[0][channel])
      let product = keys[row][channel] * values[row][channel]
      var state = 0.0
      if isClamped {
        let scale = exp(Double(row % time) * log(max(factor, 1e-7)))
        sums[channel] += product / max(scale, 1e-10)
        state = scale * sums[channel]
      } else {
        sums[channel] = factor * sums[channel] + product
        state = sums[channel]
      }
      return sigmoidOracle(gates[row][channel]) * state
    }
  }
}

let compositionChecks: [OperationCheck] = [
  OperationCheck(operation: "Scaling", inputs: [[2, 5, 19]]) { graph, inputs, _ in
    [graph.scale(inputs[0], by: 0.3)]
  } oracle: { arguments in
    [arguments.inputs[0].map { 0.3 * $0 }]
  },
  OperationCheck(operation: "Scaling", label: "read twice", inputs: [[2, 5, 3]]) {
    graph, inputs, _ in
    [graph.scale(inputs[0], by: 0.3), graph.scale(inputs[0], by: -2)]
  } oracle: { arguments in
    [arguments.inputs[0].map { 0.3 * $0 }, arguments.inputs[0].map { -2 * $0 }]
  },
  OperationCheck(operation: "ReLU", inputs: [[2, 5, 19]]) { graph, inputs, _ in
    [graph.relu(inputs[0])]
  } oracle: { arguments in
    [arguments.inputs[0].map { max($0, 0) }]
  },
  OperationCheck(operation: "Concatenation", inputs: [[2, 5, 3], [2, 5, 4]]) {
    graph, inputs, _ in
    [graph.concatenate(inputs[0], inputs[1])]
  } oracle: {
    [concatenationOracle($0.inputs[0], $0.inputs[1], widths: (3, 4), delay: 0, time: 5)]
  },
  OperationCheck(operation: "Concatenation", label: "with itself, delayed", inputs: [[2, 5, 3]]) {
    graph, inputs, _ in
    [graph.concatenate(inputs[0], inputs[0], delay: 2)]
  } oracle: {
    [concatenationOracle($0.inputs[0], $0.inputs[0], widths: (3, 3), delay: 2, time: 5)]
  },
  OperationCheck(operation: "Concatenation", label: "delayed beyond", inputs: [[2, 5, 3]]) {
    graph, inputs, _ in
    [graph.concatenate(inputs[0], inputs[0], delay: 8)]
  } oracle: {
    [concatenationOracle($0.inputs[0], $0.inputs[0], widths: (3, 3), delay: 8, time: 5)]
  },
  OperationCheck(
    operation: "WeightedSum", inputs: [[2, 5, 3], [2, 5, 2], [2, 5, 3], [2, 5, 3]]
  ) { graph, inputs, _ in
    [graph.weightedSum(inputs[0], weights: inputs[1], terms: [inputs[2], inputs[3]])]
  } oracle: { arguments in
    [
      arguments.inputs[0].indices.map { index in
        arguments.inputs[0][index]
          + (0..<2).reduce(0) {
            $0 + arguments.inputs[1][index / 3 * 2 + $1] * arguments.inputs[2 + $1][index]
          }
      }
    ]
  },
  OperationCheck(operation: "MeanOverTime", label: "so far", inputs: [[2, 5, 3]]) {
    graph, inputs, _ in
    [graph.meanOverTime(inputs[0], isCausal: true)]
  } oracle: {
    [meanOracle($0.inputs[0], width: 3, time: 5, isCausal: true)]
  },
  OperationCheck(operation: "MeanOverTime", label: "of all", inputs: [[2, 5, 3]]) {
    graph, inputs, _ in
    [graph.meanOverTime(inputs[0], isCausal: false)]
  } oracle: {
    [meanOracle($0.inputs[0], width: 3, time: 5, isCausal: false)]
  },
  OperationCheck(operation: "Broadcast", inputs: [], parameters: [[1, 1, 3]]) {
    graph, _, weights in
    [graph.broadcast(weights[0])]
  } oracle: { arguments in
    [(0..<10).flatMap { _ in arguments.parameters[0] }]
  },
  OperationCheck(operation: "RowMixture", inputs: [[2, 5, 3]], parameters: [[3, 6]]) {
    [$0.rowMixture($1[0], of: $2[0])]
  } oracle: { arguments in
    let matrix = rows(arguments.parameters[0], width: 6)
    return [
      rows(arguments.inputs[0], width: 3).flatMap { weights in
        (0..<6).map { channel in
          weights.indices.reduce(0) { $0 + weights[$1] * matrix[$1][channel] }
        }
      }
    ]
  },
  OperationCheck(
    operation: "GatedAddition", inputs: [[2, 5, 19], [2, 5, 19]], parameters: [[1]]
  ) {
    [$0.add($1[0], $1[1], gatedBy: $2[0])]
  } oracle: { arguments in
    let share = sigmoidOracle(arguments.parameters[0][0])
    return [zip(arguments.inputs[0], arguments.inputs[1]).map { $0 + share * $1 }]
  },
  OperationCheck(
    operation: "DecayingSum", time: 7, inputs: [[2, 7, 18], [2, 7, 18], [2, 7, 18]],
    parameters: [[18]], range: -2...2
  ) {
    [$0.decayingSum(gate: $1[0], keys: $1[1], values: $1[2], decay: $2[0], isClamped: false)]
  } oracle: {
    [decayingSumOracle($0, time: 7, width: 18, isClamped: false)]
  },
  // With λ down to sigmoid(−8), scales pass 1e-10 from the third position on.
  OperationCheck(
    operation: "DecayingSum", label: "clamped", time: 7,
    inputs: [[2, 7, 18], [2, 7, 18], [2, 7, 18]], parameters: [[18]], range: -8...2
  ) {
    [$0.decayingSum(gate: $1[0], keys: $1[1], values: $1[2], decay: $2[0], isClamped: true)]
  } oracle: {
    [decayingSumOracle($0, time: 7, width: 18, isClamped: true)]
  },
]
