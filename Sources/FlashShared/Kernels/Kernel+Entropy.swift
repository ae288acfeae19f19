import Foundation

extension Kernel {
  /// The entropy of softmax(scale · logits) in nats.
  ///
  ///     H = ln Σ e^z − Σ z e^z / Σ e^z,   z = scale · (logit − the largest)
  ///
  /// Terms of e^−100 and less count as 0.
  public static func softmaxEntropy(_ logits: Source, scale: Float, count: Int) -> Float {
    let largest = Vector(repeating: largest(logits, count: count))
    let factor = Vector(repeating: scale)
    let bound = Vector(repeating: -100)
    @_transparent func add(_ s: inout (Vector, Vector), _ i: Int, _ n: Int) {
      let padding = -Float.greatestFiniteMagnitude
      let z = maximum((load(logits + i, count: n, padding: padding) - largest) * factor, bound)
      let e = exponential(z)
      s.0 = s.0 + e
      s.1 = multiplyAdd(z, e, s.1)
    }
    var sums = (Vector.zero, Vector.zero)
    forEachBlock(count: count, &sums, add)
    let total = Double(sum(sums.0))
    return Float(log(total) - Double(sum(sums.1)) / total)
  }
}
