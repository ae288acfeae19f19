import Foundation

@testable import FlashShared

private func gatedRecurrenceOracle(
  _ arguments: OperationCheck.Arguments, time: Int, width: Int, floor: Double
) -> [Double] {
  let forget = rows(arguments.inputs[0], width: width)
  let values = rows(arguments.inputs[1], width: width)
  let gates = rows(arguments.inputs[2], width: width)
  var hidden: [Double] = []
  return forget.indices.flatMap { row -> [Double] in
    if row % time == 0 { hidden = Array(repeating: 0, count: width) }
    return (0..<width).map { channel in
      let f = floor + (1 - floor) * sigmoidOracle(forget[row][channel])
      hidden[channel] = f * hidden[channel] + (1 - f) * values[row][channel]
      return sigmoidOracle(gates[row][channel]) * hidden[channel]
    }
  }
}

/// Normalises groups of channels of `positions` neighbouring rows together.
private func groupNormOracle(
  _ arguments: OperationCheck.Arguments, width: Int, groups: Int, positions: Int
) -> [Double] {
  let input = rows(arguments.inputs[0], width: width)
  var output = input
  let groupWidth = width / groups
  for start in stride(from: 0, to: input.count, by: positions) {
    for group in 0..<groups {
      let channels = group * groupWidth..<(group + 1) * groupWidth
      let numbers = (start..<start + positions).flatMap { input[$0][channels] }
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      let variance =
        numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)
      for row in start..<start + positions {
        for channel in channels {
          output[row][channel] =
            (input[row][channel] - mean) / (variance + 1e-5).squareRoot()
            * arguments.parameters[0][channel] + arguments.parameters[1][channel]
        }
      }
    }
  }
  return output.flatMap { $0 }
}

let recurrenceChecks: [OperationCheck] = [
  OperationCheck(
    operation: "GatedRecurrence", time: 6, inputs: [[2, 6, 18], [2, 6, 18], [2, 6, 18]],
    range: -3...3
  ) { graph, inputs, _ in
    [
      graph.gatedRecurrence(
        forget: inputs[0], values: inputs[1], outputGate: inputs[2], floor: 0.25)
    ]
  } oracle: {
    [gatedRecurrenceOracle($0, time: 6, width: 18, floor: 0.25)]
  },
  OperationCheck(operation: "TokenShift", inputs: [[2, 5, 19]], parameters: [[19]], range: -2...2) {
    [$0.tokenShift($1[0], mix: $2[0])]
  } oracle: { arguments in
    let input = rows(arguments.inputs[0], width: 19)
    return [
      input.indices.flatMap { row in
        (0..<19).map { channel in
          let share = sigmoidOracle(arguments.parameters[0][channel])
          let before = row % 5 == 0 ? 0 : input[row - 1][channel]
          return share * input[row][channel] + (1 - share) * before
        }
      }
    ]
  },
  OperationCheck(
    operation: "GroupNormalization", label: "of each position", inputs: [[2, 5, 15]],
    parameters: [[15], [15]]
  ) {
    [$0.groupNorm($1[0], gain: $2[0], bias: $2[1], groups: 3, acrossTime: false)]
  } oracle: {
    [groupNormOracle($0, width: 15, groups: 3, positions: 1)]
  },
  OperationCheck(
    operation: "GroupNormalization", label: "across time", inputs: [[2, 5, 36]],
    parameters: [[36], [36]]
  ) {
    [$0.groupNorm($1[0], gain: $2[0], bias: $2[1], groups: 2, acrossTime: true)]
  } oracle: {
    [groupNormOracle($0, width: 36, groups: 2, positions: 5)]
  },
  OperationCheck(operation: "SquaredReLU", inputs: [[2, 5, 19]]) { graph, inputs, _ in
    [graph.squaredReLU(inputs[0])]
  } oracle: { arguments in
    [arguments.inputs[0].map { max($0, 0) * max($0, 0) }]
  },
]
