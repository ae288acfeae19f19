/// v9.1 "Reckoning v2": three streams side by side, a short convolution, a running state with a decay
/// of its own at every position, and a linear map that was meant to be a memory.
///
///     h = RMS_in(E[x]), in each layer, with u = RMS1(h):
///     c = Convolution(u);  s = state_scale · BoundedDecayState(u);  m = mem_scale · W_mem_out M W_k u
///     h ← h + Dropout(W_combine [c | s | m] + b)
///     h ← h + Dropout(ff_down(silu(ff_gate RMS2(h)) ⊙ ff_up RMS2(h)))
///     logits = RMS_out(h)·Eᵀ
///
/// `W_q`, `W_v` and `W_beta` of the delta rule that was never written are in the checkpoints and do
/// nothing.
///
/// - sound: the state is the recurrence; trained on the next token.
/// - published: the state is computed by a quotient whose floor lets it fade; trained on the token
///   after the next.
public struct Reckoning2: LanguageModel {
  public static let versions = ["v9.1"]

  public let layout: ParameterLayout
  public let objective: any Objective
  public var vocabularySize: Int { ends.vocabularySize }
  /// Gains, biases and scales do not decay.
  public var optimizer: AdamWSettings {
    AdamWSettings(
      groups: ["ln_*", "*.norm*", "*.bias", "*_scale"].map { .init(pattern: $0, weightDecay: 0) })
  }
  private let ends: CortexEnds
  private let layers: [Layer]

  fileprivate struct Layer: Sendable {
    let norm1: RMSNorm
    let taps: Parameter
    let decay: Linear
    let gate: Linear
    let stateScale: Parameter
    let key: Linear
    let memory: Parameter
    let memoryOut: Linear
    let memoryScale: Parameter
    let combine: Linear
    let norm2: RMSNorm
    let feedGate: Linear
    let feedUp: Linear
    let feedDown: Linear
    let isFloored: Bool
    let dropout: Float
  }

  public init(
    configuration: ModelConfiguration, variant: Variant, layout: ParameterLayout
  ) throws {
    try configuration.require(variant, among: [.sound, .published])
    let layerCount = try configuration.integer("n_layers")
    let memoryWidth = try configuration.integer("d_mem")
    let tapCount = try configuration.integer("conv_k")
    let hiddenWidth = try configuration.integer("d_ff")
    let dropout = try configuration.float("dropout")
    var layout = layout
    let ends = try CortexEnds(configuration, in: &layout)
    let width = ends.width
    var unused: Set<String> = []

    layers = (0..<layerCount).map { index in
      let name = "layers.\(index)"
      func linear(
        _ part: String, from inputWidth: Int, to outputWidth: Int, hasBias: Bool = false
      ) -> Linear {
        let bound = Initialization.uniform(bound: 1 / Float(inputWidth).squareRoot())
        return Linear(
          "\(name).\(part)", from: inputWidth, to: outputWidth, bound,
          bias: hasBias ? bound : nil, in: &layout)
      }
      for (part, outputs) in [("W_q", memoryWidth), ("W_v", memoryWidth), ("W_beta", 1)] {
        unused.insert(linear(part, from: width, to: outputs).weight.name)
      }
      let norm1 = RMSNorm("\(name).norm1", width: width, in: &layout)
      return Layer(
        norm1: norm1,
        taps: layout.declare(
          "\(name).conv.conv.weight", [width, 1, tapCount],
          .uniform(bound: 1 / Float(tapCount).squareRoot())),
        decay: linear("W_decay", from: width, to: width, hasBias: true),
        gate: linear("W_gate", from: width, to: width, hasBias: true),
        stateScale: layout.declare("\(name).state_scale", [], .constant(0.1)),
        key: linear("W_k", from: width, to: memoryWidth),
        memory: layout.declare(
          "\(name).M", [memoryWidth, memoryWidth], .normal(standardDeviation: 0.01)),
        memoryOut: linear("W_mem_out", from: memoryWidth, to: width),
        memoryScale: layout.declare("\(name).mem_scale", [], .constant(0.1)),
        combine: linear("W_combine", from: 3 * width, to: width, hasBias: true),
        norm2: RMSNorm("\(name).norm2", width: width, in: &layout),
        feedGate: linear("ff_gate", from: width, to: hiddenWidth),
        feedUp: linear("ff_up", from: width, to: hiddenWidth),
        feedDown: linear("ff_down", from: hiddenWidth, to: width),
        isFloored: variant == .published, dropout: dropout)
    }
    self.ends = ends
    self.layout = layout
    objective = NextToken(
      targetShift: variant.targetShift, unusedParameters: unused)
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput {
    let embedded = ends.embed(in: graph)  // [batch, time, d_model]
    var hidden = embedded
    var layerOutputs: [Tensor] = []
    for layer in layers {
      hidden = layer(hidden, in: graph)
      layerOutputs.append(hidden)
    }
    return ends.output(layerOutputs, embedded: embedded, in: graph)
  }
}

extension Reckoning2.Layer {
  func callAsFunction(_ hidden: Tensor, in graph: Graph) -> Tensor {
    let normal = norm1(hidden, in: graph)
    let local = graph.causalConvolution(normal, taps)
    let state = graph.boundedDecayState(
      decay: decay(normal, in: graph), gate: gate(normal, in: graph), input: normal,
      isFloored: isFloored)
    let combined = combine(
      graph.concatenate(local, graph.scale(state, by: stateScale)), key(normal, in: graph),
      in: graph)
    let mixed = graph.add(hidden, graph.dropout(combined, probability: dropout))

    let projected = graph.concatenatedLinear(
      norm2(mixed, in: graph), [feedGate.weight, feedUp.weight])  // [batch, time, 2 · d_ff]
    let fed = feedDown(graph.swiGLU(projected), in: graph)
    return graph.add(mixed, graph.dropout(fed, probability: dropout))
  }

  /// W_combine [c | s | m] + b, of c and s side by side and the keys W_k u.
  ///
  /// While training, what lies between the keys and the result is one matrix [d_model, d_mem], which
  /// costs an eighth of its parts' products: there are many more rows than keys have numbers.
  private func combine(_ streams: Tensor, _ keys: Tensor, in graph: Graph) -> Tensor {
    guard graph.mode == .training else {
      let read = memoryOut(graph.linear(keys, memory), in: graph)
      return combine(
        graph.concatenate(streams, graph.scale(read, by: memoryScale)), in: graph)
    }
    let map = graph.rowMixture(graph.tensor(of: memoryOut.weight), of: memory)
    return graph.linear(
      streams, keys, through: graph.scale(map, by: memoryScale), combine.weight,
      bias: combine.bias)
  }
}
