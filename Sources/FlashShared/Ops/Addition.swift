/// The sum of two tensors of one shape, as in a residual connection.
///
///     y = a + b,   da = dy,   db = dy
struct Addition: Operation {
  let first: Tensor
  let second: Tensor
  let output: Tensor

  var inputs: [Tensor] { [first, second] }
  var outputs: [Tensor] { [output] }

  func forward(_ run: Execution) {
    Kernel.add(run.value(first), run.value(second), run.value(output), count: output.count)
  }

  func backward(_ run: Execution) {
    run.passGradient(of: output, to: 0, first)
    run.passGradient(of: output, to: 1, second)
  }
}

extension Execution {
  /// Gives an input the gradient of an output as it is.
  func passGradient(of output: Tensor, to position: Int, _ input: Tensor) {
    passGradient(gradient(output), to: position, input)
  }

  /// Gives an input a gradient that is already computed.
  ///
  /// - Parameter source: as many numbers as the input has.
  func passGradient(_ source: UnsafePointer<Float>, to position: Int, _ input: Tensor) {
    guard let (target, accumulate) = inputGradient(position, input) else { return }
    if accumulate {
      Kernel.add(target, source, target, count: input.count)
    } else {
      target.update(from: source, count: input.count)
    }
  }
}

extension Graph {
  /// `first` + `second`.
  func add(_ first: Tensor, _ second: Tensor) -> Tensor {
    precondition(first.shape == second.shape, "shapes differ")
    let output = tensor(first.shape)
    record(Addition(first: first, second: second, output: output))
    return output
  }
}
