import COpenBLAS

extension Kernel {
  /// Workers are the only threads there are, so OpenBLAS computes on the thread that calls it.
  private static let openBLASIsSingleThreaded: Void = openblas_set_num_threads(1)

  /// A general product: C = scale · op(A) · op(B), or C += that.
  ///
  /// - Parameters:
  ///   - a: op(A) is [rows, depth]; if `transposed`, A lies in memory as [depth, rows].
  ///   - b: op(B) is [depth, columns]; if `transposed`, B lies in memory as [columns, depth].
  ///   - c: [rows, columns].
  ///   - leadingDimension: the distance between the rows of each matrix as it lies in memory.
  public static func multiply(
    _ a: Source, transposed aTransposed: Bool, leadingDimension aStride: Int,
    _ b: Source, transposed bTransposed: Bool, leadingDimension bStride: Int,
    into c: Destination, leadingDimension cStride: Int,
    rows: Int, columns: Int, depth: Int, scale: Float = 1, accumulate: Bool = false
  ) {
    _ = openBLASIsSingleThreaded
    cblas_sgemm(
      CblasRowMajor, aTransposed ? CblasTrans : CblasNoTrans,
      bTransposed ? CblasTrans : CblasNoTrans, blasint(rows), blasint(columns), blasint(depth),
      scale, a, blasint(aStride), b, blasint(bStride), accumulate ? 1 : 0, c, blasint(cStride))
  }

  /// A linear layer: Y = X · Wᵀ.
  ///
  /// - Parameters:
  ///   - input: X, [rows, inputWidth].
  ///   - weight: W, [outputWidth, inputWidth].
  ///   - output: Y, [rows, outputWidth].
  public static func linear(
    _ input: Source, _ weight: Source, _ output: Destination, rows: Int, inputWidth: Int,
    outputWidth: Int, accumulate: Bool = false
  ) {
    if rows == 1 {
      matrixVector(
        weight, input, output, rows: outputWidth, columns: inputWidth, accumulate: accumulate)
    } else {
      multiply(
        input, transposed: false, leadingDimension: inputWidth, weight, transposed: true,
        leadingDimension: inputWidth, into: output, leadingDimension: outputWidth, rows: rows,
        columns: outputWidth, depth: inputWidth, accumulate: accumulate)
    }
  }

  /// The gradient of a linear layer's input: dX = dY · W.
  ///
  /// Shapes as in `linear`.
  public static func linearInputGradient(
    _ outputGradient: Source, _ weight: Source, _ inputGradient: Destination, rows: Int,
    inputWidth: Int, outputWidth: Int, accumulate: Bool = false
  ) {
    if rows == 1 {
      vectorMatrix(
        outputGradient, weight, inputGradient, rows: outputWidth, columns: inputWidth,
        accumulate: accumulate)
    } else {
      multiply(
        outputGradient, transposed: false, leadingDimension: outputWidth, weight, transposed: false,
        leadingDimension: inputWidth,
        into: inputGradient, leadingDimension: inputWidth, rows: rows, columns: inputWidth,
        depth: outputWidth, accumulate: accumulate)
    }
  }

  /// The gradient of a linear layer's weight: dW += dYᵀ · X.
  ///
  /// Shapes as in `linear`.
  public static func linearWeightGradient(
    _ outputGradient: Source, _ input: Source, _ weightGradient: Destination, rows: Int,
    inputWidth: Int, outputWidth: Int
  ) {
    if rows == 1 {
      for o in 0..<outputWidth {
        axpy(outputGradient[o], input, weightGradient + o &* inputWidth, count: inputWidth)
      }
    } else {
      multiply(
        outputGradient, transposed: true, leadingDimension: outputWidth, input, transposed: false,
        leadingDimension: inputWidth, into: weightGradient, leadingDimension: inputWidth,
        rows: outputWidth, columns: inputWidth, depth: rows, accumulate: true)
    }
  }

  /// Adds a bias [width] to each row of a matrix [rows, width], in place.
  public static func addBias(_ bias: Source, _ matrix: Destination, rows: Int, width: Int) {
    for row in 0..<rows {
      let target = matrix + row &* width
      map(target, bias, target, count: width) { $0 + $1 }
    }
  }

  /// The gradient of a bias: the sum of the rows of the output's gradient, added to `biasGradient`.
  public static func biasGradient(
    _ outputGradient: Source, _ biasGradient: Destination, rows: Int, width: Int
  ) {
    for row in 0..<rows {
      map(biasGradient, outputGradient + row &* width, biasGradient, count: width) { $0 + $1 }
    }
  }
}
