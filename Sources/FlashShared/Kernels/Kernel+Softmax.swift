import Foundation

extension Kernel {
  /// softmax of each row of [rows, width]; input and output may be the same memory.
  public static func softmax(_ input: Source, _ output: Destination, rows: Int, width: Int) {
    for row in 0..<rows {
      let y = output + row &* width
      let total = exponentials(input + row &* width, y, count: width).total
      let inverse = 1 / total
      scale(y, by: inverse, y, count: width)
    }
  }

  /// The gradient of `softmax` from its output p: p ⊙ (dy − Σ dy ⊙ p).
  public static func softmaxGradient(
    _ outputGradient: Source, output: Source, _ inputGradient: Destination, accumulate: Bool,
    rows: Int, width: Int
  ) {
    for row in 0..<rows {
      let dy = outputGradient + row &* width
      let p = output + row &* width
      let mean = dot(dy, p, count: width)
      @_transparent func gradient(_ d: Vector, _ p: Vector) -> Vector { (d - mean) * p }
      map(dy, p, inputGradient + row &* width, accumulate: accumulate, count: width, gradient)
    }
  }

  /// ln softmax of each row of [rows, width]; input and output may be the same memory.
  public static func logSoftmax(_ input: Source, _ output: Destination, rows: Int, width: Int) {
    for row in 0..<rows {
      let x = input + row &* width
      let shift = logSumExp(x, count: width)
      @_transparent func shifted(_ x: Vector) -> Vector { x - shift }
      map(x, output + row &* width, count: width, shifted)
    }
  }

  /// The gradient of `logSoftmax` from its output l: dy − eˡ Σ dy.
  public static func logSoftmaxGradient(
    _ outputGradient: Source, output: Source, _ inputGradient: Destination, accumulate: Bool,
    rows: Int, width: Int
  ) {
    for row in 0..<rows {
      let dy = outputGradient + row &* width
      let whole = total(dy, count: width)
      @_transparent func gradient(_ d: Vector, _ l: Vector) -> Vector { d - exponential(l) * whole }
      map(
        dy, output + row &* width, inputGradient + row &* width, accumulate: accumulate,
        count: width, gradient)
    }
  }

  /// ln Σ eˣ of a row.
  public static func logSumExp(_ x: Source, count: Int) -> Float {
    let peak = largest(x, count: count)
    @_transparent func add(_ s: inout Vector, _ i: Int, _ n: Int) {
      s += exponential(load(x + i, count: n, padding: -Float.infinity) - peak)
    }
    var s = Vector.zero
    forEachBlock(count: count, &s, add)
    return peak + log(sum(s))
  }

  /// Cross-entropy of each row against a target, and its gradient in place.
  ///
  /// - Parameters:
  ///   - logits: [rows, width]; with `withGradient`, replaced by (softmax − one-hot) · `weight`.
  ///     Without it, replaced by what is of no use.
  ///   - targets: [rows]; −1: the row is not scored, its loss and its gradient are 0.
  ///   - losses: [rows], in nats, not weighted.
  ///   - weight: the factor of the gradient, such as 1 / (number of scored rows).
  public static func softmaxCrossEntropy(
    logits: Destination, targets: UnsafePointer<Int32>, losses: Destination, weight: Float,
    rows: Int, width: Int, withGradient: Bool
  ) {
    for row in 0..<rows {
      let x = logits + row &* width
      let target = Int(targets[row])
      guard target >= 0 else {
        losses[row] = 0
        if withGradient { fill(x, 0, count: width) }
        continue
      }
      let correct = x[target]
      let (peak, total) = exponentials(x, x, count: width)
      losses[row] = (peak - correct) + log(total)
      if withGradient {
        let factor = weight / total
        scale(x, by: factor, x, count: width)
        x[target] -= weight
      }
    }
  }

  /// y = e^(x − max x) of a row; the maximum and the sum of y.
  @inline(__always)
  static func exponentials(
    _ x: Source, _ y: Destination, count: Int
  ) -> (peak: Float, total: Float) {
    let peak = largest(x, count: count)
    @_transparent func add(_ s: inout Vector, _ i: Int, _ n: Int) {
      let e = exponential(load(x + i, count: n, padding: -Float.infinity) - peak)
      s += e
      store(e, y + i, count: n)
    }
    var s = Vector.zero
    forEachBlock(count: count, &s, add)
    return (peak, sum(s))
  }

  /// The largest element of a row that is not empty.
  static func largest(_ x: Source, count: Int) -> Float {
    let lowest = Vector(repeating: -Float.infinity)
    // Each maximum waits for the one before it, so four run side by side.
    var m = (lowest, lowest, lowest, lowest)
    var start = 0
    while start &+ 64 <= count {
      m.0 = maximum(m.0, load(x + start))
      m.1 = maximum(m.1, load(x + start + 16))
      m.2 = maximum(m.2, load(x + start + 32))
      m.3 = maximum(m.3, load(x + start + 48))
      start &+= 64
    }
    @_transparent func raise(_ m: inout Vector, _ i: Int, _ n: Int) {
      m = maximum(m, load(x + start + i, count: n, padding: -Float.infinity))
    }
    var result = maximum(maximum(m.0, m.1), maximum(m.2, m.3))
    forEachBlock(count: count &- start, &result, raise)
    return maximum(result)
  }
}
