/// v9.0 "Reckoning": a memory of cells that each position finds by routing scores, a running state that
/// fades, and a gated feed-forward; almost all weights are meant to be ternary.
///
///     h = RMS_in(E[x]), in each layer:
///     cell = (CellRead(h·Q(W_route)ᵀ/√d) + h·Q(W_in))·Q(W_out)
///     n = RMS(h + cell_scale · cell + GatedRunningState(h)),   f = RMS_ff(n)
///     h ← n + Dropout((silu(f·Q(W_gate)) ⊙ f·Q(W_up))·Q(W_down))
///     logits = RMS_out(h)·Eᵀ
///
/// - sound: Q gives the ternary form, whose gradient passes straight through; trained on the next
///   token. Decoding computes the routing scores by XNOR and population count on packed bits
///   (`PatternScores`): the patterns' signs against the bit planes of h, which is not binary in this
///   architecture. The scores are those of the matrix product but for the rounding of its sums, at
///   about 1.2 to 1.6 times its time and a thirteenth of its memory.
/// - published: Q gives the weights as they are, without a gradient, so that they stay as they were
///   drawn; trained on the token after the next. They take any values, so their scores stay a product
///   of floats.
public struct Reckoning: LanguageModel {
  public static let versions = ["v9.0"]

  public let layout: ParameterLayout
  public let objective: any Objective
  public var vocabularySize: Int { ends.vocabularySize }
  /// The embedding does not decay.
  public var optimizer: AdamWSettings {
    AdamWSettings(groups: [.init(pattern: "embed.weight", weightDecay: 0)])
  }
  private let ends: CortexEnds
  private let layers: [Layer]

  fileprivate struct Layer: Sendable {
    let route: Parameter
    let cells: Parameter
    let intoCells: Parameter
    let outOfCells: Parameter
    let cellScale: Parameter
    let state: GatedRunningState.Weights
    let norm: RMSNorm
    let feedNorm: RMSNorm
    let feedGate: Parameter
    let feedUp: Parameter
    let feedDown: Parameter
    let chosen: Int
    let dropout: Float
  }

  public init(
    configuration: ModelConfiguration, variant: Variant, layout: ParameterLayout
  ) throws {
    try configuration.require(variant, among: [.sound, .published])
    let layerCount = try configuration.integer("n_layers")
    let cellCount = try configuration.integer("n_cells")
    let cellWidth = try configuration.integer("d_cell")
    let chosen = try configuration.integer("top_k", atMost: cellCount)
    let hiddenWidth = try configuration.integer("d_ff")
    let dropout = try configuration.float("dropout")
    var layout = layout
    let ends = try CortexEnds(configuration, in: &layout)
    let width = ends.width

    func quantized(
      _ name: String, _ shape: [Int], _ deviation: Float, isPackable: Bool = false
    ) -> Parameter {
      let normal = Initialization.normal(standardDeviation: deviation)
      guard variant == .sound else { return layout.declare(name, shape, normal).frozen }
      return layout.declareTernary(
        name, from: shape[1], to: shape[0], .init(isPerRow: false, scale: .floored), normal,
        isPackable: isPackable)
    }
    layers = (0..<layerCount).map { index in
      let name = "layers.\(index)"
      func vector(_ part: String, _ value: Float) -> Parameter {
        layout.declare("\(name).\(part)", [width], .constant(value))
      }
      return Layer(
        route: quantized("\(name).W_route", [cellCount, width], 0.02, isPackable: true),
        cells: layout.declare(
          "\(name).cells", [cellCount, cellWidth], .normal(standardDeviation: 0.01)),
        intoCells: quantized("\(name).W_in", [width, cellWidth], 0.01),
        outOfCells: quantized("\(name).W_out", [cellWidth, width], 0.01),
        cellScale: layout.declare("\(name).cell_scale", [], .constant(0.1)),
        state: GatedRunningState.Weights(
          gate: vector("state_gate_w", 0.1), bias: vector("state_gate_b", 0),
          decay: layout.declare("\(name).state_decay", [], .constant(3)),
          scale: vector("state_scale", 0.1)),
        norm: RMSNorm("\(name).norm", width: width, in: &layout),
        feedNorm: RMSNorm("\(name).ff_norm", width: width, in: &layout),
        feedGate: quantized("\(name).W_ff_gate", [width, hiddenWidth], 0.02),
        feedUp: quantized("\(name).W_ff_up", [width, hiddenWidth], 0.02),
        feedDown: quantized("\(name).W_ff_down", [hiddenWidth, width], 0.02),
        chosen: chosen, dropout: dropout)
    }
    self.ends = ends
    self.layout = layout
    objective = NextToken(targetShift: variant.targetShift)
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput {
    let embedded = ends.embed(in: graph)  // [batch, time, d_model]
    var hidden = embedded
    var layerOutputs: [Tensor] = []
    var streams: [NamedTensor] = []
    for (index, layer) in layers.enumerated() {
      let scores = layer.scores(hidden, in: graph)  // [batch, time, n_cells]
      let cell = layer.cell(hidden, scores, in: graph)  // [batch, time, d_model]
      let state = graph.gatedRunningState(hidden, layer.state)
      let sum = graph.add(graph.add(hidden, graph.scale(cell, by: layer.cellScale)), state)
      hidden = layer.feed(layer.norm(sum, in: graph), in: graph)
      layerOutputs.append(hidden)
      streams.append(.init("route_scores.\(index)", scores))
      streams.append(.init("cell_out.\(index)", cell))
      streams.append(.init("state_out.\(index)", state))
    }
    return ends.output(layerOutputs, embedded: embedded, branches: streams, in: graph)
  }
}

extension Reckoning.Layer {
  func scores(_ hidden: Tensor, in graph: Graph) -> Tensor {
    graph.patternScores(hidden, route)
  }

  func cell(_ hidden: Tensor, _ scores: Tensor, in graph: Graph) -> Tensor {
    let read = graph.cellRead(scores, cells: cells, chosen: chosen)  // [batch, time, d_cell]
    return graph.rowMixture(
      graph.add(read, graph.rowMixture(hidden, of: intoCells)), of: outOfCells)
  }

  func feed(_ normal: Tensor, in graph: Graph) -> Tensor {
    let input = feedNorm(normal, in: graph)
    let gated = graph.swiGLU(
      gate: graph.rowMixture(input, of: feedGate), up: graph.rowMixture(input, of: feedUp))
    let fed = graph.rowMixture(gated, of: feedDown)
    return graph.add(normal, graph.dropout(fed, probability: dropout))
  }
}
