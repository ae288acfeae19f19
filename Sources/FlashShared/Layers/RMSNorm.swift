/// Root-mean-square normalisation with a gain.
public struct RMSNorm: Sendable {
  let gain: Parameter
  let epsilon: Float

  /// Declares `name.weight`, or `name.<gainName>` (ones).
  init(
    _ name: String, width: Int, epsilon: Float = 1e-6, gainName: String = "weight",
    in layout: inout ParameterLayout
  ) {
    gain = layout.declare("\(name).\(gainName)", [width], .constant(1))
    self.epsilon = epsilon
  }

  func callAsFunction(_ input: Tensor, in graph: Graph) -> Tensor {
    graph.rmsNorm(input, gain: gain, epsilon: epsilon)
  }
}
