/// A linear layer's weight as the matrix kernels read it, in both orders.
///
/// A step uses the same weights for many products; packing them once saves each product 5 % (512
/// rows) to 25 % (128 rows) of its time.
public struct PackedWeight: Sendable {
  /// Columns of the layer's input.
  public let inputWidth: Int
  /// Columns of the layer's output.
  public let outputWidth: Int
  // Owned by whoever made this value; shared by threads that only read.
  nonisolated(unsafe) private let memory: UnsafeMutablePointer<Float>

  /// Whether products run on panels; otherwise they go to OpenBLAS, which packs for itself.
  static var isUseful: Bool { !Kernel.prefersOpenBLAS }

  /// The floats that a packed weight takes.
  public static func count(inputWidth: Int, outputWidth: Int) -> Int {
    Kernel.panelCount(depth: inputWidth, columns: outputWidth)
      + Kernel.panelCount(depth: outputWidth, columns: inputWidth)
  }

  /// A weight that is packed into `memory`, `count` floats that outlive this value.
  public init(memory: UnsafeMutablePointer<Float>, inputWidth: Int, outputWidth: Int) {
    self.memory = memory
    self.inputWidth = inputWidth
    self.outputWidth = outputWidth
  }

  /// Packs W, [outputWidth, inputWidth].
  public func pack(_ weight: UnsafePointer<Float>) {
    for part in 0..<partCount { pack(weight, part: part) }
  }

  /// The parts that `pack` can be shared out in: some panels each.
  var partCount: Int { forwardPartCount + Self.parts(of: inputWidth) }
  private var forwardPartCount: Int { Self.parts(of: outputWidth) }
  private static var partColumns: Int { 8 * Kernel.panelWidth }
  private static func parts(of columns: Int) -> Int {
    (columns + partColumns - 1) / partColumns
  }

  /// Packs one part of W.
  func pack(_ weight: UnsafePointer<Float>, part: Int) {
    let isForward = part < forwardPartCount
    let first = (isForward ? part : part - forwardPartCount) * Self.partColumns
    if isForward {
      Kernel.packPanels(
        transposed: weight + first * inputWidth, stride: inputWidth, depth: inputWidth,
        columns: min(Self.partColumns, outputWidth - first), memory + first * inputWidth)
    } else {
      Kernel.packPanels(
        weight + first, stride: inputWidth, depth: outputWidth,
        columns: min(Self.partColumns, inputWidth - first),
        memory + Kernel.panelCount(depth: inputWidth, columns: outputWidth) + first * outputWidth)
    }
  }

  /// Wᵀ in panels.
  var forward: UnsafePointer<Float> { UnsafePointer(memory) }
  /// W in panels.
  var backward: UnsafePointer<Float> {
    UnsafePointer(memory + Kernel.panelCount(depth: inputWidth, columns: outputWidth))
  }
}

extension Kernel {
  /// `linear` with a packed weight, or with its leading columns.
  ///
  /// - Parameters:
  ///   - inputWidth: how many columns of the weight take part; all unless given.
  ///   - outputStride: the distance between the output's rows; `outputWidth` unless given.
  public static func linear(
    _ input: Source, _ weight: PackedWeight, _ output: Destination, rows: Int,
    inputWidth: Int? = nil, outputStride: Int? = nil, accumulate: Bool = false
  ) {
    let depth = inputWidth ?? weight.inputWidth
    multiplyPacked(
      input, rowStride: depth, weight.forward, panelStride: weight.inputWidth * panelWidth, output,
      stride: outputStride ?? weight.outputWidth, rows: rows, columns: weight.outputWidth,
      depth: depth, accumulate: accumulate)
  }

  /// `linearInputGradient` with a packed weight, or with its leading columns.
  ///
  /// - Parameters:
  ///   - inputWidth: how many columns of the weight take part; all unless given.
  ///   - outputStride: the distance between the rows of the output's gradient; `outputWidth` unless
  ///     given.
  public static func linearInputGradient(
    _ outputGradient: Source, _ weight: PackedWeight, _ inputGradient: Destination, rows: Int,
    inputWidth: Int? = nil, outputStride: Int? = nil, accumulate: Bool = false
  ) {
    let depth = weight.outputWidth
    let columns = inputWidth ?? weight.inputWidth
    multiplyPacked(
      outputGradient, rowStride: outputStride ?? depth, weight.backward,
      panelStride: depth * panelWidth, inputGradient, stride: columns, rows: rows,
      columns: columns, depth: depth, accumulate: accumulate)
  }

  /// The product of A in rows with panels. Wide tiles read the rows where they are: strips gain
  /// them nothing.
  private static func multiplyPacked(
    _ a: Source, rowStride: Int, _ panels: Source, panelStride: Int, _ c: Destination,
    stride: Int, rows: Int, columns: Int, depth: Int, accumulate: Bool
  ) {
    if hasWideRegisters {
      let spare = ThreadMemory.borrow(spareCount)
      defer { ThreadMemory.giveBack() }
      multiplyPanels(
        a, rowStride: rowStride, depthStride: 1, panels, panelStride: panelStride, c,
        stride: stride, rows: rows, columns: columns, depth: depth, accumulate: accumulate,
        spare: spare)
    } else {
      multiplyPanelsByStrips(
        a, rowStride: rowStride, panels, panelStride: panelStride, c, stride: stride, rows: rows,
        columns: columns, depth: depth, accumulate: accumulate)
    }
  }
}
