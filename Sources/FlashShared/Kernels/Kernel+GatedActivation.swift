extension Kernel {
  /// GEGLU (Shazeer, 2020): y = GELU(gate) ⊙ value, with the exact GELU.
  ///
  /// - Parameters:
  ///   - projected: [rows, 2 · width]: gate, then value.
  ///   - output: [rows, width].
  public static func gatedGELU(
    _ projected: Source, _ output: Destination, rows: Int, width: Int
  ) {
    for row in 0..<rows {
      let gate = projected + 2 &* row &* width
      map(gate, gate + width, output + row &* width, count: width) { g, v in
        g * normalDistribution(g).cumulative * v
      }
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
      forEachVector(count: width) { i in
        let (dg, dv) = gatedGELUSlopes(load(dy + i), load(gate + i), load(value + i))
        store(dg, gateGradient + i)
        store(dv, valueGradient + i)
      } part: { i, n in
        let (dg, dv) = gatedGELUSlopes(
          load(dy + i, count: n), load(gate + i, count: n), load(value + i, count: n))
        store(dg, gateGradient + i, count: n)
        store(dv, valueGradient + i, count: n)
      }
    }
  }

  @inline(__always)
  private static func gatedGELUSlopes(
    _ d: Vector, _ gate: Vector, _ value: Vector
  ) -> (gate: Vector, value: Vector) {
    let normal = normalDistribution(gate)
    let slope = multiplyAdd(gate, normal.density, normal.cumulative)
    return (d * value * slope, d * gate * normal.cumulative)
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
    for row in 0..<rows {
      let offset = row &* inputStride
      map(gate + offset, up + offset, output + row &* width, count: width) { g, u in
        g * FlashShared.sigmoid(g) * u
      }
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
      forEachVector(count: width) { i in
        let (dg, du) = swiGLUSlopes(load(dy + i), load(g + i), load(u + i))
        store(dg, dGate + i)
        store(du, dUp + i)
      } part: { i, n in
        let (dg, du) = swiGLUSlopes(
          load(dy + i, count: n), load(g + i, count: n), load(u + i, count: n))
        store(dg, dGate + i, count: n)
        store(du, dUp + i, count: n)
      }
    }
  }

  @inline(__always)
  private static func swiGLUSlopes(
    _ d: Vector, _ gate: Vector, _ up: Vector
  ) -> (gate: Vector, up: Vector) {
    let s = FlashShared.sigmoid(gate)
    return (d * up * siluSlope(gate, sigmoid: s), d * gate * s)
  }
}
