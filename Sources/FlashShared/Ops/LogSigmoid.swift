/// The logarithm of a gate, kept from −∞ by a small number.
///
///     y = ln(s + ε),   s = sigmoid(x);   dx = dy · s(1 − s) / (s + ε)
struct LogSigmoid: Operation {
  let input: Tensor
  let epsilon: Float
  let output: Tensor

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [input] }

  func forward(_ run: Execution) {
    let epsilon = epsilon
    Kernel.map(run.value(input), run.value(output), count: output.count) {
      logarithm(sigmoid($0) + epsilon)
    }
  }

  func backward(_ run: Execution) {
    guard let (gradient, accumulate) = run.inputGradient(0, input) else { return }
    let epsilon = epsilon
    Kernel.map(
      run.gradient(output), run.value(input), gradient, accumulate: accumulate,
      count: output.count
    ) { d, x in
      let s = sigmoid(x)
      return d * (s - s * s) / (s + epsilon)
    }
  }
}

extension Graph {
  /// ln(sigmoid(`input`) + `epsilon`).
  func logSigmoid(_ input: Tensor, epsilon: Float) -> Tensor {
    let output = tensor(input.shape)
    record(LogSigmoid(input: input, epsilon: epsilon, output: output))
    return output
  }
}
