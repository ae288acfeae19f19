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

  /// Neighbouring weights.
  struct Part: Sendable {
    /// The first of them.
    let weight: Parameter
    /// The rows of all.
    var width: Int
    /// Where they begin in an output row.
    let column: Int
  }

  init(input: Tensor, weights: [Parameter], output: Tensor) {
    self.input = input
    self.output = output
    var parts: [Part] = []
    var column = 0
    for weight in weights {
      if let last = parts.last, last.weight.storage == weight.storage,
        weight.storage != .packed,
        last.weight.valueOffset + last.width * input.width == weight.valueOffset,
        last.weight.gradientOffset + last.width * input.width == weight.gradientOffset
      {
        parts[parts.count - 1].width += weight.shape[0]
      } else {
        parts.append(Part(weight: weight, width: weight.shape[0], column: column))
      }
      column += weight.shape[0]
    }
    self.parts = parts
  }

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [input] }

  /// Packed weights are unpacked for more than one row, one after the other.
  var scratchCount: Int {
    let packed = parts.filter { $0.weight.storage == .packed }
    return input.rows > 1 ? packed.map(\.weight.count).max() ?? 0 : 0
  }

  func forward(_ run: Execution) {
    let x = run.value(input)
    for part in parts {
      let y = run.value(output) + part.column
      if input.rows == 1 {
        run.multiply(part.weight, rows: part.width, x, into: y)
      } else {
        Kernel.multiply(
          x, transposed: false, leadingDimension: input.width,
          run.value(part.weight, unpackingInto: run.scratch), transposed: true,
          leadingDimension: input.width, into: y,
          leadingDimension: output.width, rows: input.rows, columns: part.width,
          depth: input.width)
      }
    }
  }

  func backward(_ run: Execution) {
    let gradient = run.gradient(output)
    if let (inputGradient, accumulate) = run.inputGradient(0, input) {
      for index in parts.indices {
        let part = parts[index]
        Kernel.multiply(
          gradient + part.column, transposed: false, leadingDimension: output.width,
          run.value(part.weight), transposed: false, leadingDimension: input.width,
          into: inputGradient, leadingDimension: input.width, rows: input.rows,
          columns: input.width, depth: part.width, accumulate: accumulate || index > 0)
      }
    }
    for part in parts {
      Kernel.multiply(
        gradient + part.column, transposed: true, leadingDimension: output.width,
        run.value(input), transposed: false, leadingDimension: input.width,
        into: run.gradient(part.weight), leadingDimension: input.width, rows: part.width,
        columns: input.width, depth: input.rows, accumulate: true)
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
    record(ConcatenatedLinearMap(input: input, weights: weights, output: output))
    return output
  }
}
