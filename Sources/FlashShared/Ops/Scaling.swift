/// A tensor times a constant.
///
///     y = c·x,   dx = c·dy
struct Scaling: Operation {
  let input: Tensor
  let factor: Float
  let output: Tensor

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }

  func forward(_ run: Execution) {
    Kernel.scale(run.value(input), by: factor, run.value(output), count: output.count)
  }

  func backward(_ run: Execution) {
    guard let (gradient, accumulate) = run.inputGradient(0, input) else { return }
    if accumulate {
      Kernel.axpy(factor, run.gradient(output), gradient, count: output.count)
    } else {
      Kernel.scale(run.gradient(output), by: factor, gradient, count: output.count)
    }
  }
}

extension Graph {
  /// `factor` · `input`.
  func scale(_ input: Tensor, by factor: Float) -> Tensor {
    let output = tensor(input.shape)
    record(Scaling(input: input, factor: factor, output: output))
    return output
  }
}
