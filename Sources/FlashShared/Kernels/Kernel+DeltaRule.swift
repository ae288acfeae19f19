extension Kernel {
  /// Positions that the chunk-wise delta rule takes at a time.
  static let deltaChunk = 32

  /// Floats of the states between chunks, the first and the last included.
  public static func deltaStateCount(time: Int, width: Int) -> Int {
    ((time + deltaChunk - 1) / deltaChunk + 1) * width * width
  }

  /// Floats of scratch that `deltaRule` and `deltaRuleGradient` need.
  public static func deltaScratchCount(width: Int) -> Int {
    DeltaScratch.count(width: width)
  }

  /// The delta rule of one head over a sequence, chunk by chunk (Yang et al., arXiv:2406.06484).
  ///
  /// With S the state (row: key index, column: value index), n_t = β_t (v_t − Sᵀ k_t) is what
  /// position t writes: S ← S + k_t n_tᵀ, and o_t = Sᵀ q_t is read after that. Within a chunk that
  /// the state S enters, with G the strictly lower triangle of K Kᵀ,
  ///
  ///     (I + diag(β) G) N = diag(β) (V − K S)        by forward substitution
  ///     O = Q S + (lower triangle of Q Kᵀ, diagonal included) N
  ///     S' = S + Kᵀ N
  ///
  /// The cost is linear in time. Matrices that are multiplied with twice are packed once.
  ///
  /// - Parameters:
  ///   - keys, values, queries: [time, width], rows `rowStride` apart; keys have at most unit norm.
  ///   - strengths: β, [time], numbers `rowStride` apart.
  ///   - read: O, [time, width], rows `readStride` apart.
  ///   - writes: N, [time, width].
  ///   - states: the state before each chunk and after the last one, [chunks + 1, width, width].
  ///   - scratch: `deltaScratchCount` floats.
  public static func deltaRule(
    keys: Source, values: Source, queries: Source, rowStride: Int, strengths: Source,
    read: Destination, readStride: Int, writes: Destination, states: Destination, time: Int,
    width: Int, scratch: Destination
  ) {
    fill(states, 0, count: width &* width)
    let work = DeltaScratch(scratch, width: width)
    var state = states
    for first in stride(from: 0, to: time, by: deltaChunk) {
      let rows = Swift.min(deltaChunk, time &- first)
      let n = writes + first &* width
      let o = read + first &* readStride
      work.prepare(
        queries: queries + first &* rowStride, keys: keys + first &* rowStride,
        stride: rowStride, rows: rows)
      work.pack(state, stride: width, depth: width, work.statePanels)
      // Q S and K S in one product.
      work.multiply(
        work.queries, rowStride: width, work.statePanels, work.recalled, stride: width,
        rows: 2 &* rows, columns: width, depth: width)
      substituteForward(
        gram: work.gram(rows: rows), values: values + first &* rowStride, rowStride: rowStride,
        strengths: strengths + first &* rowStride, recalled: work.recalled + rows &* width,
        writes: n, rows: rows, width: width)
      work.pack(n, stride: width, depth: rows, work.rowPanels)
      for row in 0..<rows {
        copy(work.recalled + row &* width, o + row &* readStride, count: width)
      }
      work.multiply(
        work.scores, rowStride: rows, work.rowPanels, o, stride: readStride, rows: rows,
        columns: width, depth: rows, accumulate: true)
      let next = state + width &* width
      copy(state, next, count: width &* width)
      work.multiply(
        work.keys(rows: rows), rowStride: 1, depthStride: width, work.rowPanels, next,
        stride: width, rows: width, columns: width, depth: rows, accumulate: true)
      state = next
    }
  }

  /// The gradients of `deltaRule`.
  ///
  /// With D = diag(β) (I + diag(β) G)⁻ᵀ dN, where dN = Pᵀ dO + K dS' and P are the masked scores:
  ///
  ///     dV = D,   d ln β_t = (D_t / β_t)·N_t
  ///     dQ = dO Sᵀ + tril(dO Nᵀ) K
  ///     dK = tril(dO Nᵀ)ᵀ Q + N dS'ᵀ − D Sᵀ − (E + Eᵀ) K,   E the strict lower triangle of D Nᵀ
  ///     dS = dS' + Qᵀ dO − Kᵀ D
  ///
  /// - Parameters:
  ///   - readGradient: dO, rows `readStride` apart.
  ///   - writes, states: as `deltaRule` left them.
  ///   - stateGradient: [width, width]: on entry the gradient of the last state; overwritten.
  ///   - keyGradient, valueGradient, queryGradient: overwritten, rows `gradientStride` apart.
  ///   - logStrengthGradient: of ln β, overwritten, numbers `gradientStride` apart.
  public static func deltaRuleGradient(
    readGradient: Source, readStride: Int, keys: Source, queries: Source, rowStride: Int,
    strengths: Source, writes: Source, states: Source, stateGradient: Destination,
    keyGradient: Destination, valueGradient: Destination, queryGradient: Destination,
    logStrengthGradient: Destination, gradientStride: Int, time: Int, width: Int,
    scratch: Destination
  ) {
    let chunks = (time &+ deltaChunk &- 1) / deltaChunk
    let work = DeltaScratch(scratch, width: width)
    let (slopes, dn, negative) = (work.slopes, work.writesGradient, work.negativeValues)
    for chunk in stride(from: chunks &- 1, through: 0, by: -1) {
      let first = chunk &* deltaChunk
      let rows = Swift.min(deltaChunk, time &- first)
      let n = writes + first &* width
      let d = readGradient + first &* readStride
      let dk = keyGradient + first &* gradientStride
      let dv = valueGradient + first &* gradientStride
      let dq = queryGradient + first &* gradientStride
      work.prepare(
        queries: queries + first &* rowStride, keys: keys + first &* rowStride,
        stride: rowStride, rows: rows)
      let k = work.keys(rows: rows)
      packPanels(transposed: n, stride: width, depth: width, columns: rows, work.writePanels)
      work.multiply(
        d, rowStride: readStride, work.writePanels, slopes, stride: rows, rows: rows,
        columns: rows, depth: width)
      clearAbove(slopes, size: rows)

      // dN, from the chunk's own reads and from the state that leaves it.
      work.pack(stateGradient, stride: width, depth: width, work.statePanels)
      work.multiply(
        k, rowStride: width, work.statePanels, dn, stride: width, rows: rows, columns: width,
        depth: width)
      work.pack(d, stride: readStride, depth: rows, work.readPanels)
      work.multiply(
        work.scores, rowStride: 1, depthStride: rows, work.readPanels, dn, stride: width,
        rows: rows, columns: width, depth: rows, accumulate: true)
      packPanels(
        transposed: stateGradient, stride: width, depth: width, columns: width, work.statePanels)
      work.multiply(
        n, rowStride: width, work.statePanels, dk, stride: gradientStride, rows: rows,
        columns: width, depth: width)
      work.pack(work.queries, stride: width, depth: rows, work.rowPanels)
      work.multiply(
        slopes, rowStride: 1, depthStride: rows, work.rowPanels, dk, stride: gradientStride,
        rows: rows, columns: width, depth: rows, accumulate: true)
      work.pack(k, stride: width, depth: rows, work.rowPanels)
      work.multiply(
        slopes, rowStride: rows, work.rowPanels, dq, stride: gradientStride, rows: rows,
        columns: width, depth: rows)

      substituteBackward(
        gram: work.gram(rows: rows), strengths: strengths + first &* rowStride,
        rowStride: rowStride, writesGradient: dn, negative: negative, rows: rows, width: width)
      for row in 0..<rows {
        Kernel.scale(
          negative + row &* width, by: -1, dv + row &* gradientStride, count: width)
      }
      for row in 0..<rows {
        logStrengthGradient[(first &+ row) &* gradientStride] =
          dot(dn + row &* width, n + row &* width, count: width)
      }
      // −(E + Eᵀ) K, from −D Nᵀ.
      work.multiply(
        negative, rowStride: width, work.writePanels, slopes, stride: rows, rows: rows,
        columns: rows, depth: width)
      symmetrizeFromBelow(slopes, size: rows)
      work.multiply(
        slopes, rowStride: rows, work.rowPanels, dk, stride: gradientStride, rows: rows,
        columns: width, depth: rows, accumulate: true)
      // Before the first chunk the state is zero and nobody wants its gradient.
      guard chunk > 0 else { break }
      packPanels(
        transposed: states + chunk &* width &* width, stride: width, depth: width,
        columns: width, work.statePanels)
      work.multiply(
        d, rowStride: readStride, work.statePanels, dq, stride: gradientStride, rows: rows,
        columns: width, depth: width, accumulate: true)
      work.multiply(
        negative, rowStride: width, work.statePanels, dk, stride: gradientStride, rows: rows,
        columns: width, depth: width, accumulate: true)
      work.multiply(
        work.queries, rowStride: 1, depthStride: width, work.readPanels, stateGradient,
        stride: width, rows: width, columns: width, depth: rows, accumulate: true)
      work.pack(negative, stride: width, depth: rows, work.rowPanels)
      work.multiply(
        k, rowStride: 1, depthStride: width, work.rowPanels, stateGradient, stride: width,
        rows: width, columns: width, depth: rows, accumulate: true)
    }
  }

  /// One step of the recurrence, for decoding.
  ///
  /// - Parameters:
  ///   - key, value, query: [width].
  ///   - state: [width, width] (row: key index), updated.
  ///   - read: [width].
  ///   - scratch: `width` floats.
  public static func deltaStep(
    key: Source, value: Source, query: Source, strength: Float, state: Destination,
    read: Destination, width: Int, scratch: Destination
  ) {
    vectorMatrix(key, state, scratch, rows: width, columns: width)
    map(value, scratch, scratch, count: width) { ($0 - $1) * strength }
    fill(read, 0, count: width)
    for index in 0..<width {
      let row = state + index &* width
      axpy(key[index], scratch, row, count: width)
      axpy(query[index], row, read, count: width)
    }
  }

  // MARK: Pieces

  /// Sets what lies above the diagonal of a square matrix to zero.
  @inline(__always)
  static func clearAbove(_ matrix: Destination, size: Int) {
    for row in 0..<size {
      fill(matrix + (row &* size &+ row &+ 1), 0, count: size &- row &- 1)
    }
  }

  /// Sets the diagonal to zero and mirrors what lies below it.
  private static func symmetrizeFromBelow(_ matrix: Destination, size: Int) {
    for row in 0..<size {
      let line = matrix + row &* size
      line[row] = 0
      for column in 0..<row { matrix[column &* size &+ row] = line[column] }
    }
  }
}

