/// v5.2 "Nova-Ignition": a pre-norm transformer with rotary positions and a gated GELU feed-forward.
///
///     h = Dropout(E[x])
///     h ← h + Attention(LN1(h));  h ← h + FeedForward(LN2(h))      in each block
///     logits = LN_out(h)·Eᵀ
///
/// Both variants are this model: it is causal. They differ in data and evaluation only.
public struct NovaIgnition: LanguageModel {
  public static let versions = ["v5.2"]

  public let layout: ParameterLayout
  public let vocabularySize: Int
  private let embedding: Parameter
  private let blocks: [Block]
  private let finalNorm: LayerNorm
  private let dropout: Float

  fileprivate struct Block: Sendable {
    let norm1: LayerNorm
    let qkv: Linear
    let out: Linear
    let norm2: LayerNorm
    let up: Linear
    let down: Linear
    let shape: AttentionShape
    let rotary: RotaryTable
    let dropout: Float
  }

  public init(
    configuration: ModelConfiguration, variant: Variant, layout: ParameterLayout
  ) throws {
    try configuration.require(variant, among: [.sound, .published])
    let width = try configuration.integer("d_model")
    let blockCount = try configuration.integer("n_layers")
    let heads = try configuration.integer("n_heads")
    let headWidth = try configuration.integer("d_head")
    let feedForwardWidth = try configuration.integer("d_ffn")
    vocabularySize = try configuration.integer("vocab")
    let dropout = try configuration.float("dropout")
    guard headWidth % 2 == 0 else {
      throw configuration.failure("d_head", "rotary positions need an even head width")
    }

    var layout = layout
    let normal = Initialization.normal(standardDeviation: 0.02)
    let rotary = RotaryTable(headWidth: headWidth)
    let innerWidth = heads * headWidth
    embedding = layout.declare("embed.weight", [vocabularySize, width], normal)
    blocks = (0..<blockCount).map { index in
      let name = "blocks.\(index)"
      return Block(
        norm1: LayerNorm("\(name).norm1", width: width, in: &layout),
        qkv: Linear("\(name).attn.qkv", from: width, to: 3 * innerWidth, normal, in: &layout),
        out: Linear("\(name).attn.out", from: innerWidth, to: width, normal, in: &layout),
        norm2: LayerNorm("\(name).norm2", width: width, in: &layout),
        up: Linear("\(name).ffn.up", from: width, to: 2 * feedForwardWidth, normal, in: &layout),
        down: Linear("\(name).ffn.down", from: feedForwardWidth, to: width, normal, in: &layout),
        shape: AttentionShape(heads: heads, headWidth: headWidth), rotary: rotary,
        dropout: dropout)
    }
    finalNorm = LayerNorm("ln_out", width: width, in: &layout)
    self.layout = layout
    self.dropout = dropout
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput {
    var hidden = graph.dropout(graph.embedding(embedding), probability: dropout)
    var blockOutputs: [Tensor] = []
    for block in blocks {
      hidden = block(hidden, in: graph)  // [batch, time, width]
      blockOutputs.append(hidden)
    }
    return ModelOutput(
      hidden: finalNorm(hidden, in: graph), head: embedding, blockOutputs: blockOutputs)
  }
}

extension NovaIgnition.Block {
  func callAsFunction(_ hidden: Tensor, in graph: Graph) -> Tensor {
    // [batch, time, 3 · heads · headWidth]
    let projected = qkv(norm1(hidden, in: graph), in: graph)
    let attended = graph.causalAttention(projected, shape, rotary: rotary, dropout: dropout)
    let mixed = graph.add(hidden, out(attended, in: graph))  // [batch, time, width]

    let gated = graph.gatedGELU(up(norm2(mixed, in: graph), in: graph))  // [batch, time, d_ffn]
    return graph.add(mixed, graph.dropout(down(gated, in: graph), probability: dropout))
  }
}
