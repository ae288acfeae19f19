/// Root-mean-square normalisation (Zhang and Sennrich, arXiv:1910.07467) of each row.
///
///     y = x / sqrt(mean(x²) + ε) ⊙ gain
struct RootMeanSquareNormalization: Operation {
  let input: Tensor
  let gain: Parameter
  let epsilon: Float
  let output: Tensor
  /// [rows, 1]: the factor of each row.
  let inverseRoots: Tensor

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }
  var auxiliaries: [Tensor] { [inverseRoots] }
  var retained: [Tensor] { [input] }

  func forward(_ run: Execution) {
    Kernel.rmsNorm(
      run.value(input), gain: run.value(gain), run.value(output),
      inverseRoots: run.value(inverseRoots), rows: input.rows, width: input.width,
      epsilon: epsilon)
  }

  func backward(_ run: Execution) {
    guard let (inputGradient, accumulate) = run.inputGradient(0, input) else { return }
    Kernel.rmsNormGradient(
      run.gradient(output), run.value(input), gain: run.value(gain),
      inverseRoots: run.value(inverseRoots), inputGradient: inputGradient,
      accumulate: accumulate, gainGradient: run.gradient(gain), rows: input.rows,
      width: input.width)
  }
}

extension Graph {
  /// Divides each row by its root mean square, then applies `gain` ([width]).
  func rmsNorm(_ input: Tensor, gain: Parameter, epsilon: Float = 1e-6) -> Tensor {
    let output = tensor(input.shape)
    let inverseRoots = tensor([input.rows, 1])
    record(
      RootMeanSquareNormalization(
        input: input, gain: gain, epsilon: epsilon, output: output, inverseRoots: inverseRoots))
    return output
  }
}
