extension Kernel {
  /// y = M · x, or y += M · x: for decoding, where it runs at the speed of memory.
  ///
  /// - Parameters:
  ///   - matrix: M, [rows, columns].
  ///   - vector: x, [columns].
  ///   - output: y, [rows].
  public static func matrixVector(
    _ matrix: Source, _ vector: Source, _ output: Destination, rows: Int, columns: Int,
    accumulate: Bool = false
  ) {
    var row = 0
    while row &+ 4 <= rows {
      let first = matrix + row &* columns
      let sums = dotFour(first, stride: columns, vector, count: columns)
      for k in 0..<4 {
        output[row &+ k] = accumulate ? output[row &+ k] + sums[k] : sums[k]
      }
      row &+= 4
    }
    while row < rows {
      let value = dot(matrix + row &* columns, vector, count: columns)
      output[row] = accumulate ? output[row] + value : value
      row &+= 1
    }
  }

  /// Y = X · Mᵀ, or Y += X · Mᵀ, for a few rows of X: `matrixVector` of each row, number for number,
  /// but M is read once for all of them.
  ///
  /// - Parameters:
  ///   - matrix: M, [rows, columns].
  ///   - vectors: X, [count, columns].
  ///   - output: Y, [count, rows].
  public static func matrixVectors(
    _ matrix: Source, _ vectors: Source, _ output: Destination, count: Int, rows: Int,
    columns: Int, accumulate: Bool = false
  ) {
    var row = 0
    while row &+ 4 <= rows {
      let first = matrix + row &* columns
      for vector in 0..<count {
        let sums = dotFour(
          first, stride: columns, vectors + vector &* columns, count: columns)
        let target = output + (vector &* rows &+ row)
        for k in 0..<4 { target[k] = accumulate ? target[k] + sums[k] : sums[k] }
      }
      row &+= 4
    }
    while row < rows {
      for vector in 0..<count {
        let value = dot(matrix + row &* columns, vectors + vector &* columns, count: columns)
        let target = output + (vector &* rows &+ row)
        target[0] = accumulate ? target[0] + value : value
      }
      row &+= 1
    }
  }

  /// y = x · M, or y += x · M.
  ///
  /// - Parameters:
  ///   - vector: x, [rows].
  ///   - matrix: M, [rows, columns].
  ///   - output: y, [columns].
  public static func vectorMatrix(
    _ vector: Source, _ matrix: Source, _ output: Destination, rows: Int, columns: Int,
    accumulate: Bool = false
  ) {
    if !accumulate { fill(output, 0, count: columns) }
    for row in 0..<rows {
      axpy(vector[row], matrix + row &* columns, output, count: columns)
    }
  }

  /// The inner product of two vectors.
  public static func dot(_ a: Source, _ b: Source, count: Int) -> Float {
    var s0 = Vector.zero
    var s1 = Vector.zero
    var s2 = Vector.zero
    var s3 = Vector.zero
    var i = 0
    while i &+ 64 <= count {
      s0 = multiplyAdd(load(a + i), load(b + i), s0)
      s1 = multiplyAdd(load(a + i + 16), load(b + i + 16), s1)
      s2 = multiplyAdd(load(a + i + 32), load(b + i + 32), s2)
      s3 = multiplyAdd(load(a + i + 48), load(b + i + 48), s3)
      i &+= 64
    }
    while i &+ 16 <= count {
      s0 = multiplyAdd(load(a + i), load(b + i), s0)
      i &+= 16
    }
    if i < count {
      s1 = multiplyAdd(load(a + i, count: count &- i), load(b + i, count: count &- i), s1)
    }
    return sum((s0 + s1) + (s2 + s3))
  }

  /// Four inner products with one vector, so that each of its vectors is loaded once.
  @inline(__always)
  private static func dotFour(
    _ a: Source, stride: Int, _ b: Source, count: Int
  ) -> SIMD4<Float> {
    var s0 = Vector.zero
    var s1 = Vector.zero
    var s2 = Vector.zero
    var s3 = Vector.zero
    let a1 = a + stride
    let a2 = a1 + stride
    let a3 = a2 + stride
    forEachVector(count: count) { i in
      let x = load(b + i)
      s0 = multiplyAdd(load(a + i), x, s0)
      s1 = multiplyAdd(load(a1 + i), x, s1)
      s2 = multiplyAdd(load(a2 + i), x, s2)
      s3 = multiplyAdd(load(a3 + i), x, s3)
    } part: { i, n in
      let x = load(b + i, count: n)
      s0 = multiplyAdd(load(a + i, count: n), x, s0)
      s1 = multiplyAdd(load(a1 + i, count: n), x, s1)
      s2 = multiplyAdd(load(a2 + i, count: n), x, s2)
      s3 = multiplyAdd(load(a3 + i, count: n), x, s3)
    }
    return SIMD4(sum(s0), sum(s1), sum(s2), sum(s3))
  }
}
