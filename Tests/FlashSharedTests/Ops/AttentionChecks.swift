import Foundation

@testable import FlashShared

/// Causal attention, one score after the other.
private func attentionOracle(
  _ arguments: OperationCheck.Arguments, heads: Int, headWidth: Int, window: Int?, time: Int,
  isRotated: Bool, dropout: Float
) -> [Double] {
  let inner = heads * headWidth
  let sequences = rows(arguments.inputs[0], width: time * 3 * inner)
  return sequences.enumerated().flatMap { sequence, numbers -> [Double] in
    let mask = arguments.context.dropoutMask(dropout, site: 0, sequence: sequence)
    var output = [Double](repeating: 0, count: time * inner)
    for head in 0..<heads {
      func vector(_ position: Int, _ part: Int) -> [Double] {
        let start = position * 3 * inner + part * inner + head * headWidth
        let plain = Array(numbers[start..<start + headWidth])
        guard isRotated, part < 2 else { return plain }
        let half = headWidth / 2
        return (0..<headWidth).map { channel in
          let pair = channel % half
          let angle = Double(position) * pow(10_000, -2 * Double(pair) / Double(headWidth))
          return channel < half
            ? plain[channel] * cos(angle) - plain[channel + half] * sin(angle)
            : plain[channel] * cos(angle) + plain[pair] * sin(angle)
        }
      }
      for query in 0..<time {
        let first = max(0, query - (window ?? time) + 1)
        let q = vector(query, 0)
        let weights = (first...query).map { key in
          exp(
            zip(q, vector(key, 1)).reduce(0) { $0 + $1.0 * $1.1 } / Double(headWidth).squareRoot())
        }
        let total = weights.reduce(0, +)
        for key in first...query {
          var weight = weights[key - first] / total
          if dropout > 0 {
            let index = Kernel.attentionDropoutIndex(head: head, query: query, time: time)
            weight *= Double(mask.factor(at: index + UInt64(key)))
          }
          for (channel, value) in vector(key, 2).enumerated() {
            output[query * inner + head * headWidth + channel] += weight * value
          }
        }
      }
    }
    return output
  }
}

private func attentionCheck(
  _ label: String, heads: Int, headWidth: Int, time: Int, window: Int? = nil,
  isRotated: Bool = false, dropout: Float = 0
) -> OperationCheck {
  OperationCheck(
    operation: "CausalAttention", label: label, time: time,
    inputs: [[2, time, 3 * heads * headWidth]]
  ) { graph, inputs, _ in
    [
      graph.causalAttention(
        inputs[0], AttentionShape(heads: heads, headWidth: headWidth, window: window),
        rotary: isRotated ? RotaryTable(headWidth: headWidth) : nil, dropout: dropout)
    ]
  } oracle: {
    [
      attentionOracle(
        $0, heads: heads, headWidth: headWidth, window: window, time: time, isRotated: isRotated,
        dropout: dropout)
    ]
  }
}

let attentionChecks: [OperationCheck] = [
  attentionCheck("plain", heads: 2, headWidth: 4, time: 5),
  attentionCheck("rotary", heads: 2, headWidth: 4, time: 6, isRotated: true),
  attentionCheck("window", heads: 1, headWidth: 3, time: 9, window: 4),
  attentionCheck("several tiles", heads: 1, headWidth: 2, time: 37, window: 10),
  attentionCheck("dropout", heads: 2, headWidth: 2, time: 7, dropout: 0.25),
]
