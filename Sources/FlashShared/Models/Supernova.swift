/// v6 "SUPERNOVA": a token mixer, a narrow reasoning path that a planner gates, and a gated
/// feed-forward layer, with ternary weights.
///
///     h = E[ids]/sqrt(d);   p = planner_init
///     h ← h + Mix(h);   (h, p) ← Reason(h, p);   h ← h + GLU(h)      in each block
///     logits = head(RMSNorm(h)), not tied
///
/// Published, the planner is a mean over all positions of the window and gates every one of them, so
/// that each sees the future; here it is a running mean, and each position has its own planner.
public struct Supernova: LanguageModel {
  public static let versions = ["v6"]

  public let layout: ParameterLayout
  public let vocabularySize: Int
  public let objective: any Objective
  public var optimizer: AdamWSettings { AdamWSettings(weightDecay: 0.05) }
  /// Published, the planner needs the whole window.
  public let decodesIncrementally: Bool
  private let embedding: Parameter
  private let plannerStart: Parameter
  private let blocks: [Block]
  private let finalNorm: RMSNorm
  private let head: Parameter

  fileprivate struct Block: Sendable {
    let mixer: TokenMixer
    let reasoning: Reasoning
    let norm: RMSNorm
    let gateAndUp: TernaryLinear
    let down: TernaryLinear
  }

  public init(
    configuration: ModelConfiguration, variant: Variant, layout: ParameterLayout
  ) throws {
    try configuration.require(variant, among: [.sound, .published])
    let width = try configuration.integer("d_model")
    let blockCount = try configuration.integer("n_layers")
    let hiddenWidth = try width * configuration.integer("d_ffn_mult")
    let plannerWidth = try configuration.integer("d_planner")
    let reasoningShape = Reasoning.Shape(
      width: width, innerWidth: try configuration.integer("d_reason"),
      plannerWidth: plannerWidth, scales: try configuration.integer("n_scales"),
      slots: try configuration.integer("n_mem_slots"),
      poolsWholeWindow: variant == .published)
    vocabularySize = try configuration.integer("vocab")

    var layout = layout
    plannerStart = layout.declare(
      "planner_init", [1, 1, plannerWidth], .normal(standardDeviation: 0.01))
    embedding = layout.declare(
      "embed.weight", [vocabularySize, width], .normal(standardDeviation: 0.02))
    blocks = (0..<blockCount).map { index in
      let name = "blocks.\(index)"
      return Block(
        mixer: TokenMixer("\(name).token_mix", width: width, in: &layout),
        reasoning: Reasoning("\(name).reasoning", reasoningShape, in: &layout),
        norm: RMSNorm("\(name).channel_mix.norm", width: width, in: &layout),
        gateAndUp: TernaryLinear(
          "\(name).channel_mix.gate_up", from: width, to: 2 * hiddenWidth, .perRow, in: &layout),
        down: TernaryLinear(
          "\(name).channel_mix.down", from: hiddenWidth, to: width, .perRow, in: &layout))
    }
    finalNorm = RMSNorm("ln_out", width: width, in: &layout)
    head = layout.declareTernary(
      "head.weight", from: width, to: vocabularySize, .perRow, isPackable: false)
    self.layout = layout
    decodesIncrementally = variant == .sound
    // Nothing reads the planner that the last block makes.
    let last = "blocks.\(blockCount - 1).reasoning.state_gate"
    objective = NextToken(unusedParameters: [
      "\(last).executor_to_planner.weight", "\(last).planner_update.weight",
      "\(last).norm.weight",
    ])
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput {
    let width = Float(embedding.shape[1])
    var hidden = graph.scale(graph.embedding(embedding), by: 1 / width.squareRoot())
    var planner = graph.broadcast(plannerStart)  // [batch, time, d_planner]
    var blockOutputs: [Tensor] = []
    for (index, block) in blocks.enumerated() {
      let mixed = graph.add(hidden, block.mixer(hidden, in: graph))  // [batch, time, d_model]
      let reasoned: Tensor
      (reasoned, planner) = block.reasoning(
        mixed, planner, updatesPlanner: index + 1 < blocks.count, in: graph)
      hidden = graph.add(reasoned, block.feedForward(reasoned, in: graph))
      blockOutputs.append(hidden)
    }
    return ModelOutput(
      hidden: finalNorm(hidden, in: graph), head: head, blockOutputs: blockOutputs)
  }
}

extension Supernova.Block {
  func feedForward(_ hidden: Tensor, in graph: Graph) -> Tensor {
    down(graph.swiGLU(gateAndUp(norm(hidden, in: graph), in: graph)), in: graph)
  }
}

extension TernaryLinear.Quantization {
  /// A scale for each output, at least 1e-5.
  static let perRow = TernaryLinear.Quantization(isPerRow: true, scale: .floored)
}

extension Supernova {
  /// A gated map of each position and the one before it.
  ///
  ///     n = RMSNorm(h);   out = sigmoid(gate_proj n_t) ⊙ value_proj(mix([n_t ; n_{t−1}]))
  fileprivate struct TokenMixer: Sendable {
    let norm: RMSNorm
    let mix: TernaryLinear
    let gate: TernaryLinear
    let value: TernaryLinear

    init(_ name: String, width: Int, in layout: inout ParameterLayout) {
      norm = RMSNorm("\(name).norm", width: width, in: &layout)
      mix = TernaryLinear("\(name).mix", from: 2 * width, to: width, .perRow, in: &layout)
      gate = TernaryLinear("\(name).gate_proj", from: width, to: width, .perRow, in: &layout)
      value = TernaryLinear("\(name).value_proj", from: width, to: width, .perRow, in: &layout)
    }

    func callAsFunction(_ hidden: Tensor, in graph: Graph) -> Tensor {
      let normal = norm(hidden, in: graph)
      let pair = graph.concatenate(normal, normal, delay: 1)  // [batch, time, 2 · d_model]
      let mixed = value(mix(pair, in: graph), in: graph)
      return graph.sigmoidGate(mixed, by: gate(normal, in: graph))
    }
  }

