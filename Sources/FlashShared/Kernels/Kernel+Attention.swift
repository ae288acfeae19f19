/// Causal softmax attention, forward.
///
/// Every product runs on register tiles: keys are packed as the columns of Q Kᵀ, values as those of
/// P V. A tile of queries (12 with AVX-512) meets only the keys that it sees, so the cost follows
/// the causal triangle, or is linear in time with a window; the scores of one tile are all that is
/// ever stored.
extension Kernel {
  /// Queries whose scores the gradient holds at once.
  static let attentionBlock = 128

  /// The number of floats that `attention` and `attentionGradient` need as scratch.
  public static func attentionScratchCount(time: Int, heads: Int, headWidth: Int) -> Int {
    let columns = panelCount(depth: headWidth, columns: time)
    let rows = panelCount(depth: time, columns: headWidth)
    let scores = AttentionTile.scoreStride(time: time)
    // The forward pass has room for a whole tile of twelve queries, however few there are.
    let scoreRows = Swift.max(12, 2 * Swift.min(attentionBlock, time) + 1)
    return 2 * columns + 3 * rows + scoreRows * scores + spareCount
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
  ///   - scale: positive.
  ///   - mask: dropout on the probabilities; element (head, query, key) has the index
  ///     (head · time + query) · (time rounded up to 32) + key.
  ///   - scratch: `attentionScratchCount` floats.
  public static func attention(
    queries: Source, keys: Source, values: Source, rowStride: Int, output: Destination,
    outputStride: Int, logSumExp: Destination, time: Int, heads: Int, headWidth: Int,
    window: Int? = nil, scale: Float, dropout mask: DropoutMask?, scratch: Destination
  ) {
    let keyPanels = scratch
    let valuePanels = keyPanels + panelCount(depth: headWidth, columns: time)
    let scores = valuePanels + panelCount(depth: time, columns: headWidth)
    let spare = scores + 12 &* AttentionTile.scoreStride(time: time)
    for head in 0..<heads {
      let tile = AttentionTile(
        head: head, time: time, headWidth: headWidth, window: window, scale: scale, mask: mask)
      let offset = head &* headWidth
      packPanels(
        transposed: keys + offset, stride: rowStride, depth: headWidth, columns: time, keyPanels)
      packPanels(
        values + offset, stride: rowStride, depth: time, columns: headWidth, valuePanels)
      var query = 0
      while query < time {
        let height = PanelProduct.tileHeight(rows: time &- query)
        let firstKey = tile.firstKey(query: query)
        let endKey = query &+ height
        tile.multiplyRows(
          queries + (offset &+ query &* rowStride), rowStride: rowStride, height: height,
          panels: keyPanels, firstKey: firstKey, endKey: endKey, scores)
        var totals = Vector(repeating: 1)
        var peaks = Vector.zero
        for row in 0..<height {
          let (total, peak) = tile.softmaxRow(
            scores + row &* tile.scoreStride, query: query &+ row, firstKey: firstKey,
            endColumn: tile.endColumn(query: endKey))
          totals[row] = total
          peaks[row] = peak
        }
        store(peaks + logarithm(totals), logSumExp + (head &* time &+ query), count: height)
        let result = output + (offset &+ query &* outputStride)
        weightedSum(
          scores + firstKey, rowStride: tile.scoreStride, depthStride: 1,
          panels: valuePanels + firstKey &* panelWidth, time: time, result, stride: outputStride,
          height: height, columns: headWidth, depth: endKey &- firstKey, accumulate: false,
          spare: spare)
        let inverses = 1 / totals
        for row in 0..<height {
          let line = result + row &* outputStride
          Kernel.scale(line, by: inverses[row], line, count: headWidth)
        }
        query &+= height
      }
    }
  }

  /// One tile of rows times a matrix [time, columns] in panels, from some row of it on.
  @inline(__always)
  static func weightedSum(
    _ a: Source, rowStride: Int, depthStride: Int, panels: Source, time: Int, _ c: Destination,
    stride: Int, height: Int, columns: Int, depth: Int, accumulate: Bool, spare: Destination
  ) {
    var column = 0
    var panel = panels
    while column < columns {
      let product = PanelProduct(
        rowStride: rowStride, depthStride: depthStride, cStride: stride,
        width: Swift.min(panelWidth, columns &- column), depth: depth, accumulate: accumulate,
        spare: spare)
      product.runTile(a, panel, c + column, height: height)
      panel += time &* panelWidth
      column &+= panelWidth
    }
  }
}
