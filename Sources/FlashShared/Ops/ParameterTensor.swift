/// A parameter as a tensor, for what is computed from weights alone.
///
///     y = W;   dW += dy
struct ParameterTensor: Operation {
  let parameter: Parameter
  let output: Tensor

  var inputs: [Tensor] { [] }
  var outputs: [Tensor] { [output] }

  func forward(_ run: Execution) {
    Kernel.copy(run.value(parameter), run.value(output), count: output.count)
  }

  func backward(_ run: Execution) {
    let gradient = run.gradient(parameter)
    Kernel.add(gradient, run.gradient(output), gradient, count: output.count)
  }
}

extension Graph {
  /// The numbers of a parameter, in its shape.
  func tensor(of parameter: Parameter) -> Tensor {
    precondition(!parameter.isFrozen, "\(parameter.name): a frozen parameter has no gradient")
    let output = tensor(parameter.shape)
    record(ParameterTensor(parameter: parameter, output: output))
    return output
  }
}
