import Foundation

@testable import FlashShared

/// The largest numbers from the largest on, and where they are.
private func largest(_ numbers: [Double], count: Int) -> [(index: Int, value: Double)] {
  numbers.enumerated().map { (index: $0, value: $1) }.sorted { $0.value > $1.value }
    .prefix(count).map { $0 }
}

private func softmaxOracle(_ numbers: [Double]) -> [Double] {
  let powers = numbers.map { exp($0) }
  let total = powers.reduce(0, +)
  return powers.map { $0 / total }
}

/// Weights and slots of a row of logits.
private func addressOracle(
  _ logits: [Double], size: Int, chosen: Int
) -> [(slot: Int, weight: Double)] {
  var products = [1.0]
  for group in rows(logits, width: size) {
    let shares = softmaxOracle(group)
    products = products.flatMap { product in shares.map { product * $0 } }
  }
  let best = largest(products, count: chosen)
  let sum = best.reduce(1e-8) { $0 + $1.value }
  return best.map { ($0.index, $0.value / sum) }
}

/// A memory of nine slots of five channels that changes every three positions of seven.
private func slotMemoryOracle(_ arguments: OperationCheck.Arguments) -> [Double] {
  let logits = rows(arguments.inputs[0], width: 6)
  let written = rows(arguments.inputs[1], width: 5)
  let initial = rows(arguments.parameters[0], width: 5)
  var memory = initial
  var writes: [[Double]] = []
  let none = Array(repeating: Array(repeating: 0.0, count: 5), count: 9)
  return logits.indices.flatMap { row -> [Double] in
    if row % 7 == 0 {
      memory = initial
      writes = none
    } else if row % 7 % 3 == 0 {
      for slot in 0..<9 {
        for channel in 0..<5 {
          memory[slot][channel] = 0.9 * memory[slot][channel] + writes[slot][channel]
        }
      }
      writes = none
    }
    var read = Array(repeating: 0.0, count: 5)
    for (slot, weight) in addressOracle(logits[row], size: 3, chosen: 4) {
      for channel in 0..<5 {
        read[channel] += weight * memory[slot][channel]
        writes[slot][channel] += weight * written[row][channel]
      }
    }
    return read
  }
}

let addressChecks: [OperationCheck] = [
  OperationCheck(operation: "ProductAddress", inputs: [[2, 5, 9]], range: -2...2) {
    graph, inputs, _ in
    let shape = ProductAddressShape(groups: 3, size: 3, chosen: 5)
    return [graph.productAddress(inputs[0], shape).weights]
  } oracle: { arguments in
    [
      rows(arguments.inputs[0], width: 9).flatMap { row in
        addressOracle(row, size: 3, chosen: 5).map(\.weight)
      }
    ]
  },
  OperationCheck(
    operation: "ChunkedSlotMemory", time: 7, inputs: [[2, 7, 6], [2, 7, 5]],
    parameters: [[9, 5]], range: -2...2
  ) { graph, inputs, weights in
    let address = graph.productAddress(
      inputs[0], ProductAddressShape(groups: 2, size: 3, chosen: 4))
    return [
      graph.chunkedSlotMemory(
        weights: address.weights, slots: address.slots, written: inputs[1],
        initial: weights[0], decay: 0.9, chunk: 3)
    ]
  } oracle: {
    [slotMemoryOracle($0)]
  },
  OperationCheck(
    operation: "CellRead", inputs: [[2, 5, 21]], parameters: [[21, 6]], range: -2...2
  ) { graph, inputs, weights in
    [graph.cellRead(inputs[0], cells: weights[0], chosen: 4)]
  } oracle: { arguments in
    let cells = rows(arguments.parameters[0], width: 6)
    return [
      rows(arguments.inputs[0], width: 21).flatMap { scores -> [Double] in
        let best = largest(scores, count: 4)
        let shares = softmaxOracle(best.map(\.value))
        return (0..<6).map { channel in
          zip(best, shares).reduce(0) { $0 + $1.1 * cells[$1.0.index][channel] }
        }
      }
    ]
  },
]
