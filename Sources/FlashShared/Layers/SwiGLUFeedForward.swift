/// A gated feed-forward layer: Wo(silu(Wg z) ⊙ Wu z).
public struct SwiGLUFeedForward: Sendable {
  let gate: Linear
  let up: Linear
  let down: Linear

  /// Declares `name.Wg.weight` and `name.Wu.weight` [hiddenWidth, width] and `name.Wo.weight`
  /// [width, hiddenWidth], each drawn with a variance of 2/outputs unless an initialisation is given.
  init(
    _ name: String, width: Int, hiddenWidth: Int, _ initialization: Initialization? = nil,
    in layout: inout ParameterLayout
  ) {
    gate = Linear(
      "\(name).Wg", from: width, to: hiddenWidth, initialization ?? .fanOut(hiddenWidth),
      in: &layout)
    up = Linear(
      "\(name).Wu", from: width, to: hiddenWidth, initialization ?? .fanOut(hiddenWidth),
      in: &layout)
    down = Linear(
      "\(name).Wo", from: hiddenWidth, to: width, initialization ?? .fanOut(width), in: &layout)
  }

  func callAsFunction(_ input: Tensor, in graph: Graph) -> Tensor {
    let projected = graph.concatenatedLinear(input, [gate.weight, up.weight])
    return down(graph.swiGLU(projected), in: graph)
  }
}
