import Foundation

/// Factors of the terms that are computed from one softmax.
struct SoftmaxTermWeights {
  var crossEntropy: Float
  var unlikelihood: Float
  var entropy: Float
}

extension Kernel {
  /// Cross-entropy, unlikelihood and entropy of each row, and the gradient of their weighted sum in
  /// place.
  ///
  /// With p the softmax, t the target and u the penalised token:
  ///
  ///     ce = −ln p_t,   unlikelihood = −ln(1 − min(p_u, 0.99) + 1e-8),   entropy = −Σ p ln p
  ///     dz = ce' (p − 1_t) + c p_u (1_u − p) − entropy' p ⊙ (ln p + entropy)
  ///
  /// where c = unlikelihood' / (1 − p_u + 1e-8), or 0 where p_u is above 0.99.
  ///
  /// - Parameters:
  ///   - logits: [rows, width]; replaced by the gradient.
  ///   - targets: [rows]; −1: the row is not scored, its terms and its gradient are 0.
  ///   - penalized: [rows].
  ///   - crossEntropies, unlikelihoods, entropies: [rows], in nats, not weighted.
  static func softmaxTerms(
    logits: Destination, targets: UnsafePointer<Int32>, penalized: UnsafePointer<Int32>,
    crossEntropies: Destination, unlikelihoods: Destination, entropies: Destination,
    weights: SoftmaxTermWeights, rows: Int, width: Int
  ) {
    for row in 0..<rows {
      let x = logits + row &* width
      let target = Int(targets[row])
      guard target >= 0 else {
        crossEntropies[row] = 0
        unlikelihoods[row] = 0
        entropies[row] = 0
        fill(x, 0, count: width)
        continue
      }
      let correct = x[target]
      let (peak, total) = exponentials(x, x, count: width)
      let logTotal = log(total)
      let inverse = 1 / total
      let entropy = logTotal - sumOfProductsWithLogarithm(x, count: width) * inverse
      let token = Int(penalized[row])
      let probability = x[token] * inverse
      let rest = 1 - Swift.min(probability, 0.99) + 1e-8
      crossEntropies[row] = (peak - correct) + logTotal
      unlikelihoods[row] = -log(rest)
      entropies[row] = entropy

      let push = probability < 0.99 ? weights.unlikelihood / rest * probability : 0
      let level = (weights.crossEntropy + weights.entropy * (logTotal - entropy) - push) * inverse
      let slope = Vector(repeating: -weights.entropy * inverse)
      let shift = Vector(repeating: level)
      map(x, x, count: width) { $0 * multiplyAdd(logarithm($0), slope, shift) }
      x[target] -= weights.crossEntropy
      x[token] += push
    }
  }

  /// Σ y ln y of numbers that are not negative; 0 ln 0 is 0.
  @inline(__always)
  private static func sumOfProductsWithLogarithm(_ y: Source, count: Int) -> Float {
    // `logarithm(0)` is finite, so its product with 0 is 0.
    var s = Vector.zero
    forEachBlock(count: count) { i, n in
      let value = load(y + i, count: n)
      s = multiplyAdd(value, logarithm(value), s)
    }
    return sum(s)
  }
}
