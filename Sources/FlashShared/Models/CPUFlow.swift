/// The CPUFlow line: no attention, but running sums of gated values, weighted and normalised.
///
///     h = E[x] + P,  P_t = Σ_{s ≤ t} steps_s
///     u = LN(h);  h ← h + W_out(W_m mean(W_proj u) [+ W_mem_proj mem(u)])      in each block
///     h ← h + ff_down(relu(ff_up LN(h)))
///     n = LN_f(h);  logits = n·Eᵀ;  while training, set logits = (W_fsp n_p)·Eᵀ at some positions p
///
/// v9.7 adds the memory: 512 slots at product addresses, of which each position reads and writes 8,
/// and which changes every 32 positions. Both variants are this model: it is causal. They differ in
/// data, schedule and clipping only. Positions past the last step have the last step's code.
public struct CPUFlow: LanguageModel {
  public static let versions = ["cpuflow-v5ln", "cpuflow-v9.7"]

  public let layout: ParameterLayout
  public let objective: any Objective
  public let vocabularySize: Int
  public var optimizer: AdamWSettings { AdamWSettings(weightDecay: 0.1) }
  private let embedding: Parameter
  private let steps: Parameter
  private let blocks: [Block]
  private let finalNorm: LayerNorm

  fileprivate struct Block: Sendable {
    let norm: LayerNorm
    let project: Linear
    let mix: Linear
    let memory: (AddressedMemory, Linear)?
    let out: Linear
    let feedNorm: LayerNorm
    let feedUp: Linear
    let feedDown: Linear
  }

  public init(
    configuration: ModelConfiguration, variant: Variant, layout: ParameterLayout
  ) throws {
    try configuration.require(variant, among: [.sound, .published])
    vocabularySize = try configuration.integer("vocab")
    let width = try configuration.integer("d_model")
    let blockCount = try configuration.integer("n_layers")
    let sumWidth = try configuration.integer("k")
    let hiddenWidth = try configuration.integer("d_ff")
    let length = try configuration.integer("seq_len")
    let memoryShape =
      configuration.sets("n_sub") ? try AddressedMemory.Shape(configuration) : nil

    var layout = layout
    let normal = Initialization.normal(standardDeviation: 0.02)
    let residual = Initialization.normal(
      standardDeviation: 0.02 / Float(2 * blockCount).squareRoot())
    embedding = layout.declare("embed.weight", [vocabularySize, width], normal)
    steps = layout.declare("pos.steps", [length, width], normal)
    blocks = (0..<blockCount).map { index in
      let name = "blocks.\(index)"
      return Block(
        norm: LayerNorm("\(name).norm", width: width, in: &layout),
        project: Linear("\(name).W_proj", from: width, to: 3 * sumWidth, normal, in: &layout),
        mix: Linear("\(name).W_m", from: sumWidth, to: sumWidth, normal, in: &layout),
        memory: memoryShape.map {
          (
            AddressedMemory(name, width: width, $0, normal, in: &layout),
            Linear("\(name).W_mem_proj", from: $0.width, to: sumWidth, normal, in: &layout)
          )
        },
        out: Linear("\(name).W_out", from: sumWidth, to: width, residual, in: &layout),
        feedNorm: LayerNorm("\(name).norm_ff", width: width, in: &layout),
        feedUp: Linear("\(name).ff_up", from: width, to: hiddenWidth, normal, in: &layout),
        feedDown: Linear("\(name).ff_down", from: hiddenWidth, to: width, residual, in: &layout))
    }
    finalNorm = LayerNorm("ln_f", width: width, in: &layout)
    let futureProjection = Linear("fsp_proj", from: width, to: width, normal, in: &layout)
    objective = try FutureSentence(configuration, projection: futureProjection.weight)
    self.layout = layout
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput {
    var hidden = graph.addPositionSteps(graph.embedding(embedding), steps)
    var blockOutputs: [Tensor] = []
    var streams: [NamedTensor] = []
    for (index, block) in blocks.enumerated() {
      let normal = block.norm(hidden, in: graph)
      var mixed = block.scan(normal, in: graph)  // [batch, time, k]
      if let (memory, project) = block.memory {
        let read = memory(normal, in: graph)  // [batch, time, d_val]
        streams.append(.init("mem_out.\(index)", read.output))
        streams.append(.init("top_w.\(index)", read.weights))
        mixed = graph.add(mixed, project(read.output, in: graph))
      }
      hidden = block.feed(graph.add(hidden, block.out(mixed, in: graph)), in: graph)
      blockOutputs.append(hidden)  // [batch, time, d_model]
    }
    return ModelOutput(
      hidden: finalNorm(hidden, in: graph), head: embedding, blockOutputs: blockOutputs,
      namedTensors: streams)
  }
}

extension CPUFlow.Block {
  /// The running mean of gated values, read by queries and mixed.
  func scan(_ normal: Tensor, in graph: Graph) -> Tensor {
    mix(graph.normalizedRunningSum(project(normal, in: graph), epsilon: 1e-3), in: graph)
  }

  func feed(_ hidden: Tensor, in graph: Graph) -> Tensor {
    let inner = graph.relu(feedUp(feedNorm(hidden, in: graph), in: graph))  // [batch, time, d_ff]
    return graph.add(hidden, feedDown(inner, in: graph))
  }
}
