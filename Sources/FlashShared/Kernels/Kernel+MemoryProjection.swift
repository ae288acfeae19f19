extension Kernel {
  /// Makes what a memory reads from its projection, in place: keys and queries of unit length,
  /// strengths between 0 and 1.
  ///
  ///     k ← k / max(‖k‖, 1e-12),   q likewise,   β ← 1 / (1 + e^−β)      in each head
  ///
  /// - Parameters:
  ///   - projected: [rows, 3 · heads · width + heads]: keys, values, queries (each head-major),
  ///     then β.
  ///   - inverseNorms: [rows, 2 · heads]: those of the keys, then those of the queries.
  public static func memoryProjection(
    _ projected: Destination, inverseNorms: Destination, rows: Int, heads: Int, width: Int
  ) {
    let inner = heads &* width
    let stride = 3 &* inner &+ heads
    for row in 0..<rows {
      let line = projected + row &* stride
      let norms = inverseNorms + 2 &* row &* heads
      for head in 0..<heads {
        let key = line + head &* width
        norms[head] = normalize(key, count: width)
        norms[heads &+ head] = normalize(key + 2 &* inner, count: width)
      }
      sigmoid(line + 3 &* inner, line + 3 &* inner, count: heads)
    }
  }

  /// Turns the gradients of normalised keys and queries and of β into those of the projection, in
  /// place.
  ///
  ///     dk = (dk̂ − k̂ (k̂·dk̂)) / ‖k‖,   dβ' = dβ · β (1 − β)
  ///
  /// - Parameters:
  ///   - projected: as `memoryProjection` left it.
  ///   - gradient: [rows, 3 · heads · width + heads].
  ///   - strengthsAreLogarithmic: whether the gradient of β is that of ln β.
  public static func memoryProjectionGradient(
    _ projected: Source, inverseNorms: Source, gradient: Destination,
    strengthsAreLogarithmic: Bool, rows: Int, heads: Int, width: Int
  ) {
    let inner = heads &* width
    let stride = 3 &* inner &+ heads
    for row in 0..<rows {
      let line = projected + row &* stride
      let slopes = gradient + row &* stride
      let norms = inverseNorms + 2 &* row &* heads
      for head in 0..<heads {
        let place = head &* width
        normalizeGradient(line + place, norms[head], slopes + place, count: width)
        normalizeGradient(
          line + place + 2 &* inner, norms[heads &+ head], slopes + place + 2 &* inner,
          count: width)
      }
      let strengths = line + 3 &* inner
      for head in 0..<heads {
        let strength = strengths[head]
        slopes[3 &* inner &+ head] *=
          strengthsAreLogarithmic ? 1 - strength : strength * (1 - strength)
      }
    }
  }

  /// Divides a vector by its norm; returns the factor. A vector that is nearly zero is divided by
  /// 1e-12 instead.
  @inline(__always)
  private static func normalize(_ x: Destination, count: Int) -> Float {
    let factor = 1 / Swift.max(dot(x, x, count: count).squareRoot(), 1e-12)
    map(x, x, count: count) { $0 * factor }
    return factor
  }

  /// Replaces the gradient of a normalised vector by that of the vector itself.
  @inline(__always)
  private static func normalizeGradient(
    _ normal: Source, _ factor: Float, _ gradient: Destination, count: Int
  ) {
    let along = -dot(normal, gradient, count: count)
    map(normal, gradient, gradient, count: count) {
      multiplyAdd($0, Vector(repeating: along), $1) * factor
    }
  }
}
