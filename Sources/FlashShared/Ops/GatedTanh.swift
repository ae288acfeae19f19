/// A hyperbolic tangent behind a gate (van den Oord et al., arXiv:1606.05328).
///
///     [a | g] = projected;   y = tanh(a) ⊙ sigmoid(g)
///     da = dy ⊙ s (1 − t²),   dg = dy ⊙ t s (1 − s)      t = tanh(a), s = sigmoid(g)
///
/// `projected` is [rows, 2 · width], y [rows, width].
struct GatedTanh: Operation {
  let projected: Tensor
  let output: Tensor

  var inputs: [Tensor] { [projected] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [projected] }

  func forward(_ run: Execution) {
    let width = output.width
    for row in 0..<output.rows {
      let a = run.value(projected) + row * 2 * width
      Kernel.map(a, a + width, run.value(output) + row * width, count: width) {
        tanh($0) * sigmoid($1)
      }
    }
  }

  func backward(_ run: Execution) {
    guard let (gradient, accumulate) = run.inputGradient(0, projected) else { return }
    precondition(!accumulate, "only the gate reads its projection")
    let width = output.width
    for row in 0..<output.rows {
      let a = run.value(projected) + row * 2 * width
      let da = gradient + row * 2 * width
      let dy = run.gradient(output) + row * width
      Kernel.forEachBlock(count: width) { i, n in
        let d = load(dy + i, count: n)
        let t = tanh(load(a + i, count: n))
        let s = sigmoid(load(a + width + i, count: n))
        store(d * s * (1 - t * t), da + i, count: n)
        store(d * t * (s - s * s), da + width + i, count: n)
      }
    }
  }
}

extension Graph {
  /// tanh of the first half of each row times the sigmoid of the second half.
  func gatedTanh(_ projected: Tensor) -> Tensor {
    precondition(projected.width % 2 == 0, "an odd width has no halves")
    let output = tensor(projected.shape.dropLast() + [projected.width / 2])
    record(GatedTanh(projected: projected, output: output))
    return output
  }
}
