extension Kernel {
  /// a + b.
  public static func add(_ a: Source, _ b: Source, _ output: Destination, count: Int) {
    map(a, b, output, count: count) { $0 + $1 }
  }

  /// a ⊙ b, or output += a ⊙ b.
  public static func multiply(
    _ a: Source, _ b: Source, _ output: Destination, accumulate: Bool = false, count: Int
  ) {
    map(a, b, output, accumulate: accumulate, count: count) { $0 * $1 }
  }

  /// factor · x.
  public static func scale(_ input: Source, by factor: Float, _ output: Destination, count: Int) {
    map(input, output, count: count) { $0 * factor }
  }

  /// y += factor · x.
  public static func axpy(_ factor: Float, _ x: Source, _ y: Destination, count: Int) {
    let f = Vector(repeating: factor)
    map(x, y, y, count: count) { multiplyAdd(f, $0, $1) }
  }

  /// Copies `count` elements between memories that do not overlap.
  public static func copy(_ input: Source, _ output: Destination, count: Int) {
    output.update(from: input, count: count)
  }

  /// Sets every element to one value.
  public static func fill(_ output: Destination, _ value: Float, count: Int) {
    output.update(repeating: value, count: count)
  }

  /// Σ x², for gradient norms: blocks of 4,096 elements are summed in float32 over 64 lanes, the
  /// blocks in float64, so that the error does not grow with the count.
  public static func sumOfSquares(_ x: Source, count: Int) -> Double {
    let block = 4096
    var result = 0.0
    var start = 0
    while start < count {
      let n = Swift.min(block, count &- start)
      result += Double(dot(x + start, x + start, count: n))
      start &+= n
    }
    return result
  }

  /// g ⊙ a + (1 − g) ⊙ b.
  public static func interpolate(
    gate: Source, _ a: Source, _ b: Source, _ output: Destination, count: Int
  ) {
    forEachVector(count: count) { i in
      let second = load(b + i)
      store(multiplyAdd(load(gate + i), load(a + i) - second, second), output + i)
    } part: { i, n in
      let second = load(b + i, count: n)
      let difference = load(a + i, count: n) - second
      store(multiplyAdd(load(gate + i, count: n), difference, second), output + i, count: n)
    }
  }

  /// The gradients of `interpolate`: dy ⊙ (a − b), dy ⊙ g, dy ⊙ (1 − g).
  public static func interpolateGradient(
    _ outputGradient: Source, gate: Source, _ a: Source, _ b: Source,
    gateGradient: Destination, aGradient: Destination, bGradient: Destination, accumulate: Bool,
    count: Int
  ) {
    // Three passes keep one shape of loop; the data is in cache.
    map(outputGradient, gate, aGradient, accumulate: accumulate, count: count) { $0 * $1 }
    map(outputGradient, gate, bGradient, accumulate: accumulate, count: count) { $0 - $0 * $1 }
    if !accumulate { fill(gateGradient, 0, count: count) }
    forEachVector(count: count) { i in
      let difference = load(a + i) - load(b + i)
      store(
        multiplyAdd(load(outputGradient + i), difference, load(gateGradient + i)),
        gateGradient + i)
    } part: { i, n in
      let difference = load(a + i, count: n) - load(b + i, count: n)
      let before = load(gateGradient + i, count: n)
      store(
        multiplyAdd(load(outputGradient + i, count: n), difference, before), gateGradient + i,
        count: n)
    }
  }
}
