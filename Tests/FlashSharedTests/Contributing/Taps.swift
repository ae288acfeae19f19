@testable import FlashShared

/// Taps: a language model of nothing but short convolutions.
///
///     h = E[x]
///     h ← h + Convolution(RMS1(h));  h ← h + FeedForward(RMS2(h))      in each block
///     logits = RMS_out(h)·Eᵀ
///
/// Both variants are this model: it is causal.
public struct Taps: LanguageModel {
  public static let versions = ["taps"]

  public let layout: ParameterLayout
  public let vocabularySize: Int
  private let embedding: Parameter
  private let blocks: [Block]
  private let finalNorm: RMSNorm

  private struct Block: Sendable {
    let norm1: RMSNorm
    let convolution: GatedConvolution
    let norm2: RMSNorm
    let feedForward: SwiGLUFeedForward
  }

  public init(
    configuration: ModelConfiguration, variant: Variant, layout: ParameterLayout
  ) throws {
    try configuration.require(variant, among: [.sound, .published])
    let width = try configuration.integer("d_model")
    let blockCount = try configuration.integer("n_layers")
    let hiddenWidth = try configuration.integer("d_ffn")
    let tapCount = try configuration.integer("kernel_size")
    vocabularySize = try configuration.integer("vocab")

    var layout = layout
    embedding = layout.declare(
      "embed.weight", [vocabularySize, width], .normal(standardDeviation: 0.02))
    blocks = (0..<blockCount).map { index in
      let name = "blocks.\(index)"
      return Block(
        norm1: RMSNorm("\(name).norm1", width: width, in: &layout),
        convolution: GatedConvolution(name, width: width, tapCount: tapCount, in: &layout),
        norm2: RMSNorm("\(name).norm2", width: width, in: &layout),
        feedForward: SwiGLUFeedForward(
          "\(name).ffn", width: width, hiddenWidth: hiddenWidth, in: &layout))
    }
    finalNorm = RMSNorm("norm_out", width: width, in: &layout)
    self.layout = layout
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput {
    var hidden = graph.embedding(embedding)  // [batch, time, width]
    var blockOutputs: [Tensor] = []
    for block in blocks {
      let mixed = block.convolution(block.norm1(hidden, in: graph), in: graph)
      hidden = graph.add(hidden, mixed)
      let fed = block.feedForward(block.norm2(hidden, in: graph), in: graph)
      hidden = graph.add(hidden, fed)
      blockOutputs.append(hidden)
    }
    return ModelOutput(
      hidden: finalNorm(hidden, in: graph), head: embedding, blockOutputs: blockOutputs)
  }
}
