/// A prediction of the direction of the hidden states that follow: two linear maps with a ReLU
/// between them.
///
///     p = relu(n·W₁ᵀ)·W₂ᵀ
public struct Compass: Sendable {
  let inner: Linear
  let outer: Linear

  /// Declares `name.head.0.weight` and `name.head.2.weight`, [width, width] each.
  init(_ name: String, width: Int, in layout: inout ParameterLayout) {
    let normal = Initialization.normal(standardDeviation: 0.02)
    inner = Linear("\(name).head.0", from: width, to: width, normal, in: &layout)
    outer = Linear("\(name).head.2", from: width, to: width, normal, in: &layout)
  }

  /// Whether a parameter is one of its matrices.
  func owns(_ parameter: Parameter) -> Bool {
    parameter == inner.weight || parameter == outer.weight
  }

  func callAsFunction(_ hidden: Tensor, in graph: Graph) -> Tensor {
    outer(graph.relu(inner(hidden, in: graph)), in: graph)
  }
}
