/// Several linear maps of the same input, their outputs side by side.
///
///     y = [x·W₁ᵀ | x·W₂ᵀ | …]          x [rows, in], W_i [out_i, in], y [rows, Σ out_i]
///     dx = Σ dy_i·W_i,   dW_i += dy_iᵀ·x
///
/// Weights that follow one another in memory are multiplied in one product.
struct ConcatenatedLinearMap: Operation {
  let input: Tensor
  /// The maps; neighbours in memory are merged.
  let parts: [Part]
  let output: Tensor

  /// Neighbouring weights as one.
  struct Part: Sendable {
    let weight: LinearWeight
    /// Where its outputs begin in an output row.
    let column: Int
  }

  init(input: Tensor, weights: [Parameter], output: Tensor, in graph: Graph) {
    self.input = input
    self.output = output
    var merged: [Parameter] = []
    for weight in weights {
      if let last = merged.last, last.isFollowed(by: weight) {
        merged[merged.count - 1] = last.extended(to: last.shape[0] + weight.shape[0])
      } else {
        merged.append(weight)
      }
    }
    var parts: [Part] = []
    var column = 0
    for weight in merged {
      parts.append(
        Part(weight: LinearWeight(weight, rows: input.rows, in: graph), column: column))
      column += weight.shape[0]
    }
    self.parts = parts
  }

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [input] }
  var matrices: [Parameter] { parts.map(\.weight.parameter) }
  var scratchCount: Int { parts.map(\.weight.scratchCount).max() ?? 0 }

  func forward(_ run: Execution) {
    for part in parts {
      part.weight.multiply(
        run, run.value(input), into: run.value(output) + part.column, rows: input.rows,
        outputStride: output.width)
    }
  }

  func backward(_ run: Execution) {
    let gradient = run.gradient(output)
    if let (inputGradient, accumulate) = run.inputGradient(0, input) {
      for index in parts.indices {
        parts[index].weight.inputGradient(
          run, gradient + parts[index].column, into: inputGradient, rows: input.rows,
          outputStride: output.width, accumulate: accumulate || index > 0)
      }
    }
    for part in parts {
      part.weight.addGradient(
        run, gradient + part.column, run.value(input), rows: input.rows,
        outputStride: output.width)
    }
  }
}

extension Graph {
  /// The outputs of several linear maps of `input`, side by side.
  func concatenatedLinear(_ input: Tensor, _ weights: [Parameter]) -> Tensor {
    for weight in weights {
      precondition(weight.shape == [weight.shape[0], input.width], "\(weight.name): wrong width")
      precondition(!weight.isFrozen, "\(weight.name): a frozen weight is multiplied by itself")
    }
    let output = tensor(
      input.shape.dropLast() + [weights.reduce(0) { $0 + $1.shape[0] }])
    record(ConcatenatedLinearMap(input: input, weights: weights, output: output, in: self))
    return output
  }
}
