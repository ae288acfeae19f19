/// The mixer of the CORTEX models: a projection, a gated causal depthwise convolution, a projection
/// back.
///
///     [a | b] = mixer_up(u);   y = mixer_down(conv(b) ⊙ sigmoid(a))
public struct GatedConvolution: Sendable {
  let up: Linear
  let taps: Parameter
  let down: Linear

  /// Declares `name.mixer_up.weight` [2 · width, width], `name.conv.conv.weight` [width, 1, taps] and
  /// `name.mixer_down.weight` [width, width].
  init(_ name: String, width: Int, tapCount: Int, in layout: inout ParameterLayout) {
    up = Linear("\(name).mixer_up", from: width, to: 2 * width, .fanOut(2 * width), in: &layout)
    taps = layout.declareConvolution(
      "\(name).conv.conv.weight", width: width, tapCount: tapCount)
    down = Linear("\(name).mixer_down", from: width, to: width, .fanOut(width), in: &layout)
  }

  func callAsFunction(_ input: Tensor, in graph: Graph) -> Tensor {
    let projected = up(input, in: graph)  // [batch, time, 2 · width]
    return down(graph.gatedCausalConvolution(projected, taps), in: graph)
  }
}

extension Initialization {
  /// Normal with a variance of 2/outputs (He et al., arXiv:1502.01852, counted by outputs).
  static func fanOut(_ outputs: Int) -> Initialization {
    .normal(standardDeviation: (2 / Float(outputs)).squareRoot())
  }
}

extension ParameterLayout {
  /// The taps of a depthwise convolution, [width, 1, K], drawn as the published scripts do: with a
  /// variance of 2/(width · K), which counts all channels as the fan of each.
  mutating func declareConvolution(_ name: String, width: Int, tapCount: Int) -> Parameter {
    declare(name, [width, 1, tapCount], .fanOut(width * tapCount))
  }
}
