import Foundation

@testable import FlashShared

/// The rows of a matrix in row order.
func rows(_ numbers: [Double], width: Int) -> [[Double]] {
  stride(from: 0, to: numbers.count, by: width).map { Array(numbers[$0..<$0 + width]) }
}

/// x·Wᵀ for rows of x and W [out, in].
func linearOracle(_ x: [Double], _ weight: [Double], inputWidth: Int) -> [Double] {
  let weightRows = rows(weight, width: inputWidth)
  return rows(x, width: inputWidth).flatMap { row in
    weightRows.map { zip(row, $0).reduce(0) { $0 + $1.0 * $1.1 } }
  }
}

let embeddingChecks: [OperationCheck] = [
  OperationCheck(operation: "Embedding", inputs: [], parameters: [[7, 3]]) { graph, _, weights in
    [graph.embedding(weights[0])]
  } oracle: { arguments in
    let table = rows(arguments.parameters[0], width: 3)
    return [arguments.tokens.flatMap { table[$0] }]
  }
]

let linearChecks: [OperationCheck] = [
  OperationCheck(operation: "LinearMap", inputs: [[2, 5, 6]], parameters: [[4, 6]]) {
    [$0.linear($1[0], $2[0])]
  } oracle: {
    [linearOracle($0.inputs[0], $0.parameters[0], inputWidth: 6)]
  },
  OperationCheck(
    operation: "LinearMap", label: "with a bias", inputs: [[2, 5, 6]], parameters: [[4, 6], [4]]
  ) {
    [$0.linear($1[0], $2[0], bias: $2[1])]
  } oracle: { arguments in
    let product = linearOracle(arguments.inputs[0], arguments.parameters[0], inputWidth: 6)
    return [rows(product, width: 4).flatMap { zip($0, arguments.parameters[1]).map(+) }]
  },
  OperationCheck(operation: "ParameterTensor", inputs: [], parameters: [[4, 6]]) {
    graph, _, weights in
    [graph.tensor(of: weights[0])]
  } oracle: {
    [$0.parameters[0]]
  },
  factoredCheck("few rows", batch: 2, time: 5),
  factoredCheck("many rows", batch: 3, time: 15),
]

/// A factored linear map against both of its maps one after the other.
private func factoredCheck(_ label: String, batch: Int, time: Int) -> OperationCheck {
  OperationCheck(
    operation: "FactoredLinearMap", label: label, batch: batch, time: time,
    inputs: [[batch, time, 6], [batch, time, 2], [5, 2]], parameters: [[4, 11], [4]]
  ) { graph, inputs, weights in
    [graph.linear(inputs[0], inputs[1], through: inputs[2], weights[0], bias: weights[1])]
  } oracle: { arguments in
    let wide = linearOracle(arguments.inputs[1], arguments.inputs[2], inputWidth: 2)
    let both = zip(rows(arguments.inputs[0], width: 6), rows(wide, width: 5)).flatMap { $0 + $1 }
    let product = linearOracle(both, arguments.parameters[0], inputWidth: 11)
    return [rows(product, width: 4).flatMap { zip($0, arguments.parameters[1]).map(+) }]
  }
}

let normalizationChecks: [OperationCheck] = [
  OperationCheck(
    operation: "LayerNormalization", inputs: [[2, 5, 19]], parameters: [[19], [19]]
  ) {
    [$0.layerNorm($1[0], gain: $2[0], bias: $2[1])]
  } oracle: { arguments in
    [
      rows(arguments.inputs[0], width: 19).flatMap { row -> [Double] in
        let mean = row.reduce(0, +) / 19
        let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 19
        return row.indices.map {
          (row[$0] - mean) / (variance + 1e-5).squareRoot() * arguments.parameters[0][$0]
            + arguments.parameters[1][$0]
        }
      }
    ]
  },
  OperationCheck(
    operation: "RootMeanSquareNormalization", inputs: [[2, 5, 19]], parameters: [[19]]
  ) {
    [$0.rmsNorm($1[0], gain: $2[0])]
  } oracle: { arguments in
    [
      rows(arguments.inputs[0], width: 19).flatMap { row -> [Double] in
        let square = row.reduce(0) { $0 + $1 * $1 } / 19
        return row.indices.map {
          row[$0] / (square + 1e-6).squareRoot() * arguments.parameters[0][$0]
        }
      }
    ]
  },
]

let elementwiseChecks: [OperationCheck] = [
  OperationCheck(operation: "Addition", inputs: [[2, 5, 3], [2, 5, 3]]) { graph, inputs, _ in
    [graph.add(inputs[0], inputs[1])]
  } oracle: {
    [zip($0.inputs[0], $0.inputs[1]).map(+)]
  },
  OperationCheck(operation: "Addition", label: "of a tensor to itself", inputs: [[2, 5, 3]]) {
    graph, inputs, _ in
    [graph.add(inputs[0], inputs[0])]
  } oracle: {
    [$0.inputs[0].map { 2 * $0 }]
  },
  OperationCheck(operation: "Dropout", inputs: [[2, 5, 33]]) { graph, inputs, _ in
    [graph.dropout(inputs[0], probability: 0.3)]
  } oracle: { arguments in
    [
      arguments.inputs[0].indices.map { index in
        let (sequence, place) = index.quotientAndRemainder(dividingBy: 5 * 33)
        let mask = arguments.context.dropoutMask(0.3, site: 0, sequence: sequence)
        return arguments.inputs[0][index] * Double(mask.factor(at: UInt64(place)))
      }
    ]
  },
  OperationCheck(operation: "GatedGELU", inputs: [[2, 5, 38]], range: -4...4) {
    graph, inputs, _ in
    [graph.gatedGELU(inputs[0])]
  } oracle: { arguments in
    [
      rows(arguments.inputs[0], width: 38).flatMap { row in
        (0..<19).map { row[$0] * 0.5 * (1 + erf(row[$0] / 2.0.squareRoot())) * row[19 + $0] }
      }
    ]
  },
]

let lossChecks: [OperationCheck] = [
  OperationCheck(
    operation: "CrossEntropy", inputs: [[2, 5, 6]], parameters: [[7, 6]], range: -2...2
  ) { graph, inputs, weights in
    graph.crossEntropy(inputs[0], head: weights[0], name: "loss", positionsPerSequence: 4)
    return []
  } oracle: { arguments in
    let logits = linearOracle(arguments.inputs[0], arguments.parameters[0], inputWidth: 6)
    var sum = 0.0
    for (row, target) in zip(rows(logits, width: 7), arguments.targets) where target >= 0 {
      sum += log(row.reduce(0) { $0 + exp($1) }) - row[target]
    }
    return [[0.75 * sum / 4 / 2]]
  }
]
