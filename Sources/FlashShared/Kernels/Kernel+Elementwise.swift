extension Kernel {
  /// a + b.
  public static func add(_ a: Source, _ b: Source, _ output: Destination, count: Int) {
    map(a, b, output, count: count, plus)
  }

  /// a ⊙ b, or output += a ⊙ b.
  public static func multiply(
    _ a: Source, _ b: Source, _ output: Destination, accumulate: Bool = false, count: Int
  ) {
    map(a, b, output, accumulate: accumulate, count: count, times)
  }

  /// factor · x.
  public static func scale(_ input: Source, by factor: Float, _ output: Destination, count: Int) {
    @_transparent func scaled(_ x: Vector) -> Vector { x * factor }
    map(input, output, count: count, scaled)
  }

  /// y += factor · x.
  public static func axpy(_ factor: Float, _ x: Source, _ y: Destination, count: Int) {
    let f = Vector(repeating: factor)
    @_transparent func sum(_ x: Vector, _ y: Vector) -> Vector { multiplyAdd(f, x, y) }
    map(x, y, y, count: count, sum)
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
    @_transparent func interpolate(_ i: Int, _ n: Int) {
      let second = load(b + i, count: n)
      let difference = load(a + i, count: n) - second
      store(multiplyAdd(load(gate + i, count: n), difference, second), output + i, count: n)
    }
    forEachBlock(count: count, interpolate)
  }

  /// The gradients of `interpolate`: dy ⊙ (a − b), dy ⊙ g, dy ⊙ (1 − g).
  public static func interpolateGradient(
    _ outputGradient: Source, gate: Source, _ a: Source, _ b: Source,
    gateGradient: Destination, aGradient: Destination, bGradient: Destination, accumulate: Bool,
    count: Int
  ) {
    @_transparent func gradient(_ i: Int, _ n: Int) {
      let d = load(outputGradient + i, count: n)
      let forA = d * load(gate + i, count: n)
      var forGate = d * (load(a + i, count: n) - load(b + i, count: n))
      if accumulate { forGate += load(gateGradient + i, count: n) }
      store(forGate, gateGradient + i, count: n)
      store(accumulate ? load(aGradient + i, count: n) + forA : forA, aGradient + i, count: n)
      let forB = d - forA
      store(accumulate ? load(bGradient + i, count: n) + forB : forB, bGradient + i, count: n)
    }
    forEachBlock(count: count, gradient)
  }

  /// The sum of two vectors, for `map`.
  @_transparent
  static func plus(_ a: Vector, _ b: Vector) -> Vector { a + b }

  /// The product of two vectors, for `map`.
  @_transparent
  static func times(_ a: Vector, _ b: Vector) -> Vector { a * b }
}
