import Foundation

@testable import FlashShared

/// One head's rows of a packed projection: unit keys, values, unit queries, strengths.
private struct MemoryRows {
  var keys: [[Double]] = []
  var values: [[Double]] = []
  var queries: [[Double]] = []
  var strengths: [Double] = []

  init(_ sequence: [Double], _ shape: MemoryShape, head: Int) {
    func unit(_ vector: [Double]) -> [Double] {
      let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return vector.map { $0 / max(norm, 1e-12) }
    }
    let inner = shape.heads * shape.width
    for row in rows(sequence, width: shape.projectedWidth) {
      func part(_ index: Int) -> [Double] {
        let start = index * inner + head * shape.width
        return Array(row[start..<start + shape.width])
      }
      keys.append(unit(part(0)))
      values.append(part(1))
      queries.append(unit(part(2)))
      strengths.append(1 / (1 + exp(-row[3 * inner + head])))
    }
  }
}

/// The recurrence, a position at a time: reads, and the state (row: value, column: key).
func deltaRecurrence(
  keys: [[Double]], values: [[Double]], queries: [[Double]], strengths: [Double]
) -> (reads: [[Double]], state: [[Double]]) {
  let width = keys[0].count
  var state = [[Double]](repeating: [Double](repeating: 0, count: width), count: width)
  func applied(_ vector: [Double]) -> [Double] {
    state.map { zip($0, vector).reduce(0) { $0 + $1.0 * $1.1 } }
  }
  var reads: [[Double]] = []
  for t in keys.indices {
    let recalled = applied(keys[t])
    for row in 0..<width {
      let write = strengths[t] * (values[t][row] - recalled[row])
      for column in 0..<width { state[row][column] += write * keys[t][column] }
    }
    reads.append(applied(queries[t]))
  }
  return (reads, state)
}

/// Linear attention with the published or the repaired mask, weight by weight.
private func linearMemory(_ rows: MemoryRows, _ reach: MemoryReach, width: Int) -> [[Double]] {
  var sums: [Double] = []
  for strength in rows.strengths { sums.append((sums.last ?? 0) + log(1 - strength + 1e-8)) }
  return rows.keys.indices.map { q in
    var output = rows.values[q].map { $0 * rows.strengths[q] }
    let visible = reach == .presentAndFuture ? q..<rows.keys.count : 0..<(q + 1)
    for k in visible {
      let product = zip(rows.queries[q], rows.keys[k]).reduce(0) { $0 + $1.0 * $1.1 }
      let weight = product / Double(width).squareRoot() * exp(min(0, sums[q] - sums[k]))
      for channel in 0..<width { output[channel] += weight * rows.values[k][channel] }
    }
    return output
  }
}

/// A memory of some heads over a packed projection.
private func memoryCheck(
  _ operation: String, _ label: String, _ shape: MemoryShape, batch: Int, time: Int,
  record: @escaping @Sendable (Graph, Tensor) -> Tensor,
  oracle: @escaping @Sendable (MemoryRows) -> [[Double]]
) -> OperationCheck {
  OperationCheck(
    operation: operation, label: label, batch: batch, time: time,
    inputs: [[batch, time, shape.projectedWidth]], range: -2...2, tolerance: 5e-5
  ) { graph, inputs, _ in
    [record(graph, inputs[0])]
  } oracle: { arguments in
    [
      rows(arguments.inputs[0], width: time * shape.projectedWidth).flatMap { sequence in
        let heads = (0..<shape.heads).map { oracle(MemoryRows(sequence, shape, head: $0)) }
        return (0..<time).flatMap { t in heads.flatMap { $0[t] } }
      }
    ]
  }
}

private func deltaCheck(_ label: String, _ shape: MemoryShape, batch: Int, time: Int)
  -> OperationCheck
{
  memoryCheck("DeltaRule", label, shape, batch: batch, time: time) {
    $0.deltaRule($1, shape)
  } oracle: {
    deltaRecurrence(
      keys: $0.keys, values: $0.values, queries: $0.queries, strengths: $0.strengths
    ).reads
  }
}

private func linearCheck(
  _ label: String, _ reach: MemoryReach, _ shape: MemoryShape, batch: Int, time: Int
) -> OperationCheck {
  memoryCheck("LinearMemory", label, shape, batch: batch, time: time) {
    $0.linearMemory($1, shape, reach)
  } oracle: {
    linearMemory($0, reach, width: shape.width)
  }
}

let deltaMemoryChecks: [OperationCheck] = [
  deltaCheck("heads", MemoryShape(heads: 2, width: 3), batch: 2, time: 5),
  deltaCheck("wide", MemoryShape(heads: 1, width: 17), batch: 1, time: 4),
  deltaCheck("several chunks", MemoryShape(heads: 1, width: 2), batch: 1, time: 131),
  linearCheck(
    "future", .presentAndFuture, MemoryShape(heads: 2, width: 3), batch: 2, time: 5),
  linearCheck(
    "past with decay", .presentAndPast, MemoryShape(heads: 2, width: 3), batch: 2, time: 5),
  linearCheck(
    "future, several chunks", .presentAndFuture, MemoryShape(heads: 1, width: 2), batch: 1,
    time: 131),
  linearCheck(
    "past, several chunks", .presentAndPast, MemoryShape(heads: 1, width: 2), batch: 1, time: 131),
]

let mixtureChecks: [OperationCheck] = [
  OperationCheck(
    operation: "GatedMixture", inputs: [[2, 5, 19], [2, 5, 19], [2, 5, 19]], range: -3...3
  ) { graph, inputs, _ in
    [graph.gatedMixture(gate: inputs[0], inputs[1], inputs[2])]
  } oracle: { arguments in
    [
      arguments.inputs[0].indices.map { index in
        let gate = 1 / (1 + exp(-arguments.inputs[0][index]))
        return gate * arguments.inputs[1][index] + (1 - gate) * arguments.inputs[2][index]
      }
    ]
  },
  OperationCheck(
    operation: "ConcatenatedLinearMap", label: "apart in memory", inputs: [[2, 5, 6]],
    parameters: [[4, 6], [3, 6]]
  ) { graph, inputs, weights in
    [graph.concatenatedLinear(inputs[0], weights)]
  } oracle: {
    concatenatedOracle($0, inputWidth: 6)
  },
  OperationCheck(
    operation: "ConcatenatedLinearMap", label: "neighbours in memory", inputs: [[2, 5, 8]],
    parameters: [[4, 8], [3, 8]]
  ) { graph, inputs, weights in
    [graph.concatenatedLinear(inputs[0], weights)]
  } oracle: {
    concatenatedOracle($0, inputWidth: 8)
  },
]

private func concatenatedOracle(
  _ arguments: OperationCheck.Arguments, inputWidth: Int
) -> [[Double]] {
  [
    rows(arguments.inputs[0], width: inputWidth).flatMap { row in
      arguments.parameters.flatMap { linearOracle(row, $0, inputWidth: inputWidth) }
    }
  ]
}

let wordDropoutChecks: [OperationCheck] = [
  OperationCheck(operation: "WordDropout", inputs: [], parameters: [[7, 3]]) { graph, _, weights in
    let tokens = graph.wordDropout(probability: 0.4, replacement: 1)
    return [graph.embedding(weights[0], tokens: tokens)]
  } oracle: { arguments in
    let table = rows(arguments.parameters[0], width: 3)
    return [
      arguments.tokens.enumerated().flatMap { index, token in
        let draws = arguments.context.wordDropoutDraws(sequence: index / 5)
        return table[draws.uniform(at: UInt64(index % 5)) < 0.4 ? 1 : token]
      }
    ]
  }
]
