/// v8 "SearchLM": a pre-norm transformer with normalised queries and keys, softly capped scores and
/// a value head on each block's output, which says how hard the next tokens will be.
///
///     h = E[x]
///     h ← h + Attention(RMS1(h));  h ← h + FeedForward(RMS2(h))      in each block
///     logits = RMS_out(h)·Eᵀ;   v_l = w_l·h_l for each block's output h_l
///
/// - sound: queries and keys are rotated by their position; trained on the next token.
/// - published: they are not, since the script rotates by the number of the head, which cancels in
///   q·k; trained on the token after the next.
public struct SearchTransformer: LanguageModel {
  public static let versions = ["v8"]
  public static let guides = DecodingGuides.value

  public let layout: ParameterLayout
  public let vocabularySize: Int
  public let objective: any Objective
  private let embedding: Parameter
  private let blocks: [Block]
  private let outputNorm: RMSNorm
  private let valueHeads: [Parameter]
  public var valueHead: Parameter? { valueHeads.last }

  fileprivate struct Block: Sendable {
    let norm1: RMSNorm
    let norm2: RMSNorm
    let query: Linear
    let key: Linear
    let value: Linear
    let out: Linear
    let queryNorm: RMSNorm
    let keyNorm: RMSNorm
    let feedGate: Linear
    let feedUp: Linear
    let feedDown: Linear
    let shape: AttentionShape
    let rotary: RotaryTable?
    let cap: Float
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
    let feed = try configuration.integer("d_ff")
    let cap = try configuration.number("logit_softcap")
    let base = try configuration.number("rope_theta")
    let dropout = try configuration.float("dropout")
    vocabularySize = try configuration.integer("vocab")
    guard headWidth % 2 == 0 else {
      throw configuration.failure("d_head", "rotary positions need an even head width")
    }

    var layout = layout
    let normal = Initialization.normal(standardDeviation: 0.02)
    let rotary =
      variant == .published
      ? nil : RotaryTable(headWidth: headWidth, base: base, pairing: .neighbours)
    let inner = heads * headWidth
    embedding = layout.declare("embed.weight", [vocabularySize, width], normal)
    blocks = (0..<blockCount).map { index in
      let name = "blocks.\(index)"
      return Block(
        norm1: RMSNorm("\(name).ln1", width: width, in: &layout),
        norm2: RMSNorm("\(name).ln2", width: width, in: &layout),
        query: Linear("\(name).attn.q_proj", from: width, to: inner, normal, in: &layout),
        key: Linear("\(name).attn.k_proj", from: width, to: inner, normal, in: &layout),
        value: Linear("\(name).attn.v_proj", from: width, to: inner, normal, in: &layout),
        out: Linear("\(name).attn.out_proj", from: inner, to: width, normal, in: &layout),
        queryNorm: RMSNorm("\(name).attn.q_norm", width: headWidth, in: &layout),
        keyNorm: RMSNorm("\(name).attn.k_norm", width: headWidth, in: &layout),
        feedGate: Linear("\(name).ffn.W_gate", from: width, to: feed, normal, in: &layout),
        feedUp: Linear("\(name).ffn.W_up", from: width, to: feed, normal, in: &layout),
        feedDown: Linear("\(name).ffn.W_down", from: feed, to: width, normal, in: &layout),
        shape: AttentionShape(heads: heads, headWidth: headWidth), rotary: rotary,
        cap: Float(cap), dropout: dropout)
    }
    outputNorm = RMSNorm("ln_out", width: width, in: &layout)
    valueHeads = layout.declareValueHeads(count: blockCount, width: width)
    objective = try Lookahead(
      configuration, targetShift: variant.targetShift, valueHeads: valueHeads)
    self.layout = layout
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput {
    var hidden = graph.embedding(embedding)
    var blockOutputs: [Tensor] = []
    var streams: [NamedTensor] = []
    for (index, block) in blocks.enumerated() {
      let attended = block.attention(hidden, in: graph)
      let mixed = graph.add(hidden, attended)  // [batch, time, d_model]
      let fed = block.feedForward(mixed, in: graph)
      hidden = graph.add(mixed, fed)
      blockOutputs.append(hidden)
      streams.append(.init("block\(index).attn", attended))
      streams.append(.init("block\(index).ffn", fed))
    }
    return ModelOutput(
      hidden: outputNorm(hidden, in: graph), head: embedding, blockOutputs: blockOutputs,
      namedTensors: streams)
  }
}

extension SearchTransformer.Block {
  func attention(_ hidden: Tensor, in graph: Graph) -> Tensor {
    let projected = graph.concatenatedLinear(
      norm1(hidden, in: graph), [query.weight, key.weight, value.weight])
    let normal = graph.queryKeyNormalization(  // [batch, time, 3 · heads · d_head]
      projected, shape, queryGain: queryNorm.gain, keyGain: keyNorm.gain, rotary: rotary)
    let attended = graph.cappedAttention(normal, shape, cap: cap, dropout: dropout)
    return graph.dropout(out(attended, in: graph), probability: dropout)
  }

  func feedForward(_ hidden: Tensor, in graph: Graph) -> Tensor {
    let projected = graph.concatenatedLinear(
      norm2(hidden, in: graph), [feedGate.weight, feedUp.weight])  // [batch, time, 2 · d_ff]
    return graph.dropout(
      feedDown(graph.swiGLU(projected), in: graph), probability: dropout)
  }
}
