/// v7.1 "CORTEX-III": gated causal convolutions with a wide kernel.
///
///     h = N(E[ids]; ln_in)
///     h ← h + Dropout(GatedConvolution(N(h; ln1)));  h ← h + Dropout(SwiGLU(N(h; ln2)))   per block
///     logits = N(h; ln_out)·Eᵀ
///
/// Published, the loss matches each position with the token after the next.
public struct Cortex3: LanguageModel {
  public static let versions = ["v7.1"]

  public let layout: ParameterLayout
  public let objective: any Objective
  public var vocabularySize: Int { ends.vocabularySize }
  private let ends: CortexEnds
  private let blocks: [Block]

  fileprivate struct Block: Sendable {
    let norm1: RMSNorm
    let mixer: GatedConvolution
    let norm2: RMSNorm
    let feedForward: SwiGLUFeedForward
    let dropout: Float
  }

  public init(
    configuration: ModelConfiguration, variant: Variant, layout: ParameterLayout
  ) throws {
    try configuration.require(variant, among: [.sound, .published])
    let blockCount = try configuration.integer("n_layers")
    let hiddenWidth = try configuration.integer("d_ff")
    let tapCount = try configuration.integer("kernel_size")
    let dropout = try configuration.float("dropout")
    var layout = layout
    let ends = try CortexEnds(configuration, in: &layout)
    blocks = (0..<blockCount).map { index in
      let name = "blocks.\(index)"
      return Block(
        norm1: RMSNorm("\(name).ln1", width: ends.width, in: &layout),
        mixer: GatedConvolution(name, width: ends.width, tapCount: tapCount, in: &layout),
        norm2: RMSNorm("\(name).ln2", width: ends.width, in: &layout),
        feedForward: SwiGLUFeedForward(
          name, width: ends.width, hiddenWidth: hiddenWidth, in: &layout),
        dropout: dropout)
    }
    self.ends = ends
    self.layout = layout
    objective = NextToken(targetShift: variant.targetShift)
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput {
    let embedded = ends.embed(in: graph)  // [batch, time, d_model]
    var hidden = embedded
    var blockOutputs: [Tensor] = []
    for block in blocks {
      hidden = block(hidden, in: graph)
      blockOutputs.append(hidden)
    }
    return ends.output(blockOutputs, embedded: embedded, in: graph)
  }
}

extension Cortex3.Block {
  func callAsFunction(_ hidden: Tensor, in graph: Graph) -> Tensor {
    let convolved = mixer(norm1(hidden, in: graph), in: graph)
    let mixed = graph.add(hidden, graph.dropout(convolved, probability: dropout))
    let fed = feedForward(norm2(mixed, in: graph), in: graph)
    return graph.add(mixed, graph.dropout(fed, probability: dropout))
  }
}