/// The scratch of a chunk of the delta rule, cut into its parts.
private struct DeltaScratch {
  private let width: Int
  /// [rows, width]: Q; K follows it.
  let queries: UnsafeMutablePointer<Float>
  /// [rows, rows]: the lower triangle of Q Kᵀ; K Kᵀ follows it.
  let scores: UnsafeMutablePointer<Float>
  /// [rows, width]: Q S; K S follows it.
  let recalled: UnsafeMutablePointer<Float>
  /// [rows, rows].
  let slopes: UnsafeMutablePointer<Float>
  /// [rows, width].
  let writesGradient: UnsafeMutablePointer<Float>
  /// [rows, width]: −D.
  let negativeValues: UnsafeMutablePointer<Float>
  /// Kᵀ, then what else is [width, rows].
  private let keyPanels: UnsafeMutablePointer<Float>
  /// Nᵀ.
  let writePanels: UnsafeMutablePointer<Float>
  /// What is [width, width].
  let statePanels: UnsafeMutablePointer<Float>
  /// What is [rows, width].
  let rowPanels: UnsafeMutablePointer<Float>
  /// dO.
  let readPanels: UnsafeMutablePointer<Float>
  private let spare: UnsafeMutablePointer<Float>

  static func count(width: Int) -> Int {
    let chunk = Kernel.deltaChunk
    return 6 * chunk * width + 3 * chunk * chunk
      + 2 * Kernel.panelCount(depth: width, columns: chunk)
      + Kernel.panelCount(depth: width, columns: width)
      + 2 * Kernel.panelCount(depth: chunk, columns: width) + Kernel.spareCount
  }

