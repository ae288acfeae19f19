/// The softmax of each row, after a constant factor.
///
///     p = softmax(scale · x);   dx = scale · p ⊙ (dp − Σ dp ⊙ p)
struct Softmax: Operation {
  let input: Tensor
  let scale: Float
  let output: Tensor

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [output] }
  var scratchCount: Int { output.count }

  func forward(_ run: Execution) {
    Kernel.scale(run.value(input), by: scale, run.value(output), count: output.count)
    Kernel.softmax(
      run.value(output), run.value(output), rows: output.rows, width: output.width)
  }

  func backward(_ run: Execution) {
    guard let (gradient, accumulate) = run.inputGradient(0, input) else { return }
    Kernel.scale(run.gradient(output), by: scale, run.scratch, count: output.count)
    Kernel.softmaxGradient(
      run.scratch, output: run.value(output), gradient, accumulate: accumulate,
      rows: output.rows, width: output.width)
  }
}

extension Graph {
  /// softmax(`scale` · `input`) of each row.
  func softmax(_ input: Tensor, scale: Float = 1) -> Tensor {
    let output = tensor(input.shape)
    record(Softmax(input: input, scale: scale, output: output))
    return output
  }
}
