/// A tensor gated by the sigmoid of another.
///
///     y = x ⊙ s,   s = sigmoid(g);   dx = dy ⊙ s,   dg = dy ⊙ x ⊙ s(1 − s)
struct SigmoidGate: Operation {
  let input: Tensor
  let gate: Tensor
  let output: Tensor

  var inputs: [Tensor] { [input, gate] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [input, gate] }

  func forward(_ run: Execution) {
    Kernel.map(run.value(input), run.value(gate), run.value(output), count: output.count) {
      $0 * sigmoid($1)
    }
  }

  func backward(_ run: Execution) {
    let d = run.gradient(output)
    let (x, g) = (run.value(input), run.value(gate))
    if let (gradient, accumulate) = run.inputGradient(0, input) {
      Kernel.map(d, g, gradient, accumulate: accumulate, count: output.count) { $0 * sigmoid($1) }
    }
    if let (gradient, accumulate) = run.inputGradient(1, gate) {
      Kernel.forEachBlock(count: output.count) { i, n in
        let s = sigmoid(load(g + i, count: n))
        let slope = load(d + i, count: n) * load(x + i, count: n) * (s - s * s)
        store(accumulate ? load(gradient + i, count: n) + slope : slope, gradient + i, count: n)
      }
    }
  }
}

extension Graph {
  /// `input` ⊙ sigmoid(`gate`).
  func sigmoidGate(_ input: Tensor, by gate: Tensor) -> Tensor {
    precondition(input.shape == gate.shape, "shapes differ")
    let output = tensor(input.shape)
    record(SigmoidGate(input: input, gate: gate, output: output))
    return output
  }
}
