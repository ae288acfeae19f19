import Foundation

extension Kernel {
  /// The number of queries that share one tile of scores.
  static let attentionQueryTile = 32

  /// The number of floats that `attention` and `attentionGradient` need as scratch.
  public static func attentionScratchCount(time: Int, heads: Int, headWidth: Int) -> Int {
    2 * attentionQueryTile * time
  }

  /// Where the dropout mask's row for one query of one head begins: a multiple of 32.
  @inline(__always)
  static func attentionDropoutIndex(head: Int, query: Int, time: Int) -> UInt64 {
    UInt64(truncatingIfNeeded: (head &* time &+ query) &* ((time &+ 31) & ~31))
  }

  /// Causal softmax attention of one sequence: O = dropout(softmax(scale · Q Kᵀ)) V in each head.
  ///
  /// - Parameters:
  ///   - queries, keys, values: position t of head h begins at t · rowStride + h · headWidth.
  ///   - output: position t of head h begins at t · outputStride + h · headWidth.
  ///   - logSumExp: [heads, time], for the gradient.
  ///   - window: key j is visible to query i iff 0 ≤ i − j < window; nil: all before it.
  ///   - dropout: on the probabilities; element (head, query, key) has the index
  ///     (head · time + query) · (time rounded up to 32) + key.
  ///   - scratch: `attentionScratchCount` floats.
  public static func attention(
    queries: Source, keys: Source, values: Source, rowStride: Int, output: Destination,
    outputStride: Int, logSumExp: Destination, time: Int, heads: Int, headWidth: Int,
    window: Int? = nil, scale: Float, dropout mask: DropoutMask?, scratch: Destination
  ) {
    for head in 0..<heads {
      let offset = head &* headWidth
      for firstQuery in stride(from: 0, to: time, by: attentionQueryTile) {
        let tile = AttentionTile(firstQuery: firstQuery, time: time, window: window)
        let scores = scratch
        scoreTile(
          queries: queries + offset, keys: keys + offset, rowStride: rowStride, tile: tile,
          headWidth: headWidth, scale: scale, scores)
        for row in 0..<tile.queryCount {
          let query = tile.firstQuery &+ row
          let line = scores + row &* tile.keyCount
          let visible = tile.visibleKeys(query: query, window: window)
          fill(line, 0, count: visible.lowerBound)
          let count = visible.count
          let start = line + visible.lowerBound
          let (peak, total) = exponentials(start, start, count: count)
          logSumExp[head &* time &+ query] = peak + log(total)
          let inverse = 1 / total
          map(start, start, count: count) { $0 * inverse }
          fill(line + visible.upperBound, 0, count: tile.keyCount &- visible.upperBound)
          if let mask {
            Kernel.dropout(
              line, line, mask: mask,
              firstIndex: attentionDropoutIndex(head: head, query: query, time: time)
                &+ UInt64(tile.firstKey), count: tile.keyCount)
          }
        }
        multiply(
          scores, transposed: false, leadingDimension: tile.keyCount,
          values + (offset &+ tile.firstKey &* rowStride),
          transposed: false, leadingDimension: rowStride,
          into: output + (offset &+ tile.firstQuery &* outputStride),
          leadingDimension: outputStride, rows: tile.queryCount, columns: headWidth,
          depth: tile.keyCount)
      }
    }
  }

