import Foundation

extension Kernel {
  /// softmax of each row of [rows, width]; input and output may be the same memory.
  public static func softmax(_ input: Source, _ output: Destination, rows: Int, width: Int) {
    for row in 0..<rows {
      let y = output + row &* width
      let total = exponentials(input + row &* width, y, count: width).total
      let inverse = 1 / total
      map(y, y, count: width) { $0 * inverse }
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
      map(dy, p, inputGradient + row &* width, accumulate: accumulate, count: width) {
        ($0 - mean) * $1
      }
    }
  }

  /// ln softmax of each row of [rows, width]; input and output may be the same memory.
  public static func logSoftmax(_ input: Source, _ output: Destination, rows: Int, width: Int) {
    for row in 0..<rows {
      let x = input + row &* width
      let shift = logSumExp(x, count: width)
      map(x, output + row &* width, count: width) { $0 - shift }
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
      map(
        dy, output + row &* width, inputGradient + row &* width, accumulate: accumulate,
        count: width
      ) { $0 - exponential($1) * whole }
    }
  }

  /// ln Σ eˣ of a row.
  public static func logSumExp(_ x: Source, count: Int) -> Float {
    let peak = largest(x, count: count)
    var s = Vector.zero
    forEachVector(count: count) { i in
      s += exponential(load(x + i) - peak)
    } part: { i, n in
      s += exponential(load(x + i, count: n, padding: -Float.infinity) - peak)
    }
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
        map(x, x, count: width) { $0 * factor }
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
    var s = Vector.zero
    forEachVector(count: count) { i in
      let e = exponential(load(x + i) - peak)
      s += e
      store(e, y + i)
    } part: { i, n in
      let e = exponential(load(x + i, count: n, padding: -Float.infinity) - peak)
      s += e
      store(e, y + i, count: n)
    }
    return (peak, sum(s))
  }

  /// The largest element of a row that is not empty.
  @inline(__always)
  static func largest(_ x: Source, count: Int) -> Float {
    var m = Vector(repeating: -Float.infinity)
    forEachVector(count: count) { i in
      m = maximum(m, load(x + i))
    } part: { i, n in
      m = maximum(m, load(x + i, count: n, padding: -Float.infinity))
    }
    return maximum(m)
  }
}
