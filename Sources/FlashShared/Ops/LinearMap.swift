/// A linear map of each row, with an optional bias.
///
///     y = x·Wᵀ + b          x [rows, in], W [out, in], b [out], y [rows, out]
///     dx = dy·W,   dW += dyᵀ·x,   db += Σ_rows dy
struct LinearMap: Operation {
  let input: Tensor
  let weight: Parameter
  let bias: Parameter?
  let output: Tensor

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [input] }

  /// A packed weight is unpacked for more than one row.
  var scratchCount: Int { weight.storage == .packed && input.rows > 1 ? weight.count : 0 }

  func forward(_ run: Execution) {
    if weight.storage == .packed, input.rows == 1 {
      run.multiply(weight, rows: output.width, run.value(input), into: run.value(output))
    } else {
      Kernel.linear(
        run.value(input), run.value(weight, unpackingInto: run.scratch), run.value(output),
        rows: input.rows, inputWidth: input.width, outputWidth: output.width)
    }
    if let bias {
      Kernel.addBias(run.value(bias), run.value(output), rows: output.rows, width: output.width)
    }
  }

  func backward(_ run: Execution) {
    let outputGradient = run.gradient(output)
    if let (inputGradient, accumulate) = run.inputGradient(0, input) {
      Kernel.linearInputGradient(
        outputGradient, run.value(weight), inputGradient, rows: input.rows,
        inputWidth: input.width, outputWidth: output.width, accumulate: accumulate)
    }
    if !weight.isFrozen {
      Kernel.linearWeightGradient(
        outputGradient, run.value(input), run.gradient(weight), rows: input.rows,
        inputWidth: input.width, outputWidth: output.width)
    }
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
    record(LinearMap(input: input, weight: weight, bias: bias, output: output))
    return output
  }
}
