/// A tensor plus others, each with a weight per position.
///
///     y = x + Σ_i w[i] s_i
///     dx = dy;   ds_i = w[i] dy;   dw[i] = dy·s_i
///
/// x and s_i are [batch, time, width], w is [batch, time, terms].
struct WeightedSum: Operation {
  let base: Tensor
  let weights: Tensor
  let terms: [Tensor]
  let output: Tensor

  var inputs: [Tensor] { [base, weights] + terms }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [weights] + terms }
  private var width: Int { output.width }

  func forward(_ run: Execution) {
    let y = run.value(output)
    let w = run.value(weights)
    y.update(from: run.value(base), count: output.count)
    for term in 0..<terms.count {
      let s = run.value(terms[term])
      for row in 0..<output.rows {
        Kernel.axpy(
          w[row * terms.count + term], s + row * width, y + row * width, count: width)
      }
    }
  }

  func backward(_ run: Execution) {
    run.passGradient(of: output, to: 0, base)
    let dy = run.gradient(output)
    let w = run.value(weights)
    let weightGradient = run.inputGradient(1, weights)
    if let weightGradient, !weightGradient.accumulate {
      weightGradient.pointer.update(repeating: 0, count: weights.count)
    }
    for term in 0..<terms.count {
      let s = run.value(terms[term])
      let termGradient = run.inputGradient(2 + term, terms[term])
      if let termGradient, !termGradient.accumulate {
        termGradient.pointer.update(repeating: 0, count: output.count)
      }
      for row in 0..<output.rows {
        let place = row * width
        if let gradient = weightGradient?.pointer {
          gradient[row * terms.count + term] += Kernel.dot(dy + place, s + place, count: width)
        }
        if let gradient = termGradient?.pointer {
          Kernel.axpy(w[row * terms.count + term], dy + place, gradient + place, count: width)
        }
      }
    }
  }
}

extension Graph {
  /// `base` + Σ_i `weights`[i] · `terms`[i].
  func weightedSum(_ base: Tensor, weights: Tensor, terms: [Tensor]) -> Tensor {
    precondition(weights.width == terms.count && weights.rows == base.rows, "shapes differ")
    precondition(terms.allSatisfy { $0.shape == base.shape }, "shapes differ")
    let output = tensor(base.shape)
    record(WeightedSum(base: base, weights: weights, terms: terms, output: output))
    return output
  }
}
