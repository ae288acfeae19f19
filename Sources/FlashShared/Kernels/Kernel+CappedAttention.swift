import Foundation

extension Kernel {
  /// Queries that share one tile of capped scores.
  private static let cappedQueryTile = 32

  /// The number of floats that `cappedAttention` and `cappedAttentionGradient` need as scratch.
  static func cappedAttentionScratchCount(time: Int) -> Int { 3 * cappedQueryTile * time }

  /// Causal softmax attention of one sequence whose scores are bounded by a soft cap (Gemma Team,
  /// arXiv:2408.00118): O = dropout(softmax(cap · tanh(scale · Q Kᵀ / cap))) V in each head.
  ///
  /// Parameters are those of `attention`.
  static func cappedAttention(
    queries: Source, keys: Source, values: Source, rowStride: Int, output: Destination,
    outputStride: Int, logSumExp: Destination, time: Int, heads: Int, headWidth: Int,
    scale: Float, cap: Float, dropout mask: DropoutMask?, scratch: Destination
  ) {
    for head in 0..<heads {
      let offset = head &* headWidth
      for first in stride(from: 0, to: time, by: cappedQueryTile) {
        let count = Swift.min(cappedQueryTile, time &- first)
        let visible = first &+ count
        multiply(
          queries + (offset &+ first &* rowStride), transposed: false, leadingDimension: rowStride,
          keys + offset, transposed: true, leadingDimension: rowStride, into: scratch,
          leadingDimension: visible, rows: count, columns: visible, depth: headWidth,
          scale: scale / cap)
        for row in 0..<count {
          let query = first &+ row
          let line = scratch + row &* visible
          map(line, line, count: query &+ 1) { FlashShared.tanh($0) * cap }
          let (peak, total) = exponentials(line, line, count: query &+ 1)
          logSumExp[head &* time &+ query] = peak + log(total)
          Kernel.scale(line, by: 1 / total, line, count: query &+ 1)
          fill(line + query + 1, 0, count: visible &- query &- 1)
          if let mask {
            Kernel.dropout(
              line, line, mask: mask,
              firstIndex: attentionDropoutIndex(head: head, query: query, time: time),
              count: query &+ 1)
          }
        }
        multiply(
          scratch, transposed: false, leadingDimension: visible, values + offset,
          transposed: false, leadingDimension: rowStride,
          into: output + (offset &+ first &* outputStride), leadingDimension: outputStride,
          rows: count, columns: headWidth, depth: visible)
      }
    }
  }

