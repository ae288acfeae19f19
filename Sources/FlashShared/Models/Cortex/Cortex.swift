/// v7 "CORTEX": decaying sums and gated feed-forward layers with ternary weights, and early exits.
///
///     h = N(E[ids]; ln_in)
///     u = N(h; ln1);  S_t = λ ⊙ S_{t−1} + (Wk u ⊙ Wv u)_t;  h ← h + Wo N(sigmoid(Wr u) ⊙ S; ln_x)
///     z = N(h; ln2);  h ← h + Wo(silu(W1 z) ⊙ W2 z)
///     exit j behind its layer: e = N(h; ln), logits e·H_jᵀ, confidence sigmoid(gate(e))
///     logits = N(h; ln_out)·Eᵀ
///
/// Published, the sum is computed with clamped scales and fades to nothing after about a hundred
/// positions, and the losses match each position with the token after the next.
public struct Cortex: LanguageModel {
  public static let versions = ["v7"]

  public let layout: ParameterLayout
  public let objective: any Objective
  public var vocabularySize: Int { ends.vocabularySize }
  private let ends: CortexEnds
  private let blocks: [Block]
  /// By the number of blocks before it.
  private let exits: [Int: ExitGate]
  private let exitThresholds: [Double]
  private let exitsByAllPositions: Bool

  fileprivate struct Block: Sendable {
    let norm1: RMSNorm
    let gate: TernaryLinear
    let key: TernaryLinear
    let value: TernaryLinear
    let decay: Parameter
    let sumNorm: RMSNorm
    let out: TernaryLinear
    let norm2: RMSNorm
    let feedGate: TernaryLinear
    let feedUp: TernaryLinear
    let feedDown: TernaryLinear
    let isClamped: Bool
  }

  fileprivate struct ExitGate: Sendable {
    let norm: RMSNorm
    let head: Linear
    let gateIn: Linear
    let gateOut: Linear
  }

