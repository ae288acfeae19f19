import Foundation

@testable import FlashShared

/// Capped causal attention, one score after the other.
private func cappedCheck(
  _ label: String, heads: Int, headWidth: Int, time: Int, dropout: Float = 0
) -> OperationCheck {
  let inner = heads * headWidth
  let cap = 1.5
  return OperationCheck(
    operation: "CappedAttention", label: label, batch: 1, time: time,
    inputs: [[1, time, 3 * inner]], range: -2...2, tolerance: 5e-5
  ) { graph, inputs, _ in
    [
      graph.cappedAttention(
        inputs[0], AttentionShape(heads: heads, headWidth: headWidth), cap: Float(cap),
        dropout: dropout)
    ]
  } oracle: { arguments in
    let lines = rows(arguments.inputs[0], width: 3 * inner)
    let mask = arguments.context.dropoutMask(dropout, site: 0, sequence: 0)
    var output = [Double](repeating: 0, count: time * inner)
    for head in 0..<heads {
      for query in 0..<time {
        let weights = (0...query).map { key in
          var score = 0.0
          for channel in head * headWidth..<(head + 1) * headWidth {
            score += lines[query][channel] * lines[key][inner + channel]
          }
          return exp(cap * tanh(score / Double(headWidth).squareRoot() / cap))
        }
        let total = weights.reduce(0, +)
        for key in 0...query {
          let index = Kernel.attentionDropoutIndex(head: head, query: query, time: time)
          let factor = dropout > 0 ? Double(mask.factor(at: index + UInt64(key))) : 1
          for channel in head * headWidth..<(head + 1) * headWidth {
            output[query * inner + channel] +=
              weights[key] / total * factor * lines[key][2 * inner + channel]
          }
        }
      }
    }
    return [output]
  }
}

/// Normalised and rotated queries and keys, a number at a time.
private func normalizationCheck(
  _ label: String, headWidth: Int, pairing: RotaryTable.Pairing?
) -> OperationCheck {
  let shape = AttentionShape(heads: 2, headWidth: headWidth)
  let inner = 2 * headWidth
  return OperationCheck(
    operation: "QueryKeyNormalization", label: label, batch: 2, time: 4,
    inputs: [[2, 4, 3 * inner]], parameters: [[headWidth], [headWidth]], tolerance: 5e-5
  ) { graph, inputs, weights in
    let rotary = pairing.map { RotaryTable(headWidth: headWidth, pairing: $0) }
    return [
      graph.queryKeyNormalization(
        inputs[0], shape, queryGain: weights[0], keyGain: weights[1], rotary: rotary)
    ]
  } oracle: { arguments in
    var output = arguments.inputs[0]
    for row in 0..<8 {
      for part in 0..<2 {
        for head in 0..<2 {
          let first = row * 3 * inner + part * inner + head * headWidth
          let x = Array(arguments.inputs[0][first..<first + headWidth])
          let square = x.reduce(0) { $0 + $1 * $1 } / Double(headWidth)
          let normal = zip(x, arguments.parameters[part]).map {
            $0 / (square + 1e-6).squareRoot() * $1
          }
          for (channel, value) in normal.enumerated() { output[first + channel] = value }
          guard let pairing else { continue }
          for pair in 0..<headWidth / 2 {
            let angle = Double(row % 4) * pow(10_000, -2 * Double(pair) / Double(headWidth))
            let i = pairing == .halves ? pair : 2 * pair
            let j = pairing == .halves ? pair + headWidth / 2 : 2 * pair + 1
            output[first + i] = normal[i] * cos(angle) - normal[j] * sin(angle)
            output[first + j] = normal[j] * cos(angle) + normal[i] * sin(angle)
          }
        }
      }
    }
    return [output]
  }
}

let cappedAttentionChecks: [OperationCheck] = [
  cappedCheck("plain", heads: 2, headWidth: 4, time: 6),
  cappedCheck("several tiles", heads: 1, headWidth: 2, time: 37),
  cappedCheck("dropout", heads: 2, headWidth: 2, time: 7, dropout: 0.25),
  normalizationCheck("not rotated", headWidth: 5, pairing: nil),
  normalizationCheck("neighbours", headWidth: 6, pairing: .neighbours),
  normalizationCheck("neighbours, wide", headWidth: 20, pairing: .neighbours),
  normalizationCheck("halves", headWidth: 6, pairing: .halves),
]
