/// Products of a matrix with one vector, for decoding, where they run at the speed of memory.
extension Kernel {
  /// y = M · x, or y += M · x.
  ///
  /// - Parameters:
  ///   - matrix: M, [rows, columns].
  ///   - vector: x, [columns].
  ///   - output: y, [rows].
  public static func matrixVector(
    _ matrix: Source, _ vector: Source, _ output: Destination, rows: Int, columns: Int,
    accumulate: Bool = false
  ) {
    dots(
      vector, matrix, stride: columns, output, count: columns, rows: rows, accumulate: accumulate)
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
    columns: Int, outputStride: Int? = nil, accumulate: Bool = false
  ) {
    let outputStride = outputStride ?? rows
    var row = 0
    while row &+ 4 <= rows {
      let first = matrix + row &* columns
      for vector in 0..<count {
        let sums = dotFour(
          first, stride: columns, vectors + vector &* columns, count: columns)
        let target = output + (vector &* outputStride &+ row)
        for k in 0..<4 { target[k] = accumulate ? target[k] + sums[k] : sums[k] }
      }
      row &+= 4
    }
    while row < rows {
      for vector in 0..<count {
        let value = dot(matrix + row &* columns, vectors + vector &* columns, count: columns)
        let target = output + (vector &* outputStride &+ row)
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
    vectorMatrix(
      vector, matrix, stride: columns, output, rows: rows, columns: columns,
      accumulate: accumulate)
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

  /// Inner products of one vector with rows `stride` apart, four at a time.
  static func dots(
    _ vector: Source, _ matrix: Source, stride: Int, _ output: Destination, count: Int, rows: Int,
    accumulate: Bool
  ) {
    var row = 0
    while row &+ 4 <= rows {
      let sums = dotFour(matrix + row &* stride, stride: stride, vector, count: count)
      let target = UnsafeMutableRawPointer(output + row)
      let before = accumulate ? target.loadUnaligned(as: SIMD4<Float>.self) : .zero
      target.storeBytes(of: before + sums, as: SIMD4<Float>.self)
      row &+= 4
    }
    while row < rows {
      let value = dot(matrix + row &* stride, vector, count: count)
      output[row] = accumulate ? output[row] + value : value
      row &+= 1
    }
  }

  /// Four inner products with one vector, so that each of its parts is loaded once.
  @inline(__always)
  private static func dotFour(
    _ a: Source, stride: Int, _ b: Source, count: Int
  ) -> SIMD4<Float> {
    let a1 = a + stride
    let a2 = a1 + stride
    let a3 = a2 + stride
    @_transparent func add(_ s: inout (Vector, Vector, Vector, Vector), _ i: Int, _ n: Int) {
      let x = load(b + i, count: n)
      s.0 = multiplyAdd(load(a + i, count: n), x, s.0)
      s.1 = multiplyAdd(load(a1 + i, count: n), x, s.1)
      s.2 = multiplyAdd(load(a2 + i, count: n), x, s.2)
      s.3 = multiplyAdd(load(a3 + i, count: n), x, s.3)
    }
    var s = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    forEachBlock(count: count, &s, add)
    return SIMD4(sum(s.0), sum(s.1), sum(s.2), sum(s.3))
  }

  /// The sum of rows `stride` apart, each times its number, four at a time.
  static func vectorMatrix(
    _ vector: Source, _ matrix: Source, stride: Int, _ output: Destination, rows: Int,
    columns: Int, accumulate: Bool
  ) {
    if !accumulate { fill(output, 0, count: columns) }
    var row = 0
    while row &+ 4 <= rows {
      let m0 = matrix + row &* stride
      let m1 = m0 + stride
      let m2 = m1 + stride
      let m3 = m2 + stride
      let x0 = Vector(repeating: vector[row])
      let x1 = Vector(repeating: vector[row &+ 1])
      let x2 = Vector(repeating: vector[row &+ 2])
      let x3 = Vector(repeating: vector[row &+ 3])
      @_transparent func add(_ i: Int, _ n: Int) {
        let first = multiplyAdd(x0, load(m0 + i, count: n), load(output + i, count: n))
        let second = multiplyAdd(x1, load(m1 + i, count: n), first)
        let third = multiplyAdd(x2, load(m2 + i, count: n), second)
        store(multiplyAdd(x3, load(m3 + i, count: n), third), output + i, count: n)
      }
      forEachBlock(count: columns, add)
      row &+= 4
    }
    while row < rows {
      axpy(vector[row], matrix + row &* stride, output, count: columns)
      row &+= 1
    }
  }
}
