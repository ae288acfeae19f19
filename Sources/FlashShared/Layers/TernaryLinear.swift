/// A linear map whose weights take three values, −s, 0 and s, in the forward pass.
///
///     q = s · clamp(round(W / s), −1, 1),   y = x·qᵀ,   dW = dq (straight through)
///
/// The full-precision weights are trained and kept in checkpoints; their ternary form is computed
/// once per optimiser step.
public struct TernaryLinear: Sendable {
  /// Which numbers share a scale, and how it comes from their mean magnitude.
  public struct Quantization: Sendable, Equatable {
    /// Whether each output has a scale of its own; else the matrix has one.
    public let isPerRow: Bool
    /// How the scale is bounded from below.
    public let scale: Kernel.TernaryScale
  }

  /// The ternary weights, [out, in].
  let weight: Parameter
  let bias: Parameter?

  /// Declares `name.weight` [out, in], drawn from a normal distribution of variance 2/out, and
  /// derives its ternary form.
  ///
  /// - Parameter bias: a parameter [out] that is added, if any.
  init(
    _ name: String, from inputWidth: Int, to outputWidth: Int, _ quantization: Quantization,
    bias: Parameter? = nil, in layout: inout ParameterLayout
  ) {
    weight = layout.declareTernary(
      "\(name).weight", from: inputWidth, to: outputWidth, quantization)
    self.bias = bias
  }

  func callAsFunction(_ input: Tensor, in graph: Graph) -> Tensor {
    graph.linear(input, weight, bias: bias)
  }
}

extension ParameterLayout {
  /// Declares a matrix [out, in], drawn with a variance of 2/out unless an initialisation is given,
  /// and derives its ternary form; in a layout that packs, declares the packed form alone.
  ///
  /// - Parameter isPackable: whether only linear maps read it; other operations cannot unpack.
  mutating func declareTernary(
    _ name: String, from inputWidth: Int, to outputWidth: Int,
    _ quantization: TernaryLinear.Quantization, _ initialization: Initialization? = nil,
    isPackable: Bool = true
  ) -> Parameter {
    let shape = [outputWidth, inputWidth]
    guard !packsTernary || !isPackable else {
      return declarePacked(name, shape, scales: quantization.isPerRow ? outputWidth : 1)
    }
    let source = declare(name, shape, initialization ?? .fanOut(outputWidth))
    return derive(from: source) { weights, result in
      Kernel.ternary(
        weights, result, rows: outputWidth, columns: inputWidth, isPerRow: quantization.isPerRow,
        scale: quantization.scale)
    }
  }
}
