/// The gated linear unit with GELU (GEGLU; Shazeer, arXiv:2002.05202) over a packed projection.
///
///     [a | b] = projected,   y = GELU(a) ⊙ b,   GELU(a) = a·Φ(a) with the exact normal integral
struct GatedGELU: Operation {
  let projected: Tensor
  let output: Tensor

  var inputs: [Tensor] { [projected] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [projected] }

  func forward(_ run: Execution) {
    Kernel.gatedGELU(
      run.value(projected), run.value(output), rows: output.rows, width: output.width)
  }

  func backward(_ run: Execution) {
    guard let (inputGradient, accumulate) = run.inputGradient(0, projected) else { return }
    precondition(!accumulate, "only the gate reads its projection")
    Kernel.gatedGELUGradient(
      run.gradient(output), run.value(projected), inputGradient, rows: output.rows,
      width: output.width)
  }
}

extension Graph {
  /// GELU of the first half of each row times the second half.
  func gatedGELU(_ projected: Tensor) -> Tensor {
    precondition(projected.width % 2 == 0, "an odd width has no halves")
    let output = tensor(projected.shape.dropLast() + [projected.width / 2])
    record(GatedGELU(projected: projected, output: output))
    return output
  }
}
