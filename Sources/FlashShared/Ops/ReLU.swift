/// The positive part.
///
///     y = max(x, 0),   dx = dy where x > 0
struct ReLU: Operation {
  let input: Tensor
  let output: Tensor

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [input] }

  func forward(_ run: Execution) {
    Kernel.map(run.value(input), run.value(output), count: output.count) {
      maximum($0, Vector.zero)
    }
  }

  func backward(_ run: Execution) {
    guard let (gradient, accumulate) = run.inputGradient(0, input) else { return }
    Kernel.map(
      run.gradient(output), run.value(input), gradient, accumulate: accumulate,
      count: output.count
    ) { d, x in Vector.zero.replacing(with: d, where: x .> Vector.zero) }
  }
}

extension Graph {
  /// max(`input`, 0).
  func relu(_ input: Tensor) -> Tensor {
    let output = tensor(input.shape)
    record(ReLU(input: input, output: output))
    return output
  }
}
