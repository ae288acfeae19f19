extension Kernel {
  /// 1 / (1 + e⁻ˣ) of each element.
  public static func sigmoid(_ input: Source, _ output: Destination, count: Int) {
    map(input, output, count: count, FlashShared.sigmoid)
  }

  /// The gradient of `sigmoid` from its output s: dy · s (1 − s).
  public static func sigmoidGradient(
    _ outputGradient: Source, output: Source, _ inputGradient: Destination, accumulate: Bool,
    count: Int
  ) {
    @_transparent func gradient(_ d: Vector, _ s: Vector) -> Vector { d * (s - s * s) }
    map(outputGradient, output, inputGradient, accumulate: accumulate, count: count, gradient)
  }

  /// The hyperbolic tangent of each element.
  public static func tanh(_ input: Source, _ output: Destination, count: Int) {
    map(input, output, count: count, FlashShared.tanh)
  }

  /// The gradient of `tanh` from its output t: dy (1 − t²).
  public static func tanhGradient(
    _ outputGradient: Source, output: Source, _ inputGradient: Destination, accumulate: Bool,
    count: Int
  ) {
    @_transparent func gradient(_ d: Vector, _ t: Vector) -> Vector { d * (1 - t * t) }
    map(outputGradient, output, inputGradient, accumulate: accumulate, count: count, gradient)
  }

  /// x / (1 + e⁻ˣ) of each element, also called swish.
  public static func silu(_ input: Source, _ output: Destination, count: Int) {
    @_transparent func silu(_ x: Vector) -> Vector { x * FlashShared.sigmoid(x) }
    map(input, output, count: count, silu)
  }

  /// The gradient of `silu` from its input: dy · s (1 + x (1 − s)), s the sigmoid of x.
  public static func siluGradient(
    _ outputGradient: Source, input: Source, _ inputGradient: Destination, accumulate: Bool,
    count: Int
  ) {
    @_transparent func gradient(_ d: Vector, _ x: Vector) -> Vector {
      d * siluSlope(x, sigmoid: FlashShared.sigmoid(x))
    }
    map(outputGradient, input, inputGradient, accumulate: accumulate, count: count, gradient)
  }

  /// max(x, 0)² of each element.
  public static func reluSquared(_ input: Source, _ output: Destination, count: Int) {
    @_transparent func square(_ x: Vector) -> Vector {
      let positive = rectified(x)
      return positive * positive
    }
    map(input, output, count: count, square)
  }

  /// The gradient of `reluSquared` from its input: 2 dy · max(x, 0).
  public static func reluSquaredGradient(
    _ outputGradient: Source, input: Source, _ inputGradient: Destination, accumulate: Bool,
    count: Int
  ) {
    @_transparent func gradient(_ d: Vector, _ x: Vector) -> Vector {
      2 * d * rectified(x)
    }
    map(outputGradient, input, inputGradient, accumulate: accumulate, count: count, gradient)
  }

  /// x Φ(x) of each element, Φ the normal distribution: the exact GELU, not the tanh form.
  public static func gelu(_ input: Source, _ output: Destination, count: Int) {
    @_transparent func gelu(_ x: Vector) -> Vector { x * normalDistribution(x).cumulative }
    map(input, output, count: count, gelu)
  }

  /// The gradient of `gelu` from its input: dy (Φ(x) + x φ(x)).
  public static func geluGradient(
    _ outputGradient: Source, input: Source, _ inputGradient: Destination, accumulate: Bool,
    count: Int
  ) {
    @_transparent func gradient(_ d: Vector, _ x: Vector) -> Vector {
      let normal = normalDistribution(x)
      return d * multiplyAdd(x, normal.density, normal.cumulative)
    }
    map(outputGradient, input, inputGradient, accumulate: accumulate, count: count, gradient)
  }

  /// max(x, 0); a NaN stays one.
  @_transparent
  private static func rectified(_ x: Vector) -> Vector { maximum(x, Vector.zero) }

  /// The slope of silu: s (1 + x (1 − s)).
  @_transparent
  static func siluSlope(_ x: Vector, sigmoid s: Vector) -> Vector {
    s * multiplyAdd(x, 1 - s, Vector(repeating: 1))
  }
}
