/// Attention of one head of one sequence: extents, the mask, and the rows' arithmetic.
///
/// Queries are taken in tiles as tall as the register tiles. A tile's scores fill the columns
/// `firstKey ..< endColumn` of its rows, both multiples of 32, and are 0 where nothing is visible.
struct AttentionTile {
  var head: Int
  var time: Int
  var headWidth: Int
  var window: Int?
  var scale: Float
  var mask: DropoutMask?
  /// The distance between the rows of scores: an odd number of cache lines, since whole columns
  /// are read too.
  var scoreStride: Int

  init(
    head: Int, time: Int, headWidth: Int, window: Int?, scale: Float, mask: DropoutMask?
  ) {
    self.head = head
    self.time = time
    self.headWidth = headWidth
    self.window = window
    self.scale = scale
    self.mask = mask
    scoreStride = Self.scoreStride(time: time)
  }

  static func scoreStride(time: Int) -> Int { (time + 31) & ~31 + 16 }

  /// The first column that any query from `query` on needs, a multiple of 32.
  @_transparent
  func firstKey(query: Int) -> Int {
    guard let window else { return 0 }
    return Swift.max(0, query &- window &+ 1) & ~31
  }

  /// The first index after the columns that the queries before `query` need, a multiple of 32.
  @_transparent
  func endColumn(query: Int) -> Int { (query &+ 31) & ~31 }

  /// Products of some rows (queries or their gradients) with the keys or values in panels, for the
  /// columns `firstKey ..< endKey`.
  @_transparent
  func multiplyRows(
    _ rows: UnsafePointer<Float>, rowStride: Int, height: Int, panels: UnsafePointer<Float>,
    firstKey: Int, endKey: Int, _ scores: UnsafeMutablePointer<Float>
  ) {
    let product = PanelProduct(
      rowStride: rowStride, depthStride: 1, cStride: scoreStride, width: Kernel.panelWidth,
      depth: headWidth, accumulate: false, spare: scores)
    var key = firstKey
    while key < endKey {
      product.runTile(rows, panels + key &* headWidth, scores + key, height: height)
      key &+= Kernel.panelWidth
    }
  }

  /// Which of the 16 columns from `column` on a query sees: the sign of a lane.
  @_transparent
  private func visible(_ column: Int, query: Int) -> SIMD16<Int32> {
    let lanes = SIMD16<Int32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    let keys = lanes &+ Int32(truncatingIfNeeded: column)
    let before = keys &- Int32(truncatingIfNeeded: query &+ 1)
    guard let window else { return before }
    let last = SIMD16<Int32>(repeating: Int32(truncatingIfNeeded: query &- window))
    return before & (last &- keys)
  }

  /// Whether a query sees all 32 columns from `column` on.
  @_transparent
  private func seesAll(_ column: Int, query: Int) -> Bool {
    guard column &+ 31 <= query else { return false }
    guard let window else { return true }
    return column > query &- window
  }

  /// Dropout factors of 32 columns.
  @_transparent
  private func factors(_ column: Int, query: Int) -> (Vector, Vector) {
    guard let mask else { return (Vector(repeating: 1), Vector(repeating: 1)) }
    let row = Kernel.attentionDropoutIndex(head: head, query: query, time: time)
    return mask.factors(at: row &+ UInt64(truncatingIfNeeded: column))
  }

  /// Turns a row of scores into dropped, not yet normalised probabilities: their sum before
  /// dropout, and the largest score, by which all were lowered.
  @_transparent
  func softmaxRow(
    _ row: UnsafeMutablePointer<Float>, query: Int, firstKey: Int, endColumn: Int
  ) -> (total: Float, peak: Float) {
    let lowest = Vector(repeating: -Float.infinity)
    var peaks = lowest
    var column = firstKey
    while column < endColumn {
      var a = load(row + column)
      var b = load(row + column + 16)
      if !seesAll(column, query: query) {
        a = select(a, lowest, where: visible(column, query: query))
        b = select(b, lowest, where: visible(column &+ 16, query: query))
        store(a, b, row + column)
      }
      peaks = maximum(maximum(peaks, a), b)
      column &+= 32
    }
    let peak = maximum(peaks) * scale
    let shift = Vector(repeating: -peak)
    let factor = Vector(repeating: scale)
    var totals = Vector.zero
    column = firstKey
    while column < endColumn {
      let a = exponential(multiplyAdd(load(row + column), factor, shift))
      let b = exponential(multiplyAdd(load(row + column + 16), factor, shift))
      totals += a + b
      let (first, second) = factors(column, query: query)
      store(a * first, b * second, row + column)
      column &+= 32
    }
    return (sum(totals), peak)
  }

  /// The gradient of one row: scores become dropped probabilities P ⊙ M, and the gradients of these
  /// become those of the scores, scale · P ⊙ (dP − Σ P ⊙ dP) with dP = gradient ⊙ M.
  ///
  /// - Parameter spare: a row of scores.
  @_transparent
  func gradientRow(
    _ row: UnsafeMutablePointer<Float>, _ gradient: UnsafeMutablePointer<Float>, query: Int,
    logSumExp: Float, firstKey: Int, endColumn: Int, spare: UnsafeMutablePointer<Float>
  ) {
    let shift = Vector(repeating: -logSumExp)
    let factor = Vector(repeating: scale)
    var sums = Vector.zero
    var column = firstKey
    while column < endColumn {
      var a = exponential(multiplyAdd(load(row + column), factor, shift))
      var b = exponential(multiplyAdd(load(row + column + 16), factor, shift))
      var da = load(gradient + column)
      var db = load(gradient + column + 16)
      if !seesAll(column, query: query) {
        let seenA = visible(column, query: query)
        let seenB = visible(column &+ 16, query: query)
        a = select(a, Vector.zero, where: seenA)
        b = select(b, Vector.zero, where: seenB)
        da = select(da, Vector.zero, where: seenA)
        db = select(db, Vector.zero, where: seenB)
      }
      store(a, b, spare + column)
      let (first, second) = factors(column, query: query)
      a *= first
      b *= second
      store(a, b, row + column)
      da *= a
      db *= b
      sums += da + db
      store(da, db, gradient + column)
      column &+= 32
    }
    let mean = Vector(repeating: -sum(sums))
    column = firstKey
    while column < endColumn {
      let a = multiplyAdd(load(spare + column), mean, load(gradient + column))
      let b = multiplyAdd(load(spare + column + 16), mean, load(gradient + column + 16))
      store(a * factor, b * factor, gradient + column)
      column &+= 32
    }
  }
}
