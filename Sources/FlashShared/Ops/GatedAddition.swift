/// A residual branch behind one learned gate for all channels.
///
///     y = a + s·b,   s = sigmoid(g)
///     da = dy,   db = s·dy,   dg = s(1 − s) Σ dy ⊙ b
struct GatedAddition: Operation {
  let base: Tensor
  let branch: Tensor
  /// One number.
  let gate: Parameter
  let output: Tensor

  var inputs: [Tensor] { [base, branch] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [branch] }

  private func share(_ run: Execution) -> Float {
    sigmoid(Vector(repeating: run.value(gate)[0]))[0]
  }

  func forward(_ run: Execution) {
    let s = share(run)
    Kernel.map(run.value(base), run.value(branch), run.value(output), count: output.count) {
      $0 + $1 * s
    }
  }

  func backward(_ run: Execution) {
    run.passGradient(of: output, to: 0, base)
    let s = share(run)
    let dy = run.gradient(output)
    if let (gradient, accumulate) = run.inputGradient(1, branch) {
      if accumulate {
        Kernel.axpy(s, dy, gradient, count: output.count)
      } else {
        Kernel.scale(dy, by: s, gradient, count: output.count)
      }
    }
    var slope = 0.0
    for row in 0..<output.rows {
      let place = row * output.width
      slope += Double(Kernel.dot(dy + place, run.value(branch) + place, count: output.width))
    }
    run.gradient(gate)[0] += Float(slope) * s * (1 - s)
  }
}

extension Graph {
  /// `base` + sigmoid(`gate`) · `branch` for a `gate` of one number.
  func add(_ base: Tensor, _ branch: Tensor, gatedBy gate: Parameter) -> Tensor {
    precondition(base.shape == branch.shape && gate.count == 1, "shapes differ")
    let output = tensor(base.shape)
    record(GatedAddition(base: base, branch: branch, gate: gate, output: output))
    return output
  }
}
