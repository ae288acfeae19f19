/// A linear map of each row, with an optional bias.
///
///     y = x·Wᵀ + b          x [rows, in], W [out, in], b [out], y [rows, out]
///     dx = dy·W,   dW += dyᵀ·x,   db += Σ_rows dy
struct LinearMap: Operation {
  let input: Tensor
  let weight: LinearWeight
  let bias: Parameter?
  let output: Tensor

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [input] }
  var matrices: [Parameter] { [weight.parameter] }
  var scratchCount: Int { weight.scratchCount }

  func forward(_ run: Execution) {
    weight.multiply(run, run.value(input), into: run.value(output), rows: input.rows)
    if let bias {
      Kernel.addBias(run.value(bias), run.value(output), rows: output.rows, width: output.width)
    }
  }

  func backward(_ run: Execution) {
    let outputGradient = run.gradient(output)
    if let (inputGradient, accumulate) = run.inputGradient(0, input) {
      weight.inputGradient(
        run, outputGradient, into: inputGradient, rows: input.rows, accumulate: accumulate)
    }
    weight.addGradient(run, outputGradient, run.value(input), rows: input.rows)
    if let bias {
      Kernel.biasGradient(
        outputGradient, run.gradient(bias), rows: output.rows, width: output.width)
    }
  }
}

extension Graph {
  /// `input`·`weight`ᵀ + `bias`, for `weight` [out, in] and `bias` [out].
  func linear(_ input: Tensor, _ weight: Parameter, bias: Parameter? = nil) -> Tensor {
    precondition(weight.shape == [weight.shape[0], input.width], "\(weight.name): wrong width")
    let output = tensor(input.shape.dropLast() + [weight.shape[0]])
    record(
      LinearMap(
        input: input, weight: LinearWeight(weight, rows: input.rows, in: self), bias: bias,
        output: output))
    return output
  }
}
