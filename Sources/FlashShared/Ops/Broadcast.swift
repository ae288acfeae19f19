/// A parameter's numbers at every position.
///
///     y_t = p,   dp += Σ dy_t
struct Broadcast: Operation {
  let parameter: Parameter
  let output: Tensor

  var inputs: [Tensor] { [] }
  var outputs: [Tensor] { [output] }

  func forward(_ run: Execution) {
    for row in 0..<output.rows {
      (run.value(output) + row * output.width)
        .update(from: run.value(parameter), count: output.width)
    }
  }

  func backward(_ run: Execution) {
    Kernel.biasGradient(
      run.gradient(output), run.gradient(parameter), rows: output.rows, width: output.width)
  }
}

extension Graph {
  /// The numbers of `parameter` at every position: [batch, time, count].
  func broadcast(_ parameter: Parameter) -> Tensor {
    let output = tensor([batch, time, parameter.count])
    record(Broadcast(parameter: parameter, output: output))
    return output
  }
}
