/// Layer normalisation with gain and bias.
public struct LayerNorm: Sendable {
  let gain: Parameter
  let bias: Parameter
  let epsilon: Float

  /// Declares `name.weight` (ones) and `name.bias` (zeros).
  init(_ name: String, width: Int, epsilon: Float = 1e-5, in layout: inout ParameterLayout) {
    gain = layout.declare("\(name).weight", [width], .constant(1))
    bias = layout.declare("\(name).bias", [width], .constant(0))
    self.epsilon = epsilon
  }

  func callAsFunction(_ input: Tensor, in graph: Graph) -> Tensor {
    graph.layerNorm(input, gain: gain, bias: bias, epsilon: epsilon)
  }
}