  public init(
    configuration: ModelConfiguration, variant: Variant, layout: ParameterLayout
  ) throws {
    try configuration.require(variant, among: [.sound, .published])
    let blockCount = try configuration.integer("n_layers")
    let hiddenWidth = try configuration.integer("d_ff")
    let exitLayers = try configuration.integers("exit_layers", atMost: blockCount)
    guard exitLayers.count <= 2, exitLayers == Set(exitLayers).sorted() else {
      throw configuration.failure("exit_layers", "must be one or two layers in ascending order")
    }
    let exitWeights = try configuration.numbers("exit_loss_weights", count: exitLayers.count)
    exitThresholds = try configuration.numbers("exit_thresholds", count: exitLayers.count)
    exitsByAllPositions = variant == .published
    var layout = layout
    let ends = try CortexEnds(configuration, in: &layout)
    let width = ends.width
    blocks = (0..<blockCount).map { index in
      let name = "blocks.\(index)"
      func ternary(_ part: String, from inputWidth: Int, to outputWidth: Int) -> TernaryLinear {
        TernaryLinear("\(name).\(part)", from: inputWidth, to: outputWidth, .perRow, in: &layout)
      }
      return Block(
        norm1: RMSNorm("\(name).ln1", width: width, in: &layout),
        gate: ternary("time_mix.Wr", from: width, to: width),
        key: ternary("time_mix.Wk", from: width, to: width),
        value: ternary("time_mix.Wv", from: width, to: width),
        decay: layout.declare("\(name).time_mix.decay", [width], .constant(0.99)),
        sumNorm: RMSNorm("\(name).time_mix.ln_x", width: width, in: &layout),
        out: ternary("time_mix.Wo", from: width, to: width),
        norm2: RMSNorm("\(name).ln2", width: width, in: &layout),
        feedGate: ternary("channel_mix.W1", from: width, to: hiddenWidth),
        feedUp: ternary("channel_mix.W2", from: width, to: hiddenWidth),
        feedDown: ternary("channel_mix.Wo", from: hiddenWidth, to: width),
        isClamped: variant == .published)
    }
    var exits: [Int: ExitGate] = [:]
    let gateWidth = 64
    let bound = Initialization.uniform(bound: 1 / Float(width).squareRoot())
    let innerBound = Initialization.uniform(bound: 1 / Float(gateWidth).squareRoot())
    for (index, layer) in exitLayers.enumerated() {
      let name = "exit_gates.\(index)"
      exits[layer] = ExitGate(
        norm: RMSNorm("\(name).ln", width: width, in: &layout),
        head: Linear("\(name).head", from: width, to: ends.vocabularySize, bound, in: &layout),
        gateIn: Linear(
          "\(name).gate.0", from: width, to: gateWidth, bound, bias: bound, in: &layout),
        gateOut: Linear(
          "\(name).gate.2", from: gateWidth, to: 1, innerBound, bias: innerBound, in: &layout))
    }
    self.exits = exits
    self.ends = ends
    self.layout = layout
    objective = EarlyExits(
      exits: zip(exitLayers, exitWeights).map { .init(layer: $0, weight: Float($1)) },
      consistencyWeight: try configuration.float("consistency_weight"),
      diversityWeight: try configuration.float("diversity_weight"),
      targetShift: variant.targetShift)
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput {
    let embedded = ends.embed(in: graph)  // [batch, time, d_model]
    var hidden = embedded
    var branches: [NamedTensor] = []
    var blockOutputs: [Tensor] = []
    var exitOutputs: [EarlyExit] = []
    for (index, block) in blocks.enumerated() {
      let output = block(hidden, in: graph)
      hidden = output.hidden
      blockOutputs.append(hidden)
      branches.append(.init("time_mix.\(index)", output.branch))
      // Decoding reads the last layer's logits alone.
      if graph.mode != .decoding, let exit = exits[index + 1] {
        exitOutputs.append(exit(hidden, in: graph))
      }
    }
    var output = ends.output(blockOutputs, embedded: embedded, branches: branches, in: graph)
    output.exits = exitOutputs
    return output
  }
}

extension Cortex {
  /// Published, an exit is taken if it is confident at every position of the context. The learned gates
  /// are not asked, in either variant.
  public var depth: AdaptiveDepth? {
    let layers = exits.keys.sorted()
    let bounds = [0] + layers + [blocks.count]
    return AdaptiveDepth(
      thresholds: exitThresholds, needsAllPositions: exitsByAllPositions,
      stage: { index, states, graph in
        var hidden = states ?? ends.embed(in: graph)
        for block in blocks[bounds[index]..<bounds[index + 1]] {
          hidden = block(hidden, in: graph).hidden
        }
        return hidden
      },
      exit: { index, states, graph in
        if index < layers.count, let exit = exits[layers[index]] {
          return .init(hidden: exit.norm(states, in: graph), head: exit.head.weight)
        }
        let output = ends.output([states], embedded: states, in: graph)
        return .init(hidden: output.hidden, head: output.head)
      })
  }
}

extension Cortex.Block {
  func callAsFunction(
    _ hidden: Tensor, in graph: Graph
  ) -> (hidden: Tensor, branch: Tensor) {
    let normal = norm1(hidden, in: graph)
    let sum = graph.decayingSum(
      gate: gate(normal, in: graph), keys: key(normal, in: graph),
      values: value(normal, in: graph), decay: decay, isClamped: isClamped)
    let timeMixed = out(sumNorm(sum, in: graph), in: graph)  // [batch, time, d_model]
    let mixed = graph.add(hidden, timeMixed)

    let projected = graph.concatenatedLinear(
      norm2(mixed, in: graph), [feedGate.weight, feedUp.weight])  // [batch, time, 2 · d_ff]
    return (graph.add(mixed, feedDown(graph.swiGLU(projected), in: graph)), timeMixed)
  }
}

extension Cortex.ExitGate {
  func callAsFunction(_ hidden: Tensor, in graph: Graph) -> EarlyExit {
    let normal = norm(hidden, in: graph)
    let inner = graph.relu(gateIn(normal, in: graph))  // [batch, time, 64]
    return EarlyExit(
      hidden: normal, head: head.weight, confidence: gateOut(inner, in: graph))
  }
}
