extension Kernel {
  /// Layer normalisation of each row: y = (x − mean) / √(variance + ε) ⊙ gain + bias
  /// (Ba, Kiros and Hinton, 2016), with the biased variance.
  ///
  /// - Parameters:
  ///   - input, output: [rows, width].
  ///   - gain, bias: [width].
  ///   - statistics: [rows, 2]: mean and 1/√(variance + ε), for the gradient.
  public static func layerNorm(
    _ input: Source, gain: Source, bias: Source, _ output: Destination, statistics: Destination,
    rows: Int, width: Int, epsilon: Float
  ) {
    for row in 0..<rows {
      let x = input + row &* width
      let y = output + row &* width
      let mean = total(x, count: width) / Float(width)
      let variance = squaredDeviations(x, from: mean, count: width) / Float(width)
      let inverse = 1 / (variance + epsilon).squareRoot()
      statistics[2 &* row] = mean
      statistics[2 &* row &+ 1] = inverse
      let shift = Vector(repeating: -mean)
      @_transparent func normalize(_ i: Int, _ n: Int) {
        let normal = (load(x + i, count: n) + shift) * inverse
        let scaled = multiplyAdd(normal, load(gain + i, count: n), load(bias + i, count: n))
        store(scaled, y + i, count: n)
      }
      forEachBlock(count: width, normalize)
    }
  }

  /// The gradients of `layerNorm`.
  ///
  /// With n = (x − mean)/σ and g = dy ⊙ gain: dx = (g − mean(g) − n · mean(g ⊙ n)) / σ;
  /// the gain's gradient is Σ dy ⊙ n over the rows, the bias's Σ dy. Both accumulate.
  public static func layerNormGradient(
    _ outputGradient: Source, _ input: Source, gain: Source, statistics: Source,
    inputGradient: Destination, accumulate: Bool, gainGradient: Destination,
    biasGradient: Destination, rows: Int, width: Int
  ) {
    for row in 0..<rows {
      let dy = outputGradient + row &* width
      let x = input + row &* width
      let dx = inputGradient + row &* width
      let shift = Vector(repeating: -statistics[2 &* row])
      let inverse = statistics[2 &* row &+ 1]
      @_transparent func add(_ sums: inout (Vector, Vector), _ i: Int, _ n: Int) {
        let d = load(dy + i, count: n)
        let normal = (load(x + i, count: n) + shift) * inverse
        let g = d * load(gain + i, count: n)
        sums.0 += g
        sums.1 = multiplyAdd(g, normal, sums.1)
        let gains = load(gainGradient + i, count: n)
        store(multiplyAdd(d, normal, gains), gainGradient + i, count: n)
        store(load(biasGradient + i, count: n) + d, biasGradient + i, count: n)
      }
      var sums = (Vector.zero, Vector.zero)
      forEachBlock(count: width, &sums, add)
      let gradientMean = sum(sums.0) / Float(width)
      let productMean = sum(sums.1) / Float(width)
      @_transparent func gradient(_ i: Int, _ n: Int) {
        let normal = (load(x + i, count: n) + shift) * inverse
        let g = load(dy + i, count: n) * load(gain + i, count: n) - gradientMean
        let d = (g - normal * productMean) * inverse
        store(accumulate ? load(dx + i, count: n) + d : d, dx + i, count: n)
      }
      forEachBlock(count: width, gradient)
    }
  }

  /// Root-mean-square normalisation of each row: y = x / √(mean(x²) + ε) ⊙ gain
  /// (Zhang and Sennrich, 2019).
  ///
  /// - Parameters:
  ///   - input, output: [rows, width].
  ///   - gain: [width].
  ///   - inverseRoots: [rows]: 1/√(mean(x²) + ε), for the gradient.
  public static func rmsNorm(
    _ input: Source, gain: Source, _ output: Destination, inverseRoots: Destination, rows: Int,
    width: Int, epsilon: Float
  ) {
    for row in 0..<rows {
      let x = input + row &* width
      let y = output + row &* width
      let square = squaredDeviations(x, from: 0, count: width) / Float(width)
      let inverse = 1 / (square + epsilon).squareRoot()
      inverseRoots[row] = inverse
      @_transparent func normalize(_ x: Vector, _ g: Vector) -> Vector { x * inverse * g }
      map(x, gain, y, count: width, normalize)
    }
  }

  /// The gradients of `rmsNorm`.
  ///
  /// With n = x/r and g = dy ⊙ gain: dx = (g − n · mean(g ⊙ n)) / r; the gain's gradient is
  /// Σ dy ⊙ n over the rows and accumulates.
  public static func rmsNormGradient(
    _ outputGradient: Source, _ input: Source, gain: Source, inverseRoots: Source,
    inputGradient: Destination, accumulate: Bool, gainGradient: Destination, rows: Int, width: Int
  ) {
    for row in 0..<rows {
      let dy = outputGradient + row &* width
      let x = input + row &* width
      let dx = inputGradient + row &* width
      let inverse = inverseRoots[row]
      @_transparent func add(_ products: inout Vector, _ i: Int, _ n: Int) {
        let d = load(dy + i, count: n)
        let normal = load(x + i, count: n) * inverse
        products = multiplyAdd(d * load(gain + i, count: n), normal, products)
        let gains = load(gainGradient + i, count: n)
        store(multiplyAdd(d, normal, gains), gainGradient + i, count: n)
      }
      var products = Vector.zero
      forEachBlock(count: width, &products, add)
      let productMean = sum(products) / Float(width)
      @_transparent func gradient(_ i: Int, _ n: Int) {
        let normal = load(x + i, count: n) * inverse
        let g = load(dy + i, count: n) * load(gain + i, count: n)
        let d = (g - normal * productMean) * inverse
        store(accumulate ? load(dx + i, count: n) + d : d, dx + i, count: n)
      }
      forEachBlock(count: width, gradient)
    }
  }

  /// The sum of a row, in float32 over 16 lanes.
  @inline(__always)
  static func total(_ x: Source, count: Int) -> Float {
    @_transparent func add(_ s: inout Vector, _ i: Int, _ n: Int) {
      s += load(x + i, count: n)
    }
    var s = Vector.zero
    forEachBlock(count: count, &s, add)
    return sum(s)
  }

  /// Σ (x − center)² of a row.
  @inline(__always)
  static func squaredDeviations(_ x: Source, from center: Float, count: Int) -> Float {
    @_transparent func add(_ s: inout Vector, _ i: Int, _ n: Int) {
      let d = load(x + i, count: n, padding: center) - center
      s = multiplyAdd(d, d, s)
    }
    var s = Vector.zero
    forEachBlock(count: count, &s, add)
    return sum(s)
  }
}
