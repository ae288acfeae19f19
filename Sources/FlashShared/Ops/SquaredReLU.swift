/// The square of the positive part (So et al., arXiv:2109.08668).
///
///     y = max(x, 0)²,   dx = 2 dy · max(x, 0)
struct SquaredReLU: Operation {
  let input: Tensor
  let output: Tensor

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [input] }

  func forward(_ run: Execution) {
    Kernel.reluSquared(run.value(input), run.value(output), count: output.count)
  }

  func backward(_ run: Execution) {
    guard let (gradient, accumulate) = run.inputGradient(0, input) else { return }
    Kernel.reluSquaredGradient(
      run.gradient(output), input: run.value(input), gradient, accumulate: accumulate,
      count: output.count)
  }
}

extension Graph {
  /// max(`input`, 0)².
  func squaredReLU(_ input: Tensor) -> Tensor {
    let output = tensor(input.shape)
    record(SquaredReLU(input: input, output: output))
    return output
  }
}
