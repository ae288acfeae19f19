/// v7.3 "CORTEX-VII": blocks of gated sliding-window attention and blocks of gated convolution with a
/// Hebbian memory that forgets by gates, in turn.
///
///     even:  u = N(h; ln1);  h ← h + out(WindowAttention(qkv u) ⊙ sigmoid(gate_proj u))
///     odd:   h ← h + Dropout(GatedConvolution(N(h; ln1)));  h ← h + HebbianMemory(N(h; ln_mem))
///     both:  h ← h + Dropout(SwiGLU(N(h; ln2)))
///
/// There are no positions. Published, the memory's strength follows the length of the input, the
/// forget gates start saturated, and the loss matches each position with the token after the next.
public struct Cortex7: LanguageModel {
  public static let versions = ["v7.3"]

  public let layout: ParameterLayout
  public let objective: any Objective
  public var vocabularySize: Int { ends.vocabularySize }
  /// Published, a position's memory depends on how much text follows.
  public let decodesIncrementally: Bool
  private let ends: CortexEnds
  private let blocks: [Block]

  fileprivate struct Block: Sendable {
    let norm1: RMSNorm
    let mixer: Mixer
    let norm2: RMSNorm
    let feedForward: SwiGLUFeedForward
    let dropout: Float
  }

  fileprivate enum Mixer: Sendable {
    case attention(qkv: Linear, gate: Linear, out: Linear, AttentionShape)
    case memory(GatedConvolution, RMSNorm, HebbianMemory)
  }

  public init(
    configuration: ModelConfiguration, variant: Variant, layout: ParameterLayout
  ) throws {
    try configuration.require(variant, among: [.sound, .published])
    let blockCount = try configuration.integer("n_layers")
    let hiddenWidth = try configuration.integer("d_ff")
    let shape = AttentionShape(
      heads: try configuration.integer("n_heads"),
      headWidth: try configuration.integer("d_head"),
      window: try configuration.integer("window_size"))
    let tapCount = try configuration.integer("kernel_size")
    let memoryWidth = try configuration.integer("d_mem")
    let length = try configuration.integer("seq_len")
    let dropout = try configuration.float("dropout")
    var layout = layout
    let ends = try CortexEnds(configuration, in: &layout)
    let width = ends.width
    let innerWidth = shape.heads * shape.headWidth
    blocks = (0..<blockCount).map { index in
      let name = "blocks.\(index)"
      let norm1 = RMSNorm("\(name).ln1", width: width, in: &layout)
      let mixer: Mixer
      if index % 2 == 0 {
        mixer = .attention(
          qkv: Linear(
            "\(name).attn.qkv", from: width, to: 3 * innerWidth, .fanOut(3 * innerWidth),
            in: &layout),
          gate: Linear(
            "\(name).attn.gate_proj", from: width, to: innerWidth, .fanOut(innerWidth),
            in: &layout),
          out: Linear("\(name).attn.out", from: innerWidth, to: width, .fanOut(width), in: &layout),
          shape)
      } else {
        // The published gates' weights, of variance 2, saturate them from the start.
        let gate = Linear(
          "\(name).hebbian.gate_proj", from: width, to: 1,
          variant == .published ? .fanOut(1) : .normal(standardDeviation: 0.02),
          bias: .constant(variant == .published ? 1 : 3), in: &layout)
        mixer = .memory(
          GatedConvolution(name, width: width, tapCount: tapCount, in: &layout),
          RMSNorm("\(name).ln_mem", width: width, in: &layout),
          HebbianMemory(
            "\(name).hebbian", width: width, memoryWidth: memoryWidth, decay: .gated(gate),
            length: variant == .published ? nil : length, in: &layout))
      }
      return Block(
        norm1: norm1, mixer: mixer, norm2: RMSNorm("\(name).ln2", width: width, in: &layout),
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
      branches.append(.init("\(index % 2 == 0 ? "attn" : "hebbian").\(index)", output.branch))
    }
    return ends.output(blockOutputs, embedded: embedded, branches: branches, in: graph)
  }
}

extension Cortex7.Block {
  func callAsFunction(
    _ hidden: Tensor, in graph: Graph
  ) -> (hidden: Tensor, branch: Tensor) {
    let normal = norm1(hidden, in: graph)
    let mixed: Tensor
    let branch: Tensor  // [batch, time, d_model]
    switch mixer {
    case .attention(let qkv, let gate, let out, let shape):
      let attended = graph.causalAttention(qkv(normal, in: graph), shape, dropout: dropout)
      let gated = graph.sigmoidGate(attended, by: gate(normal, in: graph))
      branch = out(gated, in: graph)
      mixed = graph.add(hidden, branch)
    case .memory(let convolution, let memoryNorm, let memory):
      let convolved = graph.dropout(convolution(normal, in: graph), probability: dropout)
      let local = graph.add(hidden, convolved)
      branch = memory(memoryNorm(local, in: graph), in: graph)
      mixed = graph.add(local, branch)
    }
    let fed = feedForward(norm2(mixed, in: graph), in: graph)
    return (graph.add(mixed, graph.dropout(fed, probability: dropout)), branch)
  }
}
