/// cortex4 "CORTEX-IV": each position chooses how far back it looks.
///
///     u = N(h; ln1);  [a | b] = mixer_up u;  p_t = softmax(W_weight b_t)
///     y_t = Σ_k p_t[k] b_{t − o_k};  h ← h + mixer_down(y ⊙ sigmoid(a))
///     h ← h + SwiGLU(N(h; ln2))
///
/// The delays o_k are 1, 2, 4 … 64: the current position's own value enters through p alone. Taps
/// before the start of the text read zeros and keep their weight. Published, the loss matches each
/// position with the token after the next.
public struct Cortex4: LanguageModel {
  public static let versions = ["cortex4"]

  public let layout: ParameterLayout
  public let objective: any Objective
  public var vocabularySize: Int { ends.vocabularySize }
  private let ends: CortexEnds
  private let blocks: [Block]

  fileprivate struct Block: Sendable {
    let norm1: RMSNorm
    let up: Linear
    let tapWeights: Linear
    let down: Linear
    let norm2: RMSNorm
    let feedForward: SwiGLUFeedForward
    let delays: [Int]
  }

  public init(
    configuration: ModelConfiguration, variant: Variant, layout: ParameterLayout
  ) throws {
    try configuration.require(variant, among: [.sound, .published])
    let blockCount = try configuration.integer("n_layers")
    let hiddenWidth = try configuration.integer("d_ff")
    let delays = try configuration.integers("offsets")
    var layout = layout
    let ends = try CortexEnds(configuration, in: &layout)
    let width = ends.width
    blocks = (0..<blockCount).map { index in
      let name = "blocks.\(index)"
      return Block(
        norm1: RMSNorm("\(name).ln1", width: width, in: &layout),
        up: Linear("\(name).mixer_up", from: width, to: 2 * width, .fanOut(2 * width), in: &layout),
        tapWeights: Linear(
          "\(name).ddrf.W_weight", from: width, to: delays.count, .constant(0), in: &layout),
        down: Linear("\(name).mixer_down", from: width, to: width, .fanOut(width), in: &layout),
        norm2: RMSNorm("\(name).ln2", width: width, in: &layout),
        feedForward: SwiGLUFeedForward(name, width: width, hiddenWidth: hiddenWidth, in: &layout),
        delays: delays)
    }
    self.ends = ends
    self.layout = layout
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
      branches.append(.init("ddrf.\(index)", output.branch))
    }
    return ends.output(blockOutputs, embedded: embedded, branches: branches, in: graph)
  }
}

extension Cortex4.Block {
  func callAsFunction(
    _ hidden: Tensor, in graph: Graph
  ) -> (hidden: Tensor, branch: Tensor) {
    let width = hidden.width
    let normal = norm1(hidden, in: graph)
    let gates = graph.linear(normal, up.weight.rows(0..<width))  // [batch, time, d_model]
    let values = graph.linear(normal, up.weight.rows(width..<2 * width))
    let weights = graph.softmax(tapWeights(values, in: graph))  // [batch, time, taps]
    let tapped = graph.delayedTaps(values, weights: weights, delays: delays)
    let gated = graph.sigmoidGate(tapped, by: gates)
    let mixed = graph.add(hidden, down(gated, in: graph))
    return (graph.add(mixed, feedForward(norm2(mixed, in: graph), in: graph)), tapped)
  }
}
