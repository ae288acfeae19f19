/// What an operation sees of the graph while it runs: the memory of its tensors and parameters.
struct Execution {
  let values: UnsafePointer<UnsafeMutablePointer<Float>>
  let gradients: UnsafePointer<UnsafeMutablePointer<Float>?>
  /// For each input of the running operation, in order: what to do with its gradient.
  var inputGradientRules: UnsafePointer<GradientRule>
  let parameterValues: UnsafePointer<Float>
  let derivedParameterValues: UnsafePointer<Float>
  let packedParameterValues: UnsafePointer<Float>
  let parameterGradients: UnsafeMutablePointer<Float>?
  let scratch: UnsafeMutablePointer<Float>
  /// The operation's state when the graph decodes.
  var state: UnsafeMutablePointer<Float>
  /// The step that is being computed.
  let context: StepContext
  let tokens: UnsafePointer<Int32>
  let targets: UnsafePointer<Int32>
  /// Sums of loss terms, by slot.
  let losses: UnsafeMutablePointer<Double>

  /// The numbers of a tensor.
  @inline(__always)
  func value(_ tensor: Tensor) -> UnsafeMutablePointer<Float> { values[tensor.index] }

  /// The values of a parameter.
  @inline(__always)
  func value(_ parameter: Parameter) -> UnsafePointer<Float> {
    switch parameter.storage {
    case .trained: parameterValues + parameter.valueOffset
    case .derived: derivedParameterValues + parameter.valueOffset
    case .packed: fatalError("\(parameter.name) is packed: only linear maps read it")
    }
  }

  /// Scales and words of a packed matrix.
  func packed(
    _ parameter: Parameter
  ) -> (scales: UnsafePointer<Float>, words: UnsafePointer<UInt32>) {
    let words = UnsafeRawPointer(packedParameterValues + parameter.packedWordOffset)
    return (
      packedParameterValues + parameter.valueOffset, words.assumingMemoryBound(to: UInt32.self)
    )
  }

  /// The values of a matrix, which a packed one is unpacked for, into `memory`.
  func value(
    _ matrix: Parameter, unpackingInto memory: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    guard matrix.storage == .packed else { return value(matrix) }
    let (scales, words) = packed(matrix)
    Kernel.unpackTernary(
      words, scales: scales, scaleCount: matrix.packedScaleCount, memory, rows: matrix.shape[0],
      columns: matrix.shape[1])
    return UnsafePointer(memory)
  }

  /// The gradient of an output of the running operation.
  @inline(__always)
  func gradient(_ output: Tensor) -> UnsafeMutablePointer<Float> {
    guard let gradient = gradients[output.index] else {
      fatalError("the gradient of an output is missing")
    }
    return gradient
  }

  /// The gradient of a parameter, to be added to.
  @inline(__always)
  func gradient(_ parameter: Parameter) -> UnsafeMutablePointer<Float> {
    guard let parameterGradients else { fatalError("this graph computes no gradients") }
    return parameterGradients + parameter.gradientOffset
  }

  /// Where the gradient of an input goes, and whether it is added to what is there; nil if nobody
  /// needs it.
  @inline(__always)
  func inputGradient(
    _ position: Int, _ input: Tensor
  ) -> (pointer: UnsafeMutablePointer<Float>, accumulate: Bool)? {
    guard let gradient = gradients[input.index] else { return nil }
    return (gradient, inputGradientRules[position] == .accumulate)
  }
}

/// What an operation does with the gradient of one of its inputs.
enum GradientRule: UInt8 {
  /// It is the first in the backward pass to write there.
  case overwrite
  /// An operation later in the graph has written there already.
  case accumulate
}

/// What a run of a graph depends on besides tokens and weights.
public struct StepContext: Sendable {
  /// The optimiser step, from 0.
  public var step = 0
  /// Keys every random draw.
  public var seed: UInt64 = 0
  /// How many sequences all workers together process in this step; losses are means over them.
  public var sequencesPerStep = 1
  /// The place of the graph's first sequence among the step's.
  public var firstSequence = 0
  /// The number of tokens that a decoding graph has consumed.
  public var position = 0
  /// Factors of loss terms by slot, set for each step by the objective.
  public var lossWeights = SIMD8<Float>(repeating: 1)

  public init() {}
}
