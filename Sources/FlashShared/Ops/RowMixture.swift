/// Mixtures of the rows of a matrix.
///
///     y = x·M          x [rows, n], M [n, width]
///     dx = dy·Mᵀ,   dM += xᵀ·dy
struct RowMixture: Operation {
  let weights: Tensor
  let matrix: LinearWeight
  let output: Tensor

  var inputs: [Tensor] { [weights] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [weights] }
  var matrices: [Parameter] { [matrix.parameter] }

  // y = x·M is the input gradient of the linear map with the weight M, and the other way round.

  func forward(_ run: Execution) {
    matrix.inputGradient(
      run, run.value(weights), into: run.value(output), rows: output.rows, accumulate: false)
  }

  func backward(_ run: Execution) {
    if let (gradient, accumulate) = run.inputGradient(0, weights) {
      matrix.multiply(
        run, run.gradient(output), into: gradient, rows: output.rows, accumulate: accumulate)
    }
    matrix.addGradient(run, run.value(weights), run.gradient(output), rows: output.rows)
  }
}

extension Graph {
  /// Σ_i `weights`[i] · row i of `matrix` ([n, width]).
  func rowMixture(_ weights: Tensor, of matrix: Parameter) -> Tensor {
    precondition(weights.width == matrix.shape[0], "\(matrix.name): wrong width")
    let output = tensor(weights.shape.dropLast() + [matrix.shape[1]])
    record(
      RowMixture(
        weights: weights, matrix: LinearWeight(matrix, rows: weights.rows, in: self),
        output: output))
    return output
  }
}
