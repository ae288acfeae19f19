extension Kernel {
  /// GEGLU (Shazeer, 2020): y = GELU(gate) ⊙ value, with the exact GELU.
  ///
  /// - Parameters:
  ///   - projected: [rows, 2 · width]: gate, then value.
  ///   - output: [rows, width].
  public static func gatedGELU(
    _ projected: Source, _ output: Destination, rows: Int, width: Int
  ) {
    @_transparent func gated(_ g: Vector, _ v: Vector) -> Vector {
      g * normalDistribution(g).cumulative * v
    }
    for row in 0..<rows {
      let gate = projected + 2 &* row &* width
      map(gate, gate + width, output + row &* width, count: width, gated)
    }
  }

  /// The gradient of `gatedGELU`, written over `projectedGradient` [rows, 2 · width].
  public static func gatedGELUGradient(
    _ outputGradient: Source, _ projected: Source, _ projectedGradient: Destination, rows: Int,
    width: Int
  ) {
    for row in 0..<rows {
      let dy = outputGradient + row &* width
      let gate = projected + 2 &* row &* width
      let value = gate + width
      let gateGradient = projectedGradient + 2 &* row &* width
      let valueGradient = gateGradient + width
      @_transparent func gradient(_ i: Int, _ n: Int) {
        let d = load(dy + i, count: n)
        let g = load(gate + i, count: n)
        let normal = normalDistribution(g)
        let slope = multiplyAdd(g, normal.density, normal.cumulative)
        store(d * load(value + i, count: n) * slope, gateGradient + i, count: n)
        store(d * g * normal.cumulative, valueGradient + i, count: n)
      }
      forEachBlock(count: width, gradient)
    }
  }

  /// SwiGLU (Shazeer, 2020): y = silu(gate) ⊙ up.
  ///
  /// - Parameters:
  ///   - gate, up: [rows, width], each row `inputStride` after the one before it, so that both may
  ///     lie in one packed matrix.
  ///   - output: [rows, width].
  public static func swiGLU(
    gate: Source, up: Source, inputStride: Int, _ output: Destination, rows: Int, width: Int
  ) {
    @_transparent func gated(_ g: Vector, _ u: Vector) -> Vector {
      g * FlashShared.sigmoid(g) * u
    }
    for row in 0..<rows {
      let offset = row &* inputStride
      map(gate + offset, up + offset, output + row &* width, count: width, gated)
    }
  }

  /// The gradients of `swiGLU`, written over `gateGradient` and `upGradient` (rows
  /// `gradientStride` apart).
  public static func swiGLUGradient(
    _ outputGradient: Source, gate: Source, up: Source, inputStride: Int,
    gateGradient: Destination, upGradient: Destination, gradientStride: Int, rows: Int, width: Int
  ) {
    for row in 0..<rows {
      let dy = outputGradient + row &* width
      let g = gate + row &* inputStride
      let u = up + row &* inputStride
      let dGate = gateGradient + row &* gradientStride
      let dUp = upGradient + row &* gradientStride
      @_transparent func gradient(_ i: Int, _ n: Int) {
        let d = load(dy + i, count: n)
        let x = load(g + i, count: n)
        let s = FlashShared.sigmoid(x)
        store(d * load(u + i, count: n) * siluSlope(x, sigmoid: s), dGate + i, count: n)
        store(d * x * s, dUp + i, count: n)
      }
      forEachBlock(count: width, gradient)
    }
  }
}
