/// Causal softmax attention, backward.
///
/// Blocks of 128 queries keep their probabilities and the scores' gradients, so that the gradients
/// of keys and values, which need whole columns of them, are products of register tiles as well.
extension Kernel {
  /// The gradients of `attention`, from the probabilities recomputed with `logSumExp`.
  ///
  /// With P the probabilities, M the dropout factors and dP = (dO Vᵀ) ⊙ M: dV = (P ⊙ M)ᵀ dO,
  /// dS = scale · P ⊙ (dP − Σ P ⊙ dP), dQ = dS K, dK = dSᵀ Q.
  ///
  /// - Parameters:
  ///   - outputGradient: position t of head h begins at t · outputStride + h · headWidth.
  ///   - queryGradient, keyGradient, valueGradient: overwritten; position t of head h begins at
  ///     t · gradientStride + h · headWidth.
  ///
  /// The others are those of `attention`.
  public static func attentionGradient(
    outputGradient: Source, outputStride: Int, queries: Source, keys: Source, values: Source,
    rowStride: Int, logSumExp: Source, queryGradient: Destination, keyGradient: Destination,
    valueGradient: Destination, gradientStride: Int, time: Int, heads: Int, headWidth: Int,
    window: Int? = nil, scale: Float, dropout mask: DropoutMask?, scratch: Destination
  ) {
    for head in 0..<heads {
      let tile = AttentionTile(
        head: head, time: time, headWidth: headWidth, window: window, scale: scale, mask: mask)
      let offset = head &* headWidth
      let gradient = AttentionHeadGradient(
        tile: tile, queries: queries + offset, rowStride: rowStride,
        outputGradient: outputGradient + offset, outputStride: outputStride,
        logSumExp: logSumExp + head &* time, queryGradient: queryGradient + offset,
        keyGradient: keyGradient + offset, valueGradient: valueGradient + offset,
        gradientStride: gradientStride, scratch: scratch)
      gradient.pack(keys: keys + offset, values: values + offset)
      for start in stride(from: 0, to: time, by: attentionBlock) {
        let end = Swift.min(start &+ attentionBlock, time)
        gradient.queryPass(start: start, end: end)
        gradient.keyPass(start: start, end: end)
      }
    }
  }
}

/// The gradient of one head: where its operands lie.
private struct AttentionHeadGradient {
  var tile: AttentionTile
  var queries: UnsafePointer<Float>
  var rowStride: Int
  var outputGradient: UnsafePointer<Float>
  var outputStride: Int
  var logSumExp: UnsafePointer<Float>
  var queryGradient: UnsafeMutablePointer<Float>
  var keyGradient: UnsafeMutablePointer<Float>
  var valueGradient: UnsafeMutablePointer<Float>
  var gradientStride: Int

  // Columns: Kᵀ and Vᵀ in panels; rows: K, Q and dO in panels.
  private let keyColumns: UnsafeMutablePointer<Float>
  private let valueColumns: UnsafeMutablePointer<Float>
  private let keyRows: UnsafeMutablePointer<Float>
  private let queryRows: UnsafeMutablePointer<Float>
  private let gradientRows: UnsafeMutablePointer<Float>
  // [attentionBlock, scoreStride] each.
  private let probabilities: UnsafeMutablePointer<Float>
  private let scoreGradients: UnsafeMutablePointer<Float>
  private let spareRow: UnsafeMutablePointer<Float>
  private let spareTile: UnsafeMutablePointer<Float>

  init(
    tile: AttentionTile, queries: UnsafePointer<Float>, rowStride: Int,
    outputGradient: UnsafePointer<Float>, outputStride: Int, logSumExp: UnsafePointer<Float>,
    queryGradient: UnsafeMutablePointer<Float>, keyGradient: UnsafeMutablePointer<Float>,
    valueGradient: UnsafeMutablePointer<Float>, gradientStride: Int,
    scratch: UnsafeMutablePointer<Float>
  ) {
    self.tile = tile
    self.queries = queries
    self.rowStride = rowStride
    self.outputGradient = outputGradient
    self.outputStride = outputStride
    self.logSumExp = logSumExp
    self.queryGradient = queryGradient
    self.keyGradient = keyGradient
    self.valueGradient = valueGradient
    self.gradientStride = gradientStride
    let columns = Kernel.panelCount(depth: tile.headWidth, columns: tile.time)
    let rows = Kernel.panelCount(depth: tile.time, columns: tile.headWidth)
    let block = Swift.min(Kernel.attentionBlock, tile.time) &* tile.scoreStride
    keyColumns = scratch
    valueColumns = keyColumns + columns
    keyRows = valueColumns + columns
    queryRows = keyRows + rows
    gradientRows = queryRows + rows
    probabilities = gradientRows + rows
    scoreGradients = probabilities + block
    spareRow = scoreGradients + block
    spareTile = spareRow + tile.scoreStride
  }

