/// A linear map of the last axis: y = x·Wᵀ, with a bias where wanted.
public struct Linear: Sendable {
  let weight: Parameter
  let bias: Parameter?

  /// Declares `name.weight` [out, in] and, where `biasInitialization` is given, `name.bias` [out].
  init(
    _ name: String, from inputWidth: Int, to outputWidth: Int, _ initialization: Initialization,
    bias biasInitialization: Initialization? = nil, in layout: inout ParameterLayout
  ) {
    weight = layout.declare("\(name).weight", [outputWidth, inputWidth], initialization)
    bias = biasInitialization.map { layout.declare("\(name).bias", [outputWidth], $0) }
  }

  func callAsFunction(_ input: Tensor, in graph: Graph) -> Tensor {
    graph.linear(input, weight, bias: bias)
  }
}
