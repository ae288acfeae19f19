/// v7.2 "CORTEX-VI": gated convolutions with a Hebbian memory that fades by a constant factor.
///
///     h ← h + Dropout(GatedConvolution(N(h; ln1)))
///     h ← h + HebbianMemory(N(h; ln_mem))
///     h ← h + Dropout(SwiGLU(N(h; ln2)))
///
/// Published, the memory's strength follows the length of the input and the loss matches each
/// position with the token after the next. With `hebbian_mask` "pre_fix_tril", a withdrawn published
/// setting, the memory reads the present and the future only. The mask is computed, never loaded.
public struct Cortex6: LanguageModel {
  public static let versions = ["v7.2"]

  public let layout: ParameterLayout
  public let objective: any Objective
  public var vocabularySize: Int { ends.vocabularySize }
  /// Published, a position's memory depends on how much text follows.
  public let decodesIncrementally: Bool
  private let ends: CortexEnds
  private let blocks: [Block]

  fileprivate struct Block: Sendable {
    let norm1: RMSNorm
    let mixer: GatedConvolution
    let memoryNorm: RMSNorm
    let memory: HebbianMemory
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
    let memoryWidth = try configuration.integer("d_mem")
    let length = try configuration.integer("seq_len")
    let dropout = try configuration.float("dropout")
    let factor = try configuration.number("decay")
    let decay: HebbianMemory.Decay
    switch try configuration.string("hebbian_mask") {
    case "causal_triu": decay = .constant(Float(factor))
    case "pre_fix_tril" where variant == .published: decay = .constantReversed(Float(factor))
    case "pre_fix_tril":
      throw configuration.failure("hebbian_mask", "this mask sees the future: published only")
    case let other: preconditionFailure("the table of members does not allow \(other)")
    }
    var layout = layout
    let ends = try CortexEnds(configuration, in: &layout)
    let width = ends.width
    blocks = (0..<blockCount).map { index in
      let name = "blocks.\(index)"
      return Block(
        norm1: RMSNorm("\(name).ln1", width: width, in: &layout),
        mixer: GatedConvolution(name, width: width, tapCount: tapCount, in: &layout),
        memoryNorm: RMSNorm("\(name).ln_mem", width: width, in: &layout),
        memory: HebbianMemory(
          name, width: width, memoryWidth: memoryWidth, decay: decay,
          length: variant == .published ? nil : length, in: &layout),
        norm2: RMSNorm("\(name).ln2", width: width, in: &layout),
        feedForward: SwiGLUFeedForward(name, width: width, hiddenWidth: hiddenWidth, in: &layout),
        dropout: dropout)
    }
    self.ends = ends
    self.layout = layout
    decodesIncrementally = variant == .sound
    objective = NextToken(targetShift: variant.targetShift)
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput {
    let embedded = ends.embed(in: graph)  // [batch, time, d_model]
    var hidden = embedded
    var branches: [NamedTensor] = []
    var blockOutputs: [Tensor] = []
    for (index, block) in blocks.enumerated() {
      let output = block(hidden, in: graph)
      hidden = output.hidden
      blockOutputs.append(hidden)
      branches.append(.init("mem_ctx.\(index)", output.branch))
    }
    return ends.output(blockOutputs, embedded: embedded, branches: branches, in: graph)
  }
}

extension Cortex6.Block {
  func callAsFunction(
    _ hidden: Tensor, in graph: Graph
  ) -> (hidden: Tensor, branch: Tensor) {
    let convolved = mixer(norm1(hidden, in: graph), in: graph)
    let mixed = graph.add(hidden, graph.dropout(convolved, probability: dropout))
    let read = memory(memoryNorm(mixed, in: graph), in: graph)  // [batch, time, d_model]
    let recalled = graph.add(mixed, read)
    let fed = feedForward(norm2(recalled, in: graph), in: graph)
    return (graph.add(recalled, graph.dropout(fed, probability: dropout)), read)
  }
}