  func pack(keys: UnsafePointer<Float>, values: UnsafePointer<Float>) {
    let (time, width) = (tile.time, tile.headWidth)
    Kernel.packPanels(transposed: keys, stride: rowStride, depth: width, columns: time, keyColumns)
    Kernel.packPanels(
      transposed: values, stride: rowStride, depth: width, columns: time, valueColumns)
    Kernel.packPanels(keys, stride: rowStride, depth: time, columns: width, keyRows)
    Kernel.packPanels(queries, stride: rowStride, depth: time, columns: width, queryRows)
    Kernel.packPanels(
      outputGradient, stride: outputStride, depth: time, columns: width, gradientRows)
  }

  /// Probabilities, the scores' gradients and dQ of the queries `start ..< end`.
  func queryPass(start: Int, end: Int) {
    let firstColumn = tile.firstKey(query: start)
    let endColumn = tile.endColumn(query: end)
    var query = start
    while query < end {
      let height = PanelProduct.tileHeight(rows: end &- query)
      let firstKey = tile.firstKey(query: query)
      let endKey = query &+ height
      let rows = (query &- start) &* tile.scoreStride
      tile.multiplyRows(
        queries + query &* rowStride, rowStride: rowStride, height: height, panels: keyColumns,
        firstKey: firstKey, endKey: endKey, probabilities + rows)
      tile.multiplyRows(
        outputGradient + query &* outputStride, rowStride: outputStride, height: height,
        panels: valueColumns, firstKey: firstKey, endKey: endKey, scoreGradients + rows)
      for row in 0..<height {
        let line = rows &+ row &* tile.scoreStride
        let lineEnd = tile.endColumn(query: endKey)
        tile.gradientRow(
          probabilities + line, scoreGradients + line, query: query &+ row,
          logSumExp: logSumExp[query &+ row], firstKey: firstKey, endColumn: lineEnd,
          spare: spareRow)
        // The key pass reads all of the block's columns.
        for memory in [probabilities, scoreGradients] {
          Kernel.fill(memory + (line &+ firstColumn), 0, count: firstKey &- firstColumn)
          Kernel.fill(memory + (line &+ lineEnd), 0, count: endColumn &- lineEnd)
        }
      }
      Kernel.weightedSum(
        scoreGradients + (rows &+ firstKey), rowStride: tile.scoreStride, depthStride: 1,
        panels: keyRows + firstKey &* Kernel.panelWidth, time: tile.time,
        queryGradient + query &* gradientStride, stride: gradientStride, height: height,
        columns: tile.headWidth, depth: endKey &- firstKey, accumulate: false, spare: spareTile)
      query &+= height
    }
  }

  /// What the queries `start ..< end` add to dK and dV. The keys in `start ..< end` are met here
  /// for the first time.
  func keyPass(start: Int, end: Int) {
    keyPass(keys: tile.firstKey(query: start)..<start, start: start, end: end, accumulate: true)
    keyPass(keys: start..<end, start: start, end: end, accumulate: false)
  }

  private func keyPass(keys: Range<Int>, start: Int, end: Int, accumulate: Bool) {
    var key = keys.lowerBound
    while key < keys.upperBound {
      let height = PanelProduct.tileHeight(rows: keys.upperBound &- key)
      let firstQuery = Swift.max(start, key)
      let endQuery = tile.window.map { Swift.min(end, key &+ height &- 1 &+ $0) } ?? end
      let place = (firstQuery &- start) &* tile.scoreStride &+ key
      if firstQuery < endQuery {
        add(
          probabilities + place, gradientRows, firstQuery..<endQuery, height: height,
          valueGradient + key &* gradientStride, accumulate: accumulate)
        add(
          scoreGradients + place, queryRows, firstQuery..<endQuery, height: height,
          keyGradient + key &* gradientStride, accumulate: accumulate)
      }
      key &+= height
    }
  }

  @inline(__always)
  private func add(
    _ columns: UnsafePointer<Float>, _ panels: UnsafePointer<Float>, _ queries: Range<Int>,
    height: Int, _ result: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    Kernel.weightedSum(
      columns, rowStride: 1, depthStride: tile.scoreStride,
      panels: panels + queries.lowerBound &* Kernel.panelWidth, time: tile.time, result,
      stride: gradientStride, height: height, columns: tile.headWidth, depth: queries.count,
      accumulate: accumulate, spare: spareTile)
  }
}
