extension Kernel {
  /// 1 / (1 + e⁻ˣ) of each element.
  public static func sigmoid(_ input: Source, _ output: Destination, count: Int) {
    map(input, output, count: count) { FlashShared.sigmoid($0) }
  }

  /// The gradient of `sigmoid` from its output s: dy · s (1 − s).
  public static func sigmoidGradient(
    _ outputGradient: Source, output: Source, _ inputGradient: Destination, accumulate: Bool,
    count: Int
  ) {
    map(outputGradient, output, inputGradient, accumulate: accumulate, count: count) { d, s in
      d * (s - s * s)
    }
  }

  /// The hyperbolic tangent of each element.
  public static func tanh(_ input: Source, _ output: Destination, count: Int) {
    map(input, output, count: count) { FlashShared.tanh($0) }
  }

  /// The gradient of `tanh` from its output t: dy (1 − t²).
  public static func tanhGradient(
    _ outputGradient: Source, output: Source, _ inputGradient: Destination, accumulate: Bool,
    count: Int
  ) {
    map(outputGradient, output, inputGradient, accumulate: accumulate, count: count) { d, t in
      d * (1 - t * t)
    }
  }

  /// x / (1 + e⁻ˣ) of each element, also called swish.
  public static func silu(_ input: Source, _ output: Destination, count: Int) {
    map(input, output, count: count) { $0 * FlashShared.sigmoid($0) }
  }

  /// The gradient of `silu` from its input: dy · s (1 + x (1 − s)), s the sigmoid of x.
  public static func siluGradient(
    _ outputGradient: Source, input: Source, _ inputGradient: Destination, accumulate: Bool,
    count: Int
  ) {
    map(outputGradient, input, inputGradient, accumulate: accumulate, count: count) { d, x in
      d * siluSlope(x, sigmoid: FlashShared.sigmoid(x))
    }
  }

  /// max(x, 0)² of each element.
  public static func reluSquared(_ input: Source, _ output: Destination, count: Int) {
    map(input, output, count: count) {
      let positive = maximum($0, Vector.zero)
      return positive * positive
    }
  }

  /// The gradient of `reluSquared` from its input: 2 dy · max(x, 0).
  public static func reluSquaredGradient(
    _ outputGradient: Source, input: Source, _ inputGradient: Destination, accumulate: Bool,
    count: Int
  ) {
    map(outputGradient, input, inputGradient, accumulate: accumulate, count: count) { d, x in
      2 * d * maximum(x, Vector.zero)
    }
  }

  /// x Φ(x) of each element, Φ the normal distribution: the exact GELU, not the tanh form.
  public static func gelu(_ input: Source, _ output: Destination, count: Int) {
    map(input, output, count: count) { $0 * normalDistribution($0).cumulative }
  }

  /// The gradient of `gelu` from its input: dy (Φ(x) + x φ(x)).
  public static func geluGradient(
    _ outputGradient: Source, input: Source, _ inputGradient: Destination, accumulate: Bool,
    count: Int
  ) {
    map(outputGradient, input, inputGradient, accumulate: accumulate, count: count) { d, x in
      let normal = normalDistribution(x)
      return d * multiplyAdd(x, normal.density, normal.cumulative)
    }
  }

  /// The slope of silu: s (1 + x (1 − s)).
  @inline(__always)
  static func siluSlope(_ x: Vector, sigmoid s: Vector) -> Vector {
    s * multiplyAdd(x, 1 - s, Vector(repeating: 1))
  }
}
