/// v10-fsp: a pre-norm transformer with rotary positions and SwiGLU, trained to predict the next token
/// and, beside it, the set of the tokens to come.
///
///     h = Dropout(E[x])
///     h ← h + Attention(RMS1(h));  h ← h + FeedForward(RMS2(h))      in each block
///     n = RMS_f(h);  logits = n·Eᵀ;  while training, set logits = (W_fsp n_p)·Eᵀ at some positions p
///
/// Both variants are this model: it is causal. They differ in data, schedule and clipping only.
public struct FutureSentenceTransformer: LanguageModel {
  public static let versions = ["v10-fsp"]

  public let layout: ParameterLayout
  public let objective: any Objective
  public let vocabularySize: Int
  public var optimizer: AdamWSettings { AdamWSettings(weightDecay: 0.1) }
  private let embedding: Parameter
  private let blocks: [Block]
  private let finalNorm: RMSNorm
  private let dropout: Float

  fileprivate struct Block: Sendable {
    let norm1: RMSNorm
    let qkv: Linear
    let out: Linear
    let norm2: RMSNorm
    let gate: Linear
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
    let hiddenWidth = try configuration.integer("d_ff")
    vocabularySize = try configuration.integer("vocab")
    let dropout = try configuration.float("dropout")
    guard width % (2 * heads) == 0 else {
      throw configuration.failure(
        "n_heads", "d_model must be a multiple of twice the number of heads")
    }

    var layout = layout
    let normal = Initialization.normal(standardDeviation: 0.02)
    let shape = AttentionShape(heads: heads, headWidth: width / heads)
    let rotary = RotaryTable(headWidth: width / heads, pairing: .neighbours)
    embedding = layout.declare("embed.weight", [vocabularySize, width], normal)
    blocks = (0..<blockCount).map { index in
      let name = "blocks.\(index)"
      return Block(
        norm1: RMSNorm("\(name).ln1", width: width, gainName: "w", in: &layout),
        qkv: Linear("\(name).attn.qkv", from: width, to: 3 * width, normal, in: &layout),
        out: Linear("\(name).attn.out", from: width, to: width, normal, in: &layout),
        norm2: RMSNorm("\(name).ln2", width: width, gainName: "w", in: &layout),
        gate: Linear("\(name).ffn.gate", from: width, to: hiddenWidth, normal, in: &layout),
        up: Linear("\(name).ffn.up", from: width, to: hiddenWidth, normal, in: &layout),
        down: Linear("\(name).ffn.down", from: hiddenWidth, to: width, normal, in: &layout),
        shape: shape, rotary: rotary, dropout: dropout)
    }
    finalNorm = RMSNorm("ln_f", width: width, gainName: "w", in: &layout)
    let futureProjection = Linear("fsp_proj", from: width, to: width, normal, in: &layout)
    objective = try FutureSentence(configuration, projection: futureProjection.weight)
    self.layout = layout
    self.dropout = dropout
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput {
    var hidden = graph.dropout(graph.embedding(embedding), probability: dropout)
    var blockOutputs: [Tensor] = []
    var streams: [NamedTensor] = []
    for (index, block) in blocks.enumerated() {
      let attended = block.attend(hidden, in: graph)
      streams.append(.init("attn_out.\(index)", attended))
      let mixed = graph.add(hidden, graph.dropout(attended, probability: dropout))
      hidden = block.feed(mixed, in: graph)  // [batch, time, d_model]
      blockOutputs.append(hidden)
    }
    return ModelOutput(
      hidden: finalNorm(hidden, in: graph), head: embedding, blockOutputs: blockOutputs,
      namedTensors: streams)
  }
}

extension FutureSentenceTransformer.Block {
  func attend(_ hidden: Tensor, in graph: Graph) -> Tensor {
    let projected = qkv(norm1(hidden, in: graph), in: graph)  // [batch, time, 3 · d_model]
    let attended = graph.causalAttention(projected, shape, rotary: rotary, dropout: dropout)
    return out(attended, in: graph)
  }

  func feed(_ hidden: Tensor, in graph: Graph) -> Tensor {
    let projected = graph.concatenatedLinear(
      norm2(hidden, in: graph), [gate.weight, up.weight])  // [batch, time, 2 · d_ff]
    let fed = down(graph.swiGLU(projected), in: graph)
    return graph.add(hidden, graph.dropout(fed, probability: dropout))
  }
}