  /// The gradients of `cappedAttention`, from the probabilities recomputed with `logSumExp`.
  ///
  /// As for `attention`, with dS = P ⊙ (dP − Σ P ⊙ dP) ⊙ (1 − tanh²).
  static func cappedAttentionGradient(
    outputGradient: Source, outputStride: Int, queries: Source, keys: Source, values: Source,
    rowStride: Int, logSumExp: Source, queryGradient: Destination, keyGradient: Destination,
    valueGradient: Destination, gradientStride: Int, time: Int, heads: Int, headWidth: Int,
    scale: Float, cap: Float, dropout mask: DropoutMask?, scratch: Destination
  ) {
    for position in 0..<time {
      fill(keyGradient + position &* gradientStride, 0, count: heads &* headWidth)
      fill(valueGradient + position &* gradientStride, 0, count: heads &* headWidth)
    }
    let probabilities = scratch
    let slopes = probabilities + cappedQueryTile &* time
    let bounded = slopes + cappedQueryTile &* time
    for head in 0..<heads {
      let offset = head &* headWidth
      for first in stride(from: 0, to: time, by: cappedQueryTile) {
        let count = Swift.min(cappedQueryTile, time &- first)
        let visible = first &+ count
        let query = queries + (offset &+ first &* rowStride)
        let gradient = outputGradient + (offset &+ first &* outputStride)
        multiply(
          query, transposed: false, leadingDimension: rowStride, keys + offset, transposed: true,
          leadingDimension: rowStride, into: bounded, leadingDimension: visible, rows: count,
          columns: visible, depth: headWidth, scale: scale / cap)
        multiply(
          gradient, transposed: false, leadingDimension: outputStride, values + offset,
          transposed: true, leadingDimension: rowStride, into: slopes, leadingDimension: visible,
          rows: count, columns: visible, depth: headWidth)
        for row in 0..<count {
          cappedScoreGradient(
            bounded: bounded + row &* visible, probabilities: probabilities + row &* visible,
            slopes: slopes + row &* visible, count: first &+ row &+ 1, width: visible, cap: cap,
            logSumExp: logSumExp[head &* time &+ first &+ row], mask: mask,
            maskIndex: attentionDropoutIndex(head: head, query: first &+ row, time: time))
        }
        multiply(
          probabilities, transposed: true, leadingDimension: visible, gradient, transposed: false,
          leadingDimension: outputStride, into: valueGradient + offset,
          leadingDimension: gradientStride, rows: visible, columns: headWidth, depth: count,
          accumulate: true)
        multiply(
          slopes, transposed: false, leadingDimension: visible, keys + offset, transposed: false,
          leadingDimension: rowStride,
          into: queryGradient + (offset &+ first &* gradientStride),
          leadingDimension: gradientStride, rows: count, columns: headWidth, depth: visible,
          scale: scale)
        multiply(
          slopes, transposed: true, leadingDimension: visible, query, transposed: false,
          leadingDimension: rowStride, into: keyGradient + offset,
          leadingDimension: gradientStride, rows: visible, columns: headWidth, depth: count,
          scale: scale, accumulate: true)
      }
    }
  }

  /// One row: from s/cap and the gradient of the dropped probabilities, the probabilities as they
  /// were dropped, and the gradient of s in place of theirs. What is not visible becomes zero.
  private static func cappedScoreGradient(
    bounded: Destination, probabilities: Destination, slopes: Destination, count: Int, width: Int,
    cap: Float, logSumExp: Float, mask: DropoutMask?, maskIndex: UInt64
  ) {
    map(bounded, bounded, count: count) { FlashShared.tanh($0) }
    map(bounded, probabilities, count: count) { exponential($0 * cap - logSumExp) }
    if let mask {
      Kernel.dropout(slopes, slopes, mask: mask, firstIndex: maskIndex, count: count)
    }
    let mean = dot(probabilities, slopes, count: count)
    map(slopes, probabilities, slopes, count: count) { ($0 - mean) * $1 }
    map(slopes, bounded, slopes, count: count) { $0 - $0 * $1 * $1 }
    if let mask {
      Kernel.dropout(
        probabilities, probabilities, mask: mask, firstIndex: maskIndex, count: count)
    }
    fill(slopes + count, 0, count: width &- count)
    fill(probabilities + count, 0, count: width &- count)
  }

  /// `cappedAttention` of one new position against a cache, for decoding.
  ///
  /// Parameters are those of `attentionStep`, of a cache whose heads are read in one run each.
  static func cappedAttentionStep(
    query: Source, keys: Source, values: Source, headStride: Int, output: Destination,
    positions: Int, heads: Int, headWidth: Int, scale: Float, cap: Float, scratch: Destination
  ) {
    for head in 0..<heads {
      let k = keys + head &* headStride
      let o = output + head &* headWidth
      matrixVector(
        k, query + head &* headWidth, scratch, rows: positions, columns: headWidth)
      map(scratch, scratch, count: positions) { FlashShared.tanh($0 * (scale / cap)) * cap }
      let total = exponentials(scratch, scratch, count: positions).total
      vectorMatrix(
        scratch, values + head &* headStride, o, rows: positions, columns: headWidth)
      Kernel.scale(o, by: 1 / total, o, count: headWidth)
    }
  }
}
