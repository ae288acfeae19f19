/// A linear layer's weight as the matrix kernels read it, in both orders.
///
/// A step uses the same weights for many products; packing them once saves each product 5 % (512
/// rows) to 25 % (128 rows) of its time. Where products go to OpenBLAS, which packs for itself,
/// this is a plain copy.
public struct PackedWeight: Sendable {
  /// Columns of the layer's input.
  public let inputWidth: Int
  /// Columns of the layer's output.
  public let outputWidth: Int
  // Owned by whoever made this value; shared by threads that only read.
  nonisolated(unsafe) private let memory: UnsafeMutablePointer<Float>

  /// The floats that a packed weight takes.
  public static func count(inputWidth: Int, outputWidth: Int) -> Int {
    if Kernel.prefersOpenBLAS { return inputWidth * outputWidth }
    return Kernel.panelCount(depth: inputWidth, columns: outputWidth)
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
    if Kernel.prefersOpenBLAS {
      Kernel.copy(weight, memory, count: inputWidth * outputWidth)
      return
    }
    Kernel.packPanels(
      transposed: weight, stride: inputWidth, depth: inputWidth, columns: outputWidth, memory)
    Kernel.packPanels(
      weight, stride: inputWidth, depth: outputWidth, columns: inputWidth,
      memory + Kernel.panelCount(depth: inputWidth, columns: outputWidth))
  }

  /// W itself, where products go to OpenBLAS.
  var plain: UnsafePointer<Float> { UnsafePointer(memory) }
  /// Wᵀ in panels.
  var forward: UnsafePointer<Float> { UnsafePointer(memory) }
  /// W in panels.
  var backward: UnsafePointer<Float> {
    UnsafePointer(memory + Kernel.panelCount(depth: inputWidth, columns: outputWidth))
  }
}

extension Kernel {
  /// `linear` with a packed weight.
  public static func linear(
    _ input: Source, _ weight: PackedWeight, _ output: Destination, rows: Int,
    accumulate: Bool = false
  ) {
    if prefersOpenBLAS {
      linear(
        input, weight.plain, output, rows: rows, inputWidth: weight.inputWidth,
        outputWidth: weight.outputWidth, accumulate: accumulate)
      return
    }
    let depth = weight.inputWidth
    multiplyPanels(
      input, rowStride: depth, depthStride: 1, weight.forward, panelStride: depth * panelWidth,
      output, stride: weight.outputWidth, rows: rows, columns: weight.outputWidth, depth: depth,
      accumulate: accumulate, spare: ThreadMemory.floats(spareCount))
  }

  /// `linearInputGradient` with a packed weight.
  public static func linearInputGradient(
    _ outputGradient: Source, _ weight: PackedWeight, _ inputGradient: Destination, rows: Int,
    accumulate: Bool = false
  ) {
    if prefersOpenBLAS {
      linearInputGradient(
        outputGradient, weight.plain, inputGradient, rows: rows, inputWidth: weight.inputWidth,
        outputWidth: weight.outputWidth, accumulate: accumulate)
      return
    }
    let depth = weight.outputWidth
    multiplyPanels(
      outputGradient, rowStride: depth, depthStride: 1, weight.backward,
      panelStride: depth * panelWidth, inputGradient, stride: weight.inputWidth, rows: rows,
      columns: weight.inputWidth, depth: depth, accumulate: accumulate,
      spare: ThreadMemory.floats(spareCount))
  }
}