  init(_ scratch: UnsafeMutablePointer<Float>, width: Int) {
    let chunk = Kernel.deltaChunk
    let columns = Kernel.panelCount(depth: width, columns: chunk)
    let rows = Kernel.panelCount(depth: chunk, columns: width)
    self.width = width
    queries = scratch
    scores = queries + 2 &* chunk &* width
    recalled = scores + 2 &* chunk &* chunk
    slopes = recalled + 2 &* chunk &* width
    writesGradient = slopes + chunk &* chunk
    negativeValues = writesGradient + chunk &* width
    keyPanels = negativeValues + chunk &* width
    writePanels = keyPanels + columns
    statePanels = writePanels + columns
    rowPanels = statePanels + Kernel.panelCount(depth: width, columns: width)
    readPanels = rowPanels + rows
    spare = readPanels + rows
  }

  /// [rows, width]: K.
  func keys(rows: Int) -> UnsafeMutablePointer<Float> { queries + rows &* width }

  /// [rows, rows]: K Kᵀ.
  func gram(rows: Int) -> UnsafeMutablePointer<Float> { scores + rows &* rows }

  /// Gathers Q and K of a chunk and multiplies both with Kᵀ.
  func prepare(
    queries q: UnsafePointer<Float>, keys k: UnsafePointer<Float>, stride: Int, rows: Int
  ) {
    let keys = keys(rows: rows)
    for row in 0..<rows {
      Kernel.copy(q + row &* stride, queries + row &* width, count: width)
      Kernel.copy(k + row &* stride, keys + row &* width, count: width)
    }
    Kernel.packPanels(
      transposed: keys, stride: width, depth: width, columns: rows, keyPanels)
    multiply(
      queries, rowStride: width, keyPanels, scores, stride: rows, rows: 2 &* rows,
      columns: rows, depth: width)
    Kernel.clearAbove(scores, size: rows)
  }

  /// Packs a matrix of `width` columns.
  func pack(
    _ matrix: UnsafePointer<Float>, stride: Int, depth: Int, _ panels: UnsafeMutablePointer<Float>
  ) {
    Kernel.packPanels(matrix, stride: stride, depth: depth, columns: width, panels)
  }

  /// C = A · B, or C += A · B, for B in panels.
  func multiply(
    _ a: UnsafePointer<Float>, rowStride: Int, depthStride: Int = 1,
    _ panels: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, stride: Int, rows: Int,
    columns: Int, depth: Int, accumulate: Bool = false
  ) {
    Kernel.multiplyPanels(
      a, rowStride: rowStride, depthStride: depthStride, panels,
      panelStride: depth &* Kernel.panelWidth, c, stride: stride, rows: rows, columns: columns,
      depth: depth, accumulate: accumulate, spare: spare)
  }
}
