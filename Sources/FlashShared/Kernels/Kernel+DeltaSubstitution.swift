/// The triangular systems of the delta rule's chunks, solved by substitution.
///
/// Rows go four at a time: what earlier rows give to all four is summed side by side, which hides
/// the latency of the additions; only the four among themselves are solved one after the other.
extension Kernel {
  /// n_t = β_t (v_t − r_t − Σ_{j<t} G_tj n_j), from the first row to the last.
  ///
  /// - Parameters:
  ///   - gram: G, symmetric, [rows, rows].
  ///   - values: v, rows `rowStride` apart.
  ///   - strengths: β, numbers `rowStride` apart.
  ///   - recalled: r, [rows, width].
  ///   - writes: n, [rows, width].
  static func substituteForward(
    gram: Source, values: Source, rowStride: Int, strengths: Source, recalled: Source,
    writes: Destination, rows: Int, width: Int
  ) {
    forEachBlock(count: width) { column, count in
      @inline(__always)
      func open(_ row: Int, _ sum: Vector) -> Vector {
        load(values + (row &* rowStride &+ column), count: count)
          - load(recalled + (row &* width &+ column), count: count) - sum
      }
      @inline(__always)
      func close(_ row: Int, _ open: Vector) -> Vector {
        let value = open * strengths[row &* rowStride]
        store(value, writes + (row &* width &+ column), count: count)
        return value
      }
      var row = 0
      while row &+ 4 <= rows {
        let (s0, s1, s2, s3) = rowCombinations(
          gram + row, writes + column, gramStride: rows, rowStride: width, from: 0, to: row,
          count: count)
        let g1 = gram + ((row &+ 1) &* rows &+ row)
        let g2 = g1 + rows
        let g3 = g2 + rows
        let n0 = close(row, open(row, s0))
        let n1 = close(row &+ 1, open(row &+ 1, s1) - n0 * g1[0])
        let n2 = close(row &+ 2, open(row &+ 2, s2) - n0 * g2[0] - n1 * g2[1])
        _ = close(row &+ 3, open(row &+ 3, s3) - n0 * g3[0] - n1 * g3[1] - n2 * g3[2])
        row &+= 4
      }
      while row < rows {
        let sum = rowCombination(
          gram + row, writes + column, gramStride: rows, rowStride: width, from: 0, to: row,
          count: count)
        _ = close(row, open(row, sum))
        row &+= 1
      }
    }
  }

  /// r_t = dn_t + Σ_{u>t} G_tu e_u and e_t = −β_t r_t, from the last row to the first.
  ///
  /// - Parameters:
  ///   - gram: G, symmetric, [rows, rows].
  ///   - strengths: β, numbers `rowStride` apart.
  ///   - writesGradient: dn, [rows, width]; replaced by r.
  ///   - negative: e, [rows, width].
  static func substituteBackward(
    gram: Source, strengths: Source, rowStride: Int, writesGradient: Destination,
    negative: Destination, rows: Int, width: Int
  ) {
    forEachBlock(count: width) { column, count in
      @inline(__always)
      func close(_ row: Int, _ sum: Vector) -> Vector {
        let target = writesGradient + (row &* width &+ column)
        let open = load(target, count: count) + sum
        let value = open * -strengths[row &* rowStride]
        store(open, target, count: count)
        store(value, negative + (row &* width &+ column), count: count)
        return value
      }
      var end = rows
      while end >= 4 {
        let row = end &- 4
        let (s0, s1, s2, s3) = rowCombinations(
          gram + row, negative + column, gramStride: rows, rowStride: width, from: end, to: rows,
          count: count)
        let g1 = gram + ((row &+ 1) &* rows &+ row)
        let g2 = g1 + rows
        let g3 = g2 + rows
        let e3 = close(row &+ 3, s3)
        let e2 = close(row &+ 2, s2 + e3 * g3[2])
        let e1 = close(row &+ 1, s1 + e3 * g3[1] + e2 * g2[1])
        _ = close(row, s0 + e3 * g3[0] + e2 * g2[0] + e1 * g1[0])
        end &-= 4
      }
      while end > 0 {
        let row = end &- 1
        let sum = rowCombination(
          gram + row, negative + column, gramStride: rows, rowStride: width, from: end, to: rows,
          count: count)
        _ = close(row, sum)
        end &-= 1
      }
    }
  }

  /// Σ_j weight_j · row_j over a range of rows for four neighbouring columns of weights.
  @inline(__always)
  private static func rowCombinations(
    _ weights: Source, _ rows: Source, gramStride: Int, rowStride: Int, from first: Int,
    to end: Int, count: Int
  ) -> (Vector, Vector, Vector, Vector) {
    var s0 = Vector.zero
    var s1 = Vector.zero
    var s2 = Vector.zero
    var s3 = Vector.zero
    var j = first
    while j < end {
      let row = load(rows + j &* rowStride, count: count)
      let weight = weights + j &* gramStride
      s0 = multiplyAdd(Vector(repeating: weight[0]), row, s0)
      s1 = multiplyAdd(Vector(repeating: weight[1]), row, s1)
      s2 = multiplyAdd(Vector(repeating: weight[2]), row, s2)
      s3 = multiplyAdd(Vector(repeating: weight[3]), row, s3)
      j &+= 1
    }
    return (s0, s1, s2, s3)
  }

  /// Σ_j weight_j · row_j over a range of rows for one column of weights.
  @inline(__always)
  private static func rowCombination(
    _ weights: Source, _ rows: Source, gramStride: Int, rowStride: Int, from first: Int,
    to end: Int, count: Int
  ) -> Vector {
    var sum = Vector.zero
    var j = first
    while j < end {
      let row = load(rows + j &* rowStride, count: count)
      sum = multiplyAdd(Vector(repeating: weights[j &* gramStride]), row, sum)
      j &+= 1
    }
    return sum
  }
}
