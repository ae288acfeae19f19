import Foundation

@testable import FlashShared

/// Σ_{s ≤ t} exp(l_{s+1} + … + l_t) (q_t·k_s) v_s by the definition; reversed, over s ≥ t.
private func decayedAttentionOracle(
  _ arguments: OperationCheck.Arguments, time: Int, keyWidth: Int, valueWidth: Int,
  logDecay: Double?, scale: Double, isReversed: Bool
) -> [Double] {
  let queries = rows(arguments.inputs[0], width: keyWidth)
  let keys = rows(arguments.inputs[1], width: keyWidth)
  let values = rows(arguments.inputs[2], width: valueWidth)
  return queries.indices.flatMap { reader -> [Double] in
    let start = reader / time * time
    var sum = [Double](repeating: 0, count: valueWidth)
    for stored in isReversed ? reader..<start + time : start..<reader + 1 {
      var decay = 0.0
      for between in min(stored, reader)..<max(stored, reader) {
        decay += logDecay ?? arguments.inputs[3][between + 1]
      }
      let match = zip(queries[reader], keys[stored]).reduce(0) { $0 + $1.0 * $1.1 }
      for channel in 0..<valueWidth {
        sum[channel] += scale * exp(decay) * match * values[stored][channel]
      }
    }
    return sum
  }
}

private func decayedAttentionCheck(
  _ label: String, time: Int, keyWidth: Int, valueWidth: Int, factor: Float? = nil,
  isReversed: Bool = false, chunk: Int
) -> OperationCheck {
  let decays = factor == nil ? [[2, time, 1]] : []
  return OperationCheck(
    operation: "DecayedLinearAttention", label: label, time: time,
    inputs: [[2, time, keyWidth], [2, time, keyWidth], [2, time, valueWidth]] + decays,
    range: -1...0
  ) { graph, inputs, _ in
    [
      graph.decayedLinearAttention(
        queries: inputs[0], keys: inputs[1], values: inputs[2],
        decay: factor.map { .constant($0) } ?? .logarithms(inputs[3]), scale: 0.5,
        isReversed: isReversed, chunk: chunk)
    ]
  } oracle: {
    [
      decayedAttentionOracle(
        $0, time: time, keyWidth: keyWidth, valueWidth: valueWidth,
        logDecay: factor.map { log(Double($0)) }, scale: 0.5, isReversed: isReversed)
    ]
  }
}

private func slotMemoryOracle(
  _ arguments: OperationCheck.Arguments, time: Int, slots: Int, width: Int
) -> [Double] {
  let gates = rows(arguments.inputs[0], width: slots)
  let written = rows(arguments.inputs[1], width: width)
  let weights = rows(arguments.inputs[2], width: slots)
  var memory: [[Double]] = []
  return gates.indices.flatMap { row -> [Double] in
    if row % time == 0 {
      memory = Array(repeating: Array(repeating: 0, count: width), count: slots)
    }
    return (0..<slots).flatMap { slot -> [Double] in
      let gate = sigmoidOracle(gates[row][slot])
      for channel in 0..<width {
        memory[slot][channel] =
          gate * written[row][channel] + (1 - gate) * memory[slot][channel]
      }
      return memory[slot].map { $0 * weights[row][slot] }
    }
  }
}

let fadingMemoryChecks: [OperationCheck] = [
  decayedAttentionCheck(
    "constant decay", time: 5, keyWidth: 3, valueWidth: 4, factor: 0.9, chunk: 64),
  decayedAttentionCheck(
    "several chunks", time: 11, keyWidth: 5, valueWidth: 3, factor: 0.8, chunk: 4),
  decayedAttentionCheck("gates", time: 6, keyWidth: 4, valueWidth: 4, chunk: 64),
  decayedAttentionCheck("gates, several chunks", time: 11, keyWidth: 17, valueWidth: 3, chunk: 4),
  decayedAttentionCheck(
    "reversed", time: 10, keyWidth: 3, valueWidth: 4, factor: 0.7, isReversed: true, chunk: 4),
  OperationCheck(
    operation: "SlotMemory", time: 7, inputs: [[2, 7, 3], [2, 7, 5], [2, 7, 3]], range: -2...2
  ) { graph, inputs, _ in
    [graph.slotMemory(gates: inputs[0], written: inputs[1], readWeights: inputs[2]).read]
  } oracle: {
    [slotMemoryOracle($0, time: 7, slots: 3, width: 5)]
  },
  OperationCheck(operation: "DelayedTaps", time: 8, inputs: [[2, 8, 5], [2, 8, 3]]) {
    graph, inputs, _ in
    [graph.delayedTaps(inputs[0], weights: inputs[1], delays: [1, 3, 20])]
  } oracle: { arguments in
    let values = rows(arguments.inputs[0], width: 5)
    let weights = rows(arguments.inputs[1], width: 3)
    return [
      values.indices.flatMap { row in
        (0..<5).map { channel in
          var sum = 0.0
          for (tap, delay) in [1, 3, 20].enumerated() where row % 8 >= delay {
            sum += weights[row][tap] * values[row - delay][channel]
          }
          return sum
        }
      }
    ]
  },
]

let gateChecks: [OperationCheck] = [
  OperationCheck(operation: "SigmoidGate", inputs: [[2, 5, 19], [2, 5, 19]], range: -3...3) {
    graph, inputs, _ in
    [graph.sigmoidGate(inputs[0], by: inputs[1])]
  } oracle: { arguments in
    [zip(arguments.inputs[0], arguments.inputs[1]).map { $0 * sigmoidOracle($1) }]
  },
  OperationCheck(operation: "LogSigmoid", inputs: [[2, 5, 19]], range: -6...6) {
    graph, inputs, _ in
    [graph.logSigmoid(inputs[0], epsilon: 0.01)]
  } oracle: { arguments in
    [arguments.inputs[0].map { log(sigmoidOracle($0) + 0.01) }]
  },
  OperationCheck(operation: "Softmax", inputs: [[2, 5, 19]], range: -3...3) { graph, inputs, _ in
    [graph.softmax(inputs[0], scale: 0.7)]
  } oracle: { arguments in
    [
      rows(arguments.inputs[0], width: 19).flatMap { row in
        let total = row.reduce(0) { $0 + exp(0.7 * $1) }
        return row.map { exp(0.7 * $0) / total }
      }
    ]
  },
]
