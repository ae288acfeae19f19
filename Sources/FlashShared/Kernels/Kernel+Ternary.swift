extension Kernel {
  /// How the scale of a ternary matrix comes from the mean magnitude m of its numbers.
  public enum TernaryScale: Sendable, Equatable {
    /// Numbers are divided by m + 1e-8 before rounding; the levels are −m, 0, m.
    case offset
    /// Numbers are divided by s = max(m, 1e-5); the levels are −s, 0, s.
    case floored
  }

  /// The ternary form of a matrix: each number becomes −s, 0 or s, after
  /// q = s · clamp(round(w / divisor), −1, 1).
  ///
  /// Halves round to even, so exactly ½ gives 0, and |w / divisor| > ½ is the whole of rounding and
  /// clamping.
  ///
  /// - Parameters:
  ///   - weights, output: [rows, columns].
  ///   - isPerRow: whether each row has a scale of its own; else the whole matrix has one.
  public static func ternary(
    _ weights: Source, _ output: Destination, rows: Int, columns: Int, isPerRow: Bool,
    scale: TernaryScale
  ) {
    let groupCount = isPerRow ? columns : rows &* columns
    for group in 0..<(isPerRow ? rows : 1) {
      let source = weights + group &* groupCount
      let mean = meanMagnitude(source, count: groupCount)
      let level = scale == .offset ? mean : Swift.max(mean, 1e-5)
      let divisor = Vector(repeating: scale == .offset ? mean + 1e-8 : level)
      let positive = Vector(repeating: level)
      let half = Vector(repeating: 0.5)
      @_transparent func rounded(_ w: Vector) -> Vector {
        let x = w / divisor
        let up = select(positive, Vector.zero, where: signBits(half - x))
        return select(-positive, up, where: signBits(x + half))
      }
      map(source, output + group &* groupCount, count: groupCount, rounded)
    }
  }

  /// The mean of the magnitudes, summed like `sumOfSquares`: in float32 within a block, the blocks in
  /// float64.
  static func meanMagnitude(_ x: Source, count: Int) -> Float {
    let block = 4096
    var result = 0.0
    for start in stride(from: 0, to: count, by: block) {
      @_transparent func add(_ s: inout Vector, _ i: Int, _ n: Int) {
        s += magnitude(load(x + start + i, count: n))
      }
      var s = Vector.zero
      forEachBlock(count: Swift.min(block, count &- start), &s, add)
      result += Double(sum(s))
    }
    return Float(result / Double(count))
  }
}
