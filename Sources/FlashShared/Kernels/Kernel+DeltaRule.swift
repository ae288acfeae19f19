extension Kernel {
  /// Positions that the chunk-wise delta rule takes at a time.
  static let deltaChunk = 32

  /// Floats of the states between chunks, the first and the last included.
  public static func deltaStateCount(time: Int, width: Int) -> Int {
    ((time + deltaChunk - 1) / deltaChunk + 1) * width * width
  }

  /// Floats of scratch that `deltaRule` and `deltaRuleGradient` need.
  public static func deltaScratchCount(width: Int) -> Int {
    3 * deltaChunk * deltaChunk + deltaChunk * width
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
  /// The cost is linear in time.
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
    var state = states
    for first in stride(from: 0, to: time, by: deltaChunk) {
      let rows = Swift.min(deltaChunk, time &- first)
      let k = keys + first &* rowStride
      let q = queries + first &* rowStride
      let n = writes + first &* width
      let o = read + first &* readStride
      let gram = scratch
      let scores = scratch + deltaChunk &* deltaChunk
      product(k, rowStride, k, rowStride, transposed: true, gram, rows, rows, rows, width)
      product(q, rowStride, k, rowStride, transposed: true, scores, rows, rows, rows, width)
      clearAbove(scores, size: rows)
      if first == 0 {
        fill(n, 0, count: rows &* width)
      } else {
        multiply(
          k, transposed: false, leadingDimension: rowStride, state, transposed: false,
          leadingDimension: width, into: n, leadingDimension: width, rows: rows, columns: width,
          depth: width, scale: -1)
        product(q, rowStride, state, width, transposed: false, o, readStride, rows, width, width)
      }
      forEachBlock(count: width) { column, count in
        substituteForward(
          gram: gram, values: values + (first &* rowStride &+ column), rowStride: rowStride,
          strengths: strengths + first &* rowStride, writes: n + column, rows: rows, width: width,
          count: count)
      }
      multiply(
        scores, transposed: false, leadingDimension: rows, n, transposed: false,
        leadingDimension: width, into: o, leadingDimension: readStride, rows: rows,
        columns: width, depth: rows, accumulate: first > 0)
      let next = state + width &* width
      copy(state, next, count: width &* width)
      transposedProduct(k, rowStride, n, width, into: next, rows: rows, width: width)
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
    let gram = scratch
    let scores = scratch + deltaChunk &* deltaChunk
    let slopes = scores + deltaChunk &* deltaChunk
    let dn = slopes + deltaChunk &* deltaChunk
    for chunk in stride(from: chunks &- 1, through: 0, by: -1) {
      let first = chunk &* deltaChunk
      let rows = Swift.min(deltaChunk, time &- first)
      let k = keys + first &* rowStride
      let q = queries + first &* rowStride
      let n = writes + first &* width
      let d = readGradient + first &* readStride
      let state = states + chunk &* width &* width
      let dk = keyGradient + first &* gradientStride
      let dv = valueGradient + first &* gradientStride
      let dq = queryGradient + first &* gradientStride
      product(k, rowStride, k, rowStride, transposed: true, gram, rows, rows, rows, width)
      product(q, rowStride, k, rowStride, transposed: true, scores, rows, rows, rows, width)
      clearAbove(scores, size: rows)
      product(d, readStride, n, width, transposed: true, slopes, rows, rows, rows, width)
      clearAbove(slopes, size: rows)

      product(k, rowStride, stateGradient, width, transposed: false, dn, width, rows, width, width)
      multiply(
        scores, transposed: true, leadingDimension: rows, d, transposed: false,
        leadingDimension: readStride, into: dn, leadingDimension: width, rows: rows,
        columns: width, depth: rows, accumulate: true)
      product(
        n, width, stateGradient, width, transposed: true, dk, gradientStride, rows, width, width)
      multiply(
        slopes, transposed: true, leadingDimension: rows, q, transposed: false,
        leadingDimension: rowStride, into: dk, leadingDimension: gradientStride, rows: rows,
        columns: width, depth: rows, accumulate: true)
      product(
        slopes, rows, k, rowStride, transposed: false, dq, gradientStride, rows, width, rows)

      forEachBlock(count: width) { column, count in
        substituteBackward(
          gram: gram, strengths: strengths + first &* rowStride, rowStride: rowStride,
          writesGradient: dn + column, width: width, valueGradient: dv + column,
          gradientStride: gradientStride, rows: rows, count: count)
      }
      for row in 0..<rows {
        logStrengthGradient[(first &+ row) &* gradientStride] =
          dot(dn + row &* width, n + row &* width, count: width)
      }
      product(dv, gradientStride, n, width, transposed: true, slopes, rows, rows, rows, width)
      symmetrizeFromBelow(slopes, size: rows)
      multiply(
        slopes, transposed: false, leadingDimension: rows, k, transposed: false,
        leadingDimension: rowStride, into: dk, leadingDimension: gradientStride, rows: rows,
        columns: width, depth: rows, scale: -1, accumulate: true)
      // Before the first chunk the state is zero and nobody wants its gradient.
      guard chunk > 0 else { break }
      multiply(
        d, transposed: false, leadingDimension: readStride, state, transposed: true,
        leadingDimension: width, into: dq, leadingDimension: gradientStride, rows: rows,
        columns: width, depth: width, accumulate: true)
      multiply(
        dv, transposed: false, leadingDimension: gradientStride, state, transposed: true,
        leadingDimension: width, into: dk, leadingDimension: gradientStride, rows: rows,
        columns: width, depth: width, scale: -1, accumulate: true)
      transposedProduct(q, rowStride, d, readStride, into: stateGradient, rows: rows, width: width)
      transposedProduct(
        k, rowStride, dv, gradientStride, into: stateGradient, rows: rows, width: width, scale: -1)
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

  /// n_t = β_t (v_t + n_t − Σ_{j<t} G_tj n_j) for some columns, from the first row to the last.
  @inline(__always)
  private static func substituteForward(
    gram: Source, values: Source, rowStride: Int, strengths: Source, writes: Destination,
    rows: Int, width: Int, count: Int
  ) {
    for row in 0..<rows {
      let line = gram + row &* rows
      let sum = weightedSum(
        line, writes, stride: width, from: 0, to: row, count: count)
      let target = writes + row &* width
      let open = load(values + row &* rowStride, count: count) + load(target, count: count) - sum
      store(open * strengths[row &* rowStride], target, count: count)
    }
  }

  /// r_t = dn_t − Σ_{u>t} G_tu d_u and d_t = β_t r_t for some columns, from the last row to the
  /// first; r replaces dn.
  @inline(__always)
  private static func substituteBackward(
    gram: Source, strengths: Source, rowStride: Int, writesGradient: Destination, width: Int,
    valueGradient: Destination, gradientStride: Int, rows: Int, count: Int
  ) {
    for row in stride(from: rows &- 1, through: 0, by: -1) {
      let line = gram + row &* rows
      let sum = weightedSum(
        line, valueGradient, stride: gradientStride, from: row &+ 1, to: rows, count: count)
      let target = writesGradient + row &* width
      let open = load(target, count: count) - sum
      store(open, target, count: count)
      store(
        open * strengths[row &* rowStride], valueGradient + row &* gradientStride, count: count)
    }
  }

  /// Σ_j weights_j · row_j over a range of rows: four sums side by side hide the latency.
  @inline(__always)
  private static func weightedSum(
    _ weights: Source, _ rows: Source, stride: Int, from first: Int, to end: Int, count: Int
  ) -> Vector {
    var s0 = Vector.zero
    var s1 = Vector.zero
    var s2 = Vector.zero
    var s3 = Vector.zero
    var j = first
    while j &+ 4 <= end {
      let row = rows + j &* stride
      s0 = multiplyAdd(Vector(repeating: weights[j]), load(row, count: count), s0)
      s1 = multiplyAdd(
        Vector(repeating: weights[j &+ 1]), load(row + stride, count: count), s1)
      s2 = multiplyAdd(
        Vector(repeating: weights[j &+ 2]), load(row + 2 &* stride, count: count), s2)
      s3 = multiplyAdd(
        Vector(repeating: weights[j &+ 3]), load(row + 3 &* stride, count: count), s3)
      j &+= 4
    }
    while j < end {
      s0 = multiplyAdd(Vector(repeating: weights[j]), load(rows + j &* stride, count: count), s0)
      j &+= 1
    }
    return (s0 + s1) + (s2 + s3)
  }

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

  /// C = A · op(B) of small matrices.
  @inline(__always)
  private static func product(
    _ a: Source, _ aStride: Int, _ b: Source, _ bStride: Int, transposed: Bool, _ c: Destination,
    _ cStride: Int, _ rows: Int, _ columns: Int, _ depth: Int
  ) {
    multiply(
      a, transposed: false, leadingDimension: aStride, b, transposed: transposed,
      leadingDimension: bStride, into: c, leadingDimension: cStride, rows: rows, columns: columns,
      depth: depth)
  }

  /// C += scale · Aᵀ · B for A and B of `rows` × `width`.
  @inline(__always)
  private static func transposedProduct(
    _ a: Source, _ aStride: Int, _ b: Source, _ bStride: Int, into c: Destination, rows: Int,
    width: Int, scale: Float = 1
  ) {
    multiply(
      a, transposed: true, leadingDimension: aStride, b, transposed: false,
      leadingDimension: bStride, into: c, leadingDimension: width, rows: width, columns: width,
      depth: rows, scale: scale, accumulate: true)
  }
}
