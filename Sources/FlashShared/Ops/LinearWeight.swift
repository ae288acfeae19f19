/// A matrix that operations multiply rows with, in the form that is fastest for it.
///
///     y = x·Wᵀ,   dx = dy·W,   dW += dyᵀ·x          x [rows, in], W [out, in], y [rows, out]
struct LinearWeight: Sendable {
  /// W, with the columns behind those that take part.
  let parameter: Parameter
  /// Columns of W that take part, from the first on.
  let inputWidth: Int
  /// W packed for many rows, where a trainer keeps it.
  private let packed: PackedWeight?
  /// Whether W is ternary in packed form and rows are multiplied with that form, one after the other;
  /// else it is unpacked for them.
  private let readsTernary: Bool

  /// - Parameters:
  ///   - leadingColumns: how many columns of the matrix take part; all unless given.
  ///   - rows: how many rows it is multiplied with at a time; with few, packing brings nothing.
  init(_ parameter: Parameter, leadingColumns: Int? = nil, rows: Int, in graph: Graph) {
    self.parameter = parameter
    inputWidth = leadingColumns ?? parameter.shape[1]
    precondition(
      inputWidth == parameter.shape[1] || parameter.storage != .packed,
      "a packed ternary matrix is read whole")
    packed = rows > Kernel.fewRows ? graph.packedWeights?[parameter] : nil
    let isFast = rows == 1 || (graph.mode == .decoding && rows <= Kernel.fewRows)
    readsTernary = parameter.storage == .packed && isFast
  }

  /// The distance between the rows of W.
  private var stride: Int { parameter.shape[1] }
  var outputWidth: Int { parameter.shape[0] }

  /// Floats of scratch that `multiply` needs: a ternary matrix is unpacked for many rows.
  var scratchCount: Int { parameter.storage == .packed && !readsTernary ? parameter.count : 0 }

  /// y = x·Wᵀ, or y += x·Wᵀ.
  ///
  /// - Parameters:
  ///   - outputStride: the distance between the rows of y; `outputWidth` unless given.
  ///   - accumulate: whether to add to what is there; not with a packed ternary matrix.
  func multiply(
    _ run: Execution, _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>,
    rows: Int, outputStride: Int? = nil, accumulate: Bool = false
  ) {
    if let packed {
      Kernel.linear(
        input, packed, output, rows: rows, inputWidth: inputWidth, outputStride: outputStride,
        accumulate: accumulate)
    } else if readsTernary {
      precondition(!accumulate, "a packed ternary matrix does not accumulate")
      let (scales, words) = run.packed(parameter)
      for row in 0..<rows {
        Kernel.packedTernaryMatrixVector(
          words, scales: scales, scaleCount: parameter.packedScaleCount,
          input + row * inputWidth, output + row * (outputStride ?? outputWidth),
          rows: outputWidth, columns: inputWidth)
      }
    } else if inputWidth < stride {
      Kernel.multiply(
        input, transposed: false, leadingDimension: inputWidth, run.value(parameter),
        transposed: true, leadingDimension: stride, into: output,
        leadingDimension: outputStride ?? outputWidth, rows: rows, columns: outputWidth,
        depth: inputWidth, accumulate: accumulate)
    } else {
      Kernel.linear(
        input, run.value(parameter, unpackingInto: run.scratch), output, rows: rows,
        inputWidth: inputWidth, outputWidth: outputWidth, outputStride: outputStride,
        accumulate: accumulate)
    }
  }

  /// dx = dy·W, or dx += dy·W.
  ///
  /// - Parameter outputStride: the distance between the rows of dy; `outputWidth` unless given.
  func inputGradient(
    _ run: Execution, _ outputGradient: UnsafePointer<Float>,
    into inputGradient: UnsafeMutablePointer<Float>, rows: Int, outputStride: Int? = nil,
    accumulate: Bool
  ) {
    if let packed {
      Kernel.linearInputGradient(
        outputGradient, packed, inputGradient, rows: rows, inputWidth: inputWidth,
        outputStride: outputStride, accumulate: accumulate)
    } else if inputWidth < stride || (outputStride ?? outputWidth) != outputWidth {
      Kernel.multiply(
        outputGradient, transposed: false, leadingDimension: outputStride ?? outputWidth,
        run.value(parameter), transposed: false, leadingDimension: stride, into: inputGradient,
        leadingDimension: inputWidth, rows: rows, columns: inputWidth, depth: outputWidth,
        accumulate: accumulate)
    } else {
      Kernel.linearInputGradient(
        outputGradient, run.value(parameter), inputGradient, rows: rows, inputWidth: inputWidth,
        outputWidth: outputWidth, accumulate: accumulate)
    }
  }

  /// dW += dyᵀ·x, unless the matrix is frozen.
  ///
  /// - Parameter outputStride: the distance between the rows of dy; `outputWidth` unless given.
  func addGradient(
    _ run: Execution, _ outputGradient: UnsafePointer<Float>, _ input: UnsafePointer<Float>,
    rows: Int, outputStride: Int? = nil
  ) {
    guard !parameter.isFrozen else { return }
    Kernel.multiply(
      outputGradient, transposed: true, leadingDimension: outputStride ?? outputWidth, input,
      transposed: false, leadingDimension: inputWidth, into: run.gradient(parameter),
      leadingDimension: stride, rows: outputWidth, columns: inputWidth, depth: rows,
      accumulate: true)
  }
}
