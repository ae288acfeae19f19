import Foundation

@testable import FlashShared

func sigmoidOracle(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

/// A packed projection [rows, 2 · width] → the gated convolution, written out.
private func gatedConvolutionOracle(
  _ arguments: OperationCheck.Arguments, time: Int, width: Int, tapCount: Int
) -> [Double] {
  let projected = rows(arguments.inputs[0], width: 2 * width)
  let weight = rows(arguments.parameters[0], width: tapCount)
  return projected.indices.flatMap { row in
    (0..<width).map { channel in
      var sum = 0.0
      for tap in 0..<tapCount {
        let delay = tapCount - 1 - tap
        if row % time >= delay {
          sum += weight[channel][tap] * projected[row - delay][width + channel]
        }
      }
      return sum * sigmoidOracle(projected[row][channel])
    }
  }
}

private func gatedConvolutionCheck(
  _ label: String, time: Int, width: Int, tapCount: Int
) -> OperationCheck {
  OperationCheck(
    operation: "GatedCausalConvolution", label: label, time: time, inputs: [[2, time, 2 * width]],
    parameters: [[width, 1, tapCount]]
  ) {
    [$0.gatedCausalConvolution($1[0], $2[0])]
  } oracle: {
    [gatedConvolutionOracle($0, time: time, width: width, tapCount: tapCount)]
  }
}

let convolutionChecks: [OperationCheck] = [
  gatedConvolutionCheck("", time: 9, width: 18, tapCount: 4),
  gatedConvolutionCheck("more taps than positions", time: 3, width: 3, tapCount: 5),
  gatedConvolutionCheck("one tap", time: 4, width: 16, tapCount: 1),
]

let swiGLUChecks: [OperationCheck] = [
  OperationCheck(
    operation: "SwiGLU", label: "two tensors", inputs: [[2, 5, 19], [2, 5, 19]], range: -4...4
  ) {
    graph, inputs, _ in
    [graph.swiGLU(gate: inputs[0], up: inputs[1])]
  } oracle: { arguments in
    [zip(arguments.inputs[0], arguments.inputs[1]).map { $0 * sigmoidOracle($0) * $1 }]
  },
  OperationCheck(operation: "SwiGLU", label: "packed", inputs: [[2, 5, 38]], range: -4...4) {
    graph, inputs, _ in
    [graph.swiGLU(inputs[0])]
  } oracle: { arguments in
    [
      rows(arguments.inputs[0], width: 38).flatMap { row in
        (0..<19).map { row[$0] * sigmoidOracle(row[$0]) * row[19 + $0] }
      }
    ]
  },
]
