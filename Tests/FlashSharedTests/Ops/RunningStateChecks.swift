import Foundation

@testable import FlashShared

private func normalizedSumOracle(
  _ arguments: OperationCheck.Arguments, time: Int, width: Int
) -> [Double] {
  let projected = rows(arguments.inputs[0], width: 3 * width)
  var totals: [Double] = []
  var weights: [Double] = []
  return projected.indices.flatMap { row -> [Double] in
    if row % time == 0 {
      totals = Array(repeating: 0, count: width)
      weights = totals
    }
    return (0..<width).map { channel in
      let k = sigmoidOracle(projected[row][width + channel])
      totals[channel] += k * tanh(projected[row][2 * width + channel])
      weights[channel] += k
      return projected[row][channel] * totals[channel] / (weights[channel] + 1e-3)
    }
  }
}

private func boundedDecayOracle(
  _ arguments: OperationCheck.Arguments, time: Int, width: Int, isFloored: Bool
) -> [Double] {
  let decay = rows(arguments.inputs[0], width: width)
  let gate = rows(arguments.inputs[1], width: width)
  let input = rows(arguments.inputs[2], width: width)
  var states: [Double] = []
  var products: [Double] = []
  return decay.indices.flatMap { row -> [Double] in
    if row % time == 0 {
      states = Array(repeating: 0, count: width)
      products = Array(repeating: 1, count: width)
    }
    return (0..<width).map { channel in
      let a = min(max(sigmoidOracle(decay[row][channel]), 0.05), 0.95)
      let r = sigmoidOracle(gate[row][channel]) * input[row][channel]
      guard isFloored else {
        states[channel] = a * states[channel] + r
        return states[channel]
      }
      states[channel] += r / max(products[channel], 1e-7)
      products[channel] *= a
      return products[channel] * states[channel]
    }
  }
}

private func gatedStateOracle(
  _ arguments: OperationCheck.Arguments, time: Int, width: Int
) -> [Double] {
  let input = rows(arguments.inputs[0], width: width)
  let parameters = arguments.parameters
  let factor = min(max(sigmoidOracle(parameters[2][0]), 0.01), 0.99)
  var states: [Double] = []
  return input.indices.flatMap { row -> [Double] in
    if row % time == 0 { states = Array(repeating: 0, count: width) }
    return (0..<width).map { channel in
      let x = input[row][channel]
      let gate = sigmoidOracle(x * parameters[0][channel] + parameters[1][channel])
      states[channel] = factor * states[channel] + gate * x
      return states[channel] * parameters[3][channel]
    }
  }
}

let runningStateChecks: [OperationCheck] = [
  OperationCheck(operation: "PositionSteps", inputs: [[2, 5, 3]], parameters: [[4, 3]]) {
    [$0.addPositionSteps($1[0], $2[0])]
  } oracle: { arguments in
    let steps = rows(arguments.parameters[0], width: 3)
    return [
      rows(arguments.inputs[0], width: 3).enumerated().flatMap { row, numbers in
        (0..<3).map { channel in
          (0...min(row % 5, 3)).reduce(numbers[channel]) { $0 + steps[$1][channel] }
        }
      }
    ]
  },
  OperationCheck(
    operation: "NormalizedRunningSum", time: 6, inputs: [[2, 6, 54]], range: -2...2
  ) { graph, inputs, _ in
    [graph.normalizedRunningSum(inputs[0], epsilon: 1e-3)]
  } oracle: {
    [normalizedSumOracle($0, time: 6, width: 18)]
  },
  OperationCheck(operation: "GatedTanh", inputs: [[2, 5, 36]], range: -2...2) { graph, inputs, _ in
    [graph.gatedTanh(inputs[0])]
  } oracle: { arguments in
    [
      rows(arguments.inputs[0], width: 36).flatMap { row in
        (0..<18).map { tanh(row[$0]) * sigmoidOracle(row[18 + $0]) }
      }
    ]
  },
  OperationCheck(
    operation: "BoundedDecayState", time: 12,
    inputs: [[2, 12, 18], [2, 12, 18], [2, 12, 18]], range: -4...4
  ) { graph, inputs, _ in
    [
      graph.boundedDecayState(
        decay: inputs[0], gate: inputs[1], input: inputs[2], isFloored: false)
    ]
  } oracle: {
    [boundedDecayOracle($0, time: 12, width: 18, isFloored: false)]
  },
  OperationCheck(
    operation: "BoundedDecayState", label: "floored", time: 12,
    inputs: [[2, 12, 18], [2, 12, 18], [2, 12, 18]], range: -4...4
  ) { graph, inputs, _ in
    [
      graph.boundedDecayState(
        decay: inputs[0], gate: inputs[1], input: inputs[2], isFloored: true)
    ]
  } oracle: {
    [boundedDecayOracle($0, time: 12, width: 18, isFloored: true)]
  },
  OperationCheck(
    operation: "GatedRunningState", time: 6, inputs: [[2, 6, 19]],
    parameters: [[19], [19], [1], [19]], range: -2...2
  ) { graph, inputs, weights in
    [
      graph.gatedRunningState(
        inputs[0],
        .init(gate: weights[0], bias: weights[1], decay: weights[2], scale: weights[3]))
    ]
  } oracle: {
    [gatedStateOracle($0, time: 6, width: 19)]
  },
  OperationCheck(
    operation: "CausalConvolution", time: 6, inputs: [[2, 6, 18]], parameters: [[18, 1, 4]]
  ) { graph, inputs, weights in
    [graph.causalConvolution(inputs[0], weights[0])]
  } oracle: { arguments in
    let input = rows(arguments.inputs[0], width: 18)
    let taps = rows(arguments.parameters[0], width: 4)
    return [
      input.indices.flatMap { row in
        (0..<18).map { channel in
          (0..<4).reduce(0.0) { sum, tap in
            let delay = 3 - tap
            return delay > row % 6 ? sum : sum + taps[channel][tap] * input[row - delay][channel]
          }
        }
      }
    ]
  },
  OperationCheck(
    operation: "LearnedScaling", label: "by one number", inputs: [[2, 5, 19]], parameters: [[1]]
  ) { graph, inputs, weights in
    [graph.scale(inputs[0], by: weights[0])]
  } oracle: { arguments in
    [arguments.inputs[0].map { $0 * arguments.parameters[0][0] }]
  },
  OperationCheck(
    operation: "LearnedScaling", label: "channel by channel", inputs: [[2, 5, 19]],
    parameters: [[19]]
  ) { graph, inputs, weights in
    [graph.scale(inputs[0], by: weights[0])]
  } oracle: { arguments in
    [
      rows(arguments.inputs[0], width: 19).flatMap { zip($0, arguments.parameters[0]).map(*) }
    ]
  },
]
