/// Layer normalisation (Ba, Kiros and Hinton, arXiv:1607.06450) of each row.
///
///     y = (x − mean(x)) / sqrt(variance(x) + ε) ⊙ gain + bias      biased variance
struct LayerNormalization: Operation {
  let input: Tensor
  let gain: Parameter
  let bias: Parameter
  let epsilon: Float
  let output: Tensor
  /// [rows, 2]: mean and inverse standard deviation.
  let statistics: Tensor

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }
  var auxiliaries: [Tensor] { [statistics] }
  var retained: [Tensor] { [input] }

  func forward(_ run: Execution) {
    Kernel.layerNorm(
      run.value(input), gain: run.value(gain), bias: run.value(bias), run.value(output),
      statistics: run.value(statistics), rows: input.rows, width: input.width, epsilon: epsilon)
  }

  func backward(_ run: Execution) {
    guard let (inputGradient, accumulate) = run.inputGradient(0, input) else { return }
    Kernel.layerNormGradient(
      run.gradient(output), run.value(input), gain: run.value(gain),
      statistics: run.value(statistics), inputGradient: inputGradient, accumulate: accumulate,
      gainGradient: run.gradient(gain), biasGradient: run.gradient(bias), rows: input.rows,
      width: input.width)
  }
}

extension Graph {
  /// Normalises each row to mean 0 and variance 1, then applies `gain` and `bias` ([width]).
  func layerNorm(
    _ input: Tensor, gain: Parameter, bias: Parameter, epsilon: Float = 1e-5
  ) -> Tensor {
    let output = tensor(input.shape)
    let statistics = tensor([input.rows, 2])
    record(
      LayerNormalization(
        input: input, gain: gain, bias: bias, epsilon: epsilon, output: output,
        statistics: statistics))
    return output
  }
}