  /// The reasoning path, and the planner that gates it.
  ///
  ///     r = down_proj h;   n = RMSNorm(r);   w = softmax(router n)
  ///     r ← r + Σ_i w_i scales_i([n_t ; n_{t − 2^i}])
  ///     r' = r ⊙ sigmoid(planner_to_gate p);   p ← p + planner_update(RMSNorm(p + W mean(r)))
  ///     r' ← r' + mix_gate([r' ; softmax(query_proj r'·slotsᵀ/sqrt(width))·slots])
  ///     h ← h + sigmoid(res_gate)·up_proj(r')
  fileprivate struct Reasoning: Sendable {
    struct Shape: Sendable {
      let width: Int
      let innerWidth: Int
      let plannerWidth: Int
      let scales: Int
      let slots: Int
      let poolsWholeWindow: Bool
    }

    let residualGate: Parameter
    let down: TernaryLinear
    let bankNorm: RMSNorm
    let scales: [TernaryLinear]
    let router: Linear
    let plannerToGate: TernaryLinear
    let executorToPlanner: TernaryLinear
    let plannerUpdate: TernaryLinear
    let plannerNorm: RMSNorm
    let slots: Parameter
    let query: TernaryLinear
    let mix: TernaryLinear
    let up: TernaryLinear
    let poolsWholeWindow: Bool

    init(_ name: String, _ shape: Shape, in layout: inout ParameterLayout) {
      let inner = shape.innerWidth
      func ternary(_ part: String, from inputWidth: Int, to outputWidth: Int) -> TernaryLinear {
        TernaryLinear(
          "\(name).\(part)", from: inputWidth, to: outputWidth, .perRow, in: &layout)
      }
      residualGate = layout.declare("\(name).res_gate", [1], .constant(0))
      down = ternary("down_proj", from: shape.width, to: inner)
      bankNorm = RMSNorm("\(name).conv_bank.norm", width: inner, in: &layout)
      scales = (0..<shape.scales).map {
        ternary("conv_bank.scales.\($0)", from: 2 * inner, to: inner)
      }
      router = Linear(
        "\(name).conv_bank.router", from: inner, to: shape.scales,
        .uniform(bound: 1 / Float(inner).squareRoot()), in: &layout)
      plannerToGate = ternary(
        "state_gate.planner_to_gate", from: shape.plannerWidth, to: inner)
      executorToPlanner = ternary(
        "state_gate.executor_to_planner", from: inner, to: shape.plannerWidth)
      plannerUpdate = ternary(
        "state_gate.planner_update", from: shape.plannerWidth, to: shape.plannerWidth)
      plannerNorm = RMSNorm("\(name).state_gate.norm", width: shape.plannerWidth, in: &layout)
      slots = layout.declare(
        "\(name).memory.slots", [shape.slots, inner], .normal(standardDeviation: 0.01))
      query = ternary("memory.query_proj", from: inner, to: inner)
      mix = ternary("memory.mix_gate", from: 2 * inner, to: inner)
      up = ternary("up_proj", from: inner, to: shape.width)
      poolsWholeWindow = shape.poolsWholeWindow
    }

    func callAsFunction(
      _ hidden: Tensor, _ planner: Tensor, updatesPlanner: Bool, in graph: Graph
    ) -> (hidden: Tensor, planner: Tensor) {
      let narrow = down(hidden, in: graph)  // [batch, time, d_reason]
      let normal = bankNorm(narrow, in: graph)
      let terms = scales.enumerated().map { index, scale in
        scale(graph.concatenate(normal, normal, delay: 1 << index), in: graph)
      }
      let weights = graph.softmax(router(normal, in: graph))  // [batch, time, n_scales]
      let banked = graph.weightedSum(narrow, weights: weights, terms: terms)
      let gated = graph.sigmoidGate(banked, by: plannerToGate(planner, in: graph))

      var nextPlanner = planner
      if updatesPlanner {
        let pooled = graph.meanOverTime(banked, isCausal: !poolsWholeWindow)
        let sum = graph.add(planner, executorToPlanner(pooled, in: graph))
        let update = plannerUpdate(plannerNorm(sum, in: graph), in: graph)
        nextPlanner = graph.add(planner, update)  // [batch, time, d_planner]
      }

      let matches = graph.linear(query(gated, in: graph), slots)  // [batch, time, n_mem_slots]
      let shares = graph.softmax(matches, scale: 1 / Float(slots.shape[1]).squareRoot())
      let recalled = graph.rowMixture(shares, of: slots)  // [batch, time, d_reason]
      let mixed = graph.add(gated, mix(graph.concatenate(gated, recalled), in: graph))
      let output = graph.add(hidden, up(mixed, in: graph), gatedBy: residualGate)
      return (output, nextPlanner)
    }
  }
}
