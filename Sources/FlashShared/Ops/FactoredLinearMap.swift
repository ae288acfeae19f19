/// A linear map of two inputs side by side, of which the second is a narrow one behind a map of its
/// own. The two maps of the narrow input are multiplied with each other first.
///
///     y = W·[x | V·k] + b = W₁·x + P·k + b,   P = W₂·V
///     dx = dy·W₁,   dk = dy·P,   dP = dyᵀ·k
///     dW₁ += dyᵀ·x,   dW₂ += dP·Vᵀ,   dV = W₂ᵀ·dP,   db += Σ_rows dy
///
/// x is [rows, in], k [rows, narrow], V [middle, narrow], W = [W₁ | W₂] [out, in + middle], b [out],
/// y [rows, out]. A row costs narrow · out products for k in place of middle · (narrow + out), and P
/// costs as much as `narrow` rows of W₂ once a run.
struct FactoredLinearMap: Operation {
  let input: Tensor
  let narrow: Tensor
  /// V.
  let factor: Tensor
  /// W₁, the leading columns of W.
  let weight: LinearWeight
  let bias: Parameter?
  let output: Tensor
  /// P, [out, narrow].
  let product: Tensor

  var inputs: [Tensor] { [input, narrow, factor] }
  var outputs: [Tensor] { [output] }
  var auxiliaries: [Tensor] { [product] }
  var retained: [Tensor] { inputs }
  var matrices: [Parameter] { [weight.parameter] }
  /// dP.
  var scratchCount: Int { product.count }
  private var rows: Int { output.rows }
  private var middle: Int { factor.rows }
  /// The distance between the rows of W.
  private var stride: Int { weight.parameter.shape[1] }

  func forward(_ run: Execution) {
    let (p, y) = (run.value(product), run.value(output))
    Kernel.multiply(
      run.value(weight.parameter) + input.width, transposed: false, leadingDimension: stride,
      run.value(factor), transposed: false, leadingDimension: narrow.width, into: p,
      leadingDimension: narrow.width, rows: output.width, columns: narrow.width, depth: middle)
    weight.multiply(run, run.value(input), into: y, rows: rows)
    Kernel.linear(
      run.value(narrow), p, y, rows: rows, inputWidth: narrow.width, outputWidth: output.width,
      accumulate: true)
    if let bias { Kernel.addBias(run.value(bias), y, rows: rows, width: output.width) }
  }

  func backward(_ run: Execution) {
    let dy = run.gradient(output)
    if let (gradient, accumulate) = run.inputGradient(0, input) {
      weight.inputGradient(run, dy, into: gradient, rows: rows, accumulate: accumulate)
    }
    if let (gradient, accumulate) = run.inputGradient(1, narrow) {
      Kernel.linearInputGradient(
        dy, run.value(product), gradient, rows: rows, inputWidth: narrow.width,
        outputWidth: output.width, accumulate: accumulate)
    }
    weight.addGradient(run, dy, run.value(input), rows: rows)
    if let bias {
      Kernel.biasGradient(dy, run.gradient(bias), rows: rows, width: output.width)
    }

    let dp = run.scratch
    Kernel.fill(dp, 0, count: product.count)
    Kernel.linearWeightGradient(
      dy, run.value(narrow), dp, rows: rows, inputWidth: narrow.width, outputWidth: output.width)
    Kernel.multiply(
      dp, transposed: false, leadingDimension: narrow.width, run.value(factor), transposed: true,
      leadingDimension: narrow.width, into: run.gradient(weight.parameter) + input.width,
      leadingDimension: stride, rows: output.width, columns: middle, depth: narrow.width,
      accumulate: true)
    if let (gradient, accumulate) = run.inputGradient(2, factor) {
      Kernel.multiply(
        run.value(weight.parameter) + input.width, transposed: true, leadingDimension: stride, dp,
        transposed: false, leadingDimension: narrow.width, into: gradient,
        leadingDimension: narrow.width, rows: middle, columns: narrow.width, depth: output.width,
        accumulate: accumulate)
    }
  }
}

extension Graph {
  /// `weight`·[`input` | `factor`·`narrow`] + `bias` for `factor` [middle, narrow width] and `weight`
  /// [out, input width + middle].
  func linear(
    _ input: Tensor, _ narrow: Tensor, through factor: Tensor, _ weight: Parameter,
    bias: Parameter? = nil
  ) -> Tensor {
    precondition(factor.shape == [factor.rows, narrow.width], "the factor has the wrong width")
    precondition(weight.shape == [weight.shape[0], input.width + factor.rows], "wrong width")
    precondition(!weight.isFrozen, "\(weight.name): a frozen weight is multiplied by itself")
    let output = tensor(input.shape.dropLast() + [weight.shape[0]])
    record(
      FactoredLinearMap(
        input: input, narrow: narrow, factor: factor,
        weight: LinearWeight(weight, leadingColumns: input.width, rows: input.rows, in: self),
        bias: bias, output: output, product: tensor([weight.shape[0], narrow.width])))
    return output
  }
}