  /// The gradients of `attention`, from the probabilities recomputed with `logSumExp`.
  ///
  /// With P the probabilities, M the dropout factors and dP = (dO Vᵀ) ⊙ M: dV = (P ⊙ M)ᵀ dO,
  /// dS = P ⊙ (dP − Σ P ⊙ dP), dQ = scale · dS K, dK = scale · dSᵀ Q.
  ///
  /// - Parameters:
  ///   - outputGradient: position t of head h begins at t · outputStride + h · headWidth.
  ///   - queryGradient, keyGradient, valueGradient: overwritten; position t of head h begins at
  ///     t · gradientStride + h · headWidth.
  public static func attentionGradient(
    outputGradient: Source, outputStride: Int, queries: Source, keys: Source, values: Source,
    rowStride: Int, logSumExp: Source, queryGradient: Destination, keyGradient: Destination,
    valueGradient: Destination, gradientStride: Int, time: Int, heads: Int, headWidth: Int,
    window: Int? = nil, scale: Float, dropout mask: DropoutMask?, scratch: Destination
  ) {
    for position in 0..<time {
      fill(keyGradient + position &* gradientStride, 0, count: heads &* headWidth)
      fill(valueGradient + position &* gradientStride, 0, count: heads &* headWidth)
    }
    for head in 0..<heads {
      let offset = head &* headWidth
      for firstQuery in stride(from: 0, to: time, by: attentionQueryTile) {
        let tile = AttentionTile(firstQuery: firstQuery, time: time, window: window)
        let firstKey = offset &+ tile.firstKey &* rowStride
        let firstQuery = offset &+ tile.firstQuery &* rowStride
        let firstKeyGradient = offset &+ tile.firstKey &* gradientStride
        let firstOutput = outputGradient + (offset &+ tile.firstQuery &* outputStride)
        let scores = scratch
        let gradients = scratch + attentionQueryTile &* time
        scoreTile(
          queries: queries + offset, keys: keys + offset, rowStride: rowStride, tile: tile,
          headWidth: headWidth, scale: scale, scores)
        multiply(
          firstOutput, transposed: false, leadingDimension: outputStride, values + firstKey,
          transposed: true,
          leadingDimension: rowStride, into: gradients, leadingDimension: tile.keyCount,
          rows: tile.queryCount, columns: tile.keyCount, depth: headWidth)
        for row in 0..<tile.queryCount {
          let query = tile.firstQuery &+ row
          let line = scores + row &* tile.keyCount
          let dLine = gradients + row &* tile.keyCount
          let visible = tile.visibleKeys(query: query, window: window)
          let start = line + visible.lowerBound
          let shift = logSumExp[head &* time &+ query]
          map(start, start, count: visible.count) { exponential($0 - shift) }
          fill(line, 0, count: visible.lowerBound)
          fill(line + visible.upperBound, 0, count: tile.keyCount &- visible.upperBound)
          let maskIndex =
            attentionDropoutIndex(head: head, query: query, time: time) &+ UInt64(tile.firstKey)
          if let mask {
            Kernel.dropout(dLine, dLine, mask: mask, firstIndex: maskIndex, count: tile.keyCount)
          }
          let mean = dot(line, dLine, count: tile.keyCount)
          map(dLine, line, dLine, count: tile.keyCount) { ($0 - mean) * $1 }
          if let mask {
            Kernel.dropout(line, line, mask: mask, firstIndex: maskIndex, count: tile.keyCount)
          }
        }
        multiply(
          scores, transposed: true, leadingDimension: tile.keyCount, firstOutput, transposed: false,
          leadingDimension: outputStride, into: valueGradient + firstKeyGradient,
          leadingDimension: gradientStride, rows: tile.keyCount, columns: headWidth,
          depth: tile.queryCount, accumulate: true)
        multiply(
          gradients, transposed: false, leadingDimension: tile.keyCount, keys + firstKey,
          transposed: false, leadingDimension: rowStride,
          into: queryGradient + (offset &+ tile.firstQuery &* gradientStride),
          leadingDimension: gradientStride, rows: tile.queryCount, columns: headWidth,
          depth: tile.keyCount, scale: scale)
        multiply(
          gradients, transposed: true, leadingDimension: tile.keyCount, queries + firstQuery,
          transposed: false,
          leadingDimension: rowStride, into: keyGradient + firstKeyGradient,
          leadingDimension: gradientStride, rows: tile.keyCount, columns: headWidth,
          depth: tile.queryCount, scale: scale, accumulate: true)
      }
    }
  }

  /// scale · Q Kᵀ of one tile: [queryCount, keyCount].
  private static func scoreTile(
    queries: Source, keys: Source, rowStride: Int, tile: AttentionTile, headWidth: Int,
    scale: Float, _ scores: Destination
  ) {
    multiply(
      queries + tile.firstQuery &* rowStride, transposed: false, leadingDimension: rowStride,
      keys + tile.firstKey &* rowStride, transposed: true, leadingDimension: rowStride,
      into: scores, leadingDimension: tile.keyCount, rows: tile.queryCount,
      columns: tile.keyCount, depth: headWidth, scale: scale)
  }
}

/// Neighbouring queries and the keys that at least one of them sees.
struct AttentionTile {
  var firstQuery: Int
  var queryCount: Int
  var firstKey: Int
  var keyCount: Int

  /// The tile that begins with a query; keys begin at a multiple of 32, as dropout's draws do.
  init(firstQuery: Int, time: Int, window: Int?) {
    self.firstQuery = firstQuery
    queryCount = Swift.min(Kernel.attentionQueryTile, time - firstQuery)
    firstKey = window.map { Swift.max(0, firstQuery - $0 + 1) & ~31 } ?? 0
    keyCount = firstQuery + queryCount - firstKey
  }

  /// The keys that a query sees, relative to `firstKey`.
  func visibleKeys(query: Int, window: Int?) -> Range<Int> {
    let first = window.map { Swift.max(firstKey, query &- $0 &+ 1) } ?? firstKey
    return (first &- firstKey)..<(query &+ 1 &- firstKey)
  }
}
