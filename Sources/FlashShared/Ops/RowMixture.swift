/// Mixtures of the rows of a matrix.
///
///     y = x·M          x [rows, n], M [n, width]
///     dx = dy·Mᵀ,   dM += xᵀ·dy
struct RowMixture: Operation {
  let weights: Tensor
  let matrix: Parameter
  let output: Tensor

  var inputs: [Tensor] { [weights] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [weights] }

  // y = x·M is the input gradient of the linear map with the weight M, and the other way round.

  func forward(_ run: Execution) {
    Kernel.linearInputGradient(
      run.value(weights), run.value(matrix), run.value(output), rows: output.rows,
      inputWidth: output.width, outputWidth: weights.width, accumulate: false)
  }

  func backward(_ run: Execution) {
    if let (gradient, accumulate) = run.inputGradient(0, weights) {
      Kernel.linear(
        run.gradient(output), run.value(matrix), gradient, rows: output.rows,
        inputWidth: output.width, outputWidth: weights.width, accumulate: accumulate)
    }
    guard !matrix.isFrozen else { return }
    Kernel.linearWeightGradient(
      run.value(weights), run.gradient(output), run.gradient(matrix), rows: output.rows,
      inputWidth: output.width, outputWidth: weights.width)
  }
}

extension Graph {
  /// Σ_i `weights`[i] · row i of `matrix` ([n, width]).
  func rowMixture(_ weights: Tensor, of matrix: Parameter) -> Tensor {
    precondition(weights.width == matrix.shape[0], "\(matrix.name): wrong width")
    let output = tensor(weights.shape.dropLast() + [matrix.shape[1]])
    record(RowMixture(weights: weights, matrix: matrix, output: output))
    return output
  }
}
