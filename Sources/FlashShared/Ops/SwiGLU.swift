/// The gated linear unit with SiLU (SwiGLU; Shazeer, arXiv:2002.05202).
///
///     y = gate ⊙ sigmoid(gate) ⊙ up
///
/// Gate and up are tensors of their own, or the halves of one packed projection.
struct SwiGLU: Operation {
  /// The gate, or the packed projection.
  let gate: Tensor
  /// Nil for a packed projection.
  let up: Tensor?
  let output: Tensor

  var inputs: [Tensor] { [gate] + (up.map { [$0] } ?? []) }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { inputs }

  func forward(_ run: Execution) {
    let gates = run.value(gate)
    Kernel.swiGLU(
      gate: gates, up: up.map { run.value($0) } ?? gates + output.width, inputStride: gate.width,
      run.value(output), rows: output.rows, width: output.width)
  }

  func backward(_ run: Execution) {
    guard let (gateGradient, gateAccumulates) = run.inputGradient(0, gate) else { return }
    var upGradient = gateGradient + output.width
    var upValues = run.value(gate) + output.width
    if let up {
      guard let (gradient, upAccumulates) = run.inputGradient(1, up) else { return }
      precondition(!upAccumulates, "only the gate reads its projections")
      upGradient = gradient
      upValues = run.value(up)
    }
    precondition(!gateAccumulates, "only the gate reads its projections")
    Kernel.swiGLUGradient(
      run.gradient(output), gate: run.value(gate), up: upValues, inputStride: gate.width,
      gateGradient: gateGradient, upGradient: upGradient, gradientStride: gate.width,
      rows: output.rows, width: output.width)
  }
}

extension Graph {
  /// SiLU of `gate` times `up`.
  func swiGLU(gate: Tensor, up: Tensor) -> Tensor {
    precondition(gate.shape == up.shape, "shapes differ")
    let output = tensor(gate.shape)
    record(SwiGLU(gate: gate, up: up, output: output))
    return output
  }

  /// SiLU of the first half of each row times the second half.
  func swiGLU(_ projected: Tensor) -> Tensor {
    precondition(projected.width % 2 == 0, "an odd width has no halves")
    let output = tensor(projected.shape.dropLast() + [projected.width / 2])
    record(SwiGLU(gate: projected, up: nil, output: output))
    return output
  }
}
