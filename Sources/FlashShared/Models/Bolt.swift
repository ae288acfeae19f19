/// v4 "Bolt": a stack of gated causal convolutions and gated feed-forward layers with ternary weights.
///
///     x = E[ids]
///     x ← x + Mixer(RMSNorm1(x));  x ← x + GLU(RMSNorm2(x))      in each block
///     logits = RMSNorm(x)·Eᵀ
///
/// Both variants are this model: it is causal. They differ in the schedule and in evaluation only.
public struct Bolt: LanguageModel {
  public static let versions = ["v4", "v4-large"]

  public let layout: ParameterLayout
  public let vocabularySize: Int
  private let embedding: Parameter
  private let blocks: [Block]
  private let finalNorm: RMSNorm

  fileprivate struct Block: Sendable {
    let norm1: RMSNorm
    let up: TernaryLinear
    let convolution: Parameter
    let down: TernaryLinear
    let norm2: RMSNorm
    let feedGate: TernaryLinear
    let feedUp: TernaryLinear
    let feedDown: TernaryLinear
  }

  public init(
    configuration: ModelConfiguration, variant: Variant, layout: ParameterLayout
  ) throws {
    try configuration.require(variant, among: [.sound, .published])
    let width = try configuration.integer("dim")
    let blockCount = try configuration.integer("n_blocks")
    let tapCount = try configuration.integer("kernel_size")
    let hiddenWidth = try configuration.integer("glu_hidden")
    vocabularySize = try configuration.integer("vocab")

    var layout = layout
    let wholeMatrix = TernaryLinear.Quantization(isPerRow: false, scale: .offset)
    embedding = layout.declare(
      "embedding.weight", [vocabularySize, width], .normal(standardDeviation: 0.02))
    blocks = (0..<blockCount).map { index in
      let name = "blocks.\(index)"
      func ternary(_ part: String, from inputWidth: Int, to outputWidth: Int) -> TernaryLinear {
        TernaryLinear(
          "\(name).\(part)", from: inputWidth, to: outputWidth, wholeMatrix, in: &layout)
      }
      return Block(
        norm1: RMSNorm("\(name).norm1", width: width, gainName: "scale", in: &layout),
        up: ternary("mixer.up", from: width, to: 2 * width),
        convolution: layout.declareConvolution(
          "\(name).mixer.conv.weight", width: width, tapCount: tapCount),
        down: ternary("mixer.down", from: width, to: width),
        norm2: RMSNorm("\(name).norm2", width: width, gainName: "scale", in: &layout),
        feedGate: ternary("ffn.W_gate", from: width, to: hiddenWidth),
        feedUp: ternary("ffn.W_up", from: width, to: hiddenWidth),
        feedDown: ternary("ffn.W_down", from: hiddenWidth, to: width))
    }
    finalNorm = RMSNorm("final_norm", width: width, gainName: "scale", in: &layout)
    self.layout = layout
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput {
    var hidden = graph.embedding(embedding)
    var blockOutputs: [Tensor] = []
    for block in blocks {
      hidden = block(hidden, in: graph)  // [batch, time, dim]
      blockOutputs.append(hidden)
    }
    return ModelOutput(
      hidden: finalNorm(hidden, in: graph), head: embedding, blockOutputs: blockOutputs)
  }
}

extension Bolt.Block {
  func callAsFunction(_ hidden: Tensor, in graph: Graph) -> Tensor {
    let projected = up(norm1(hidden, in: graph), in: graph)  // [batch, time, 2 · dim]
    let convolved = graph.gatedCausalConvolution(projected, convolution)  // [batch, time, dim]
    let mixed = graph.add(hidden, down(convolved, in: graph))

    let gateAndUp = graph.concatenatedLinear(
      norm2(mixed, in: graph), [feedGate.weight, feedUp.weight])  // [batch, time, 2 · glu_hidden]
    return graph.add(mixed, feedDown(graph.swiGLU(gateAndUp), in: graph))
  }
}
