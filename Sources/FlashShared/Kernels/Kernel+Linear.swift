/// Linear layers: the products of training and decoding.
extension Kernel {
  /// Up to this many rows go through a linear layer each by itself: for so few, packing the weight
  /// costs more than it saves (16 rows of v5.2: 1.8 ms instead of 5.9). So a sequence decodes to
  /// the same bits whatever is decoded beside it.
  static let fewRows = 32

  /// A linear layer: Y = X · Wᵀ.
  ///
  /// - Parameters:
  ///   - input: X, [rows, inputWidth].
  ///   - weight: W, [outputWidth, inputWidth].
  ///   - output: Y, [rows, outputWidth].
  ///   - outputStride: the distance between the rows of Y; `outputWidth` unless given.
  public static func linear(
    _ input: Source, _ weight: Source, _ output: Destination, rows: Int, inputWidth: Int,
    outputWidth: Int, outputStride: Int? = nil, accumulate: Bool = false
  ) {
    if rows == 1 {
      matrixVector(
        weight, input, output, rows: outputWidth, columns: inputWidth, accumulate: accumulate)
    } else if rows <= fewRows {
      matrixVectors(
        weight, input, output, count: rows, rows: outputWidth, columns: inputWidth,
        outputStride: outputStride, accumulate: accumulate)
    } else {
      multiply(
        input, transposed: false, leadingDimension: inputWidth, weight, transposed: true,
        leadingDimension: inputWidth, into: output,
        leadingDimension: outputStride ?? outputWidth, rows: rows, columns: outputWidth,
        depth: inputWidth, accumulate: accumulate)
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
        outputGradient, transposed: false, leadingDimension: outputWidth, weight,
        transposed: false, leadingDimension: inputWidth, into: inputGradient,
        leadingDimension: inputWidth, rows: rows, columns: inputWidth, depth: outputWidth,
        accumulate: accumulate)
    }
  }

  /// The gradient of a linear layer's weight: dW += dYᵀ · X.
  ///
  /// Shapes as in `linear`.
  public static func linearWeightGradient(
    _ outputGradient: Source, _ input: Source, _ weightGradient: Destination, rows: Int,
    inputWidth: Int, outputWidth: Int
  ) {
    multiply(
      outputGradient, transposed: true, leadingDimension: outputWidth, input, transposed: false,
      leadingDimension: inputWidth, into: weightGradient, leadingDimension: inputWidth,
      rows: outputWidth, columns: inputWidth, depth: rows, accumulate: true)
  }

  /// Adds a bias [width] to each row of a matrix [rows, width], in place.
  public static func addBias(_ bias: Source, _ matrix: Destination, rows: Int, width: Int) {
    for row in 0..<rows {
      let target = matrix + row &* width
      map(target, bias, target, count: width, plus)
    }
  }

  /// The gradient of a bias: the sum of the rows of the output's gradient, added to `biasGradient`.
  public static func biasGradient(
    _ outputGradient: Source, _ biasGradient: Destination, rows: Int, width: Int
  ) {
    for row in 0..<rows {
      map(biasGradient, outputGradient + row &* width, biasGradient, count: width, plus)
    }
  }
}
