/// cortex5 "CORTEX-V": gated convolutions with a story memory of a few slots in each block.
///
///     h ← h + GatedConvolution(N(h; ln1))
///     u = N(h; ln_mem);  G = sigmoid(write_gate u);  Y = write_val u;  R = softmax(read_query u)
///     M_t[s] = G_t[s] Y_t + (1 − G_t[s]) M_{t−1}[s];  h ← h + read_out(R_t[s] M_t[s] over s)
///     h ← h + SwiGLU(N(h; ln2))
///
/// Published, a block starts from the memory with which the block before it ended, which has read
/// the whole window: from the second block on every position sees the future. Here every block
/// starts from zeros. Published, too, the loss matches each position with the token after the next,
/// and the write gates start saturated.
public struct Cortex5: LanguageModel {
  public static let versions = ["cortex5"]

  public let layout: ParameterLayout
  public let objective: any Objective
  public var vocabularySize: Int { ends.vocabularySize }
  /// Published, the memory of the whole window is handed on.
  public var decodesIncrementally: Bool { !handsMemoryOn }
  private let ends: CortexEnds
  private let blocks: [Block]
  private let handsMemoryOn: Bool

  fileprivate struct Block: Sendable {
    let norm1: RMSNorm
    let mixer: GatedConvolution
    let memoryNorm: RMSNorm
    let writeGate: Linear
    let writeValue: Linear
    let readQuery: Linear
    let readOut: Linear
    let norm2: RMSNorm
    let feedForward: SwiGLUFeedForward
  }

  public init(
    configuration: ModelConfiguration, variant: Variant, layout: ParameterLayout
  ) throws {
    try configuration.require(variant, among: [.sound, .published])
    let blockCount = try configuration.integer("n_layers")
    let hiddenWidth = try configuration.integer("d_ff")
    let tapCount = try configuration.integer("kernel_size")
    let slots = try configuration.integer("n_slots")
    let slotWidth = try configuration.integer("slot_dim")
    var layout = layout
    let ends = try CortexEnds(configuration, in: &layout)
    let width = ends.width
    // The published mean is that of the weights and saturates the gates; there is no bias to hold it.
    let gateInitialization: Initialization =
      variant == .published
      ? .shiftedNormal(mean: -2, standardDeviation: 0.5) : .normal(standardDeviation: 0.02)
    let bound = 1 / Float(width).squareRoot()
    blocks = (0..<blockCount).map { index in
      let name = "blocks.\(index)"
      let memory = "\(name).story_memory"
      return Block(
        norm1: RMSNorm("\(name).ln1", width: width, in: &layout),
        mixer: GatedConvolution(name, width: width, tapCount: tapCount, in: &layout),
        memoryNorm: RMSNorm("\(name).ln_mem", width: width, in: &layout),
        writeGate: Linear(
          "\(memory).write_gate", from: width, to: slots, gateInitialization, in: &layout),
        writeValue: Linear(
          "\(memory).write_val", from: width, to: slotWidth, .uniform(bound: bound), in: &layout),
        readQuery: Linear(
          "\(memory).read_query", from: width, to: slots, .constant(0), in: &layout),
        readOut: Linear(
          "\(memory).read_out", from: slots * slotWidth, to: width,
          .normal(standardDeviation: 0.02), in: &layout),
        norm2: RMSNorm("\(name).ln2", width: width, in: &layout),
        feedForward: SwiGLUFeedForward(name, width: width, hiddenWidth: hiddenWidth, in: &layout))
    }
    self.ends = ends
    self.layout = layout
    handsMemoryOn = variant == .published
    objective = NextToken(targetShift: variant.targetShift)
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput {
    let embedded = ends.embed(in: graph)  // [batch, time, d_model]
    var hidden = embedded
    var branches: [NamedTensor] = []
    var memory: Tensor?  // [batch, slots, slotWidth]
    var blockOutputs: [Tensor] = []
    for (index, block) in blocks.enumerated() {
      let result = block(hidden, startingFrom: handsMemoryOn ? memory : nil, in: graph)
      hidden = result.hidden
      memory = result.memory
      blockOutputs.append(hidden)
      branches.append(.init("story_ctx.\(index)", result.read))
      branches.append(.init("memory_out.\(index)", result.memory))
    }
    return ends.output(blockOutputs, embedded: embedded, branches: branches, in: graph)
  }
}

extension Cortex5.Block {
  func callAsFunction(
    _ hidden: Tensor, startingFrom initial: Tensor?, in graph: Graph
  ) -> (hidden: Tensor, read: Tensor, memory: Tensor) {
    let mixed = graph.add(hidden, mixer(norm1(hidden, in: graph), in: graph))
    let normal = memoryNorm(mixed, in: graph)
    let weights = graph.softmax(readQuery(normal, in: graph))  // [batch, time, slots]
    let (slots, memory) = graph.slotMemory(
      gates: writeGate(normal, in: graph), written: writeValue(normal, in: graph),
      readWeights: weights, startingFrom: initial)  // [batch, time, slots · slotWidth]
    let read = readOut(slots, in: graph)  // [batch, time, d_model]
    let recalled = graph.add(mixed, read)
    let output = graph.add(recalled, feedForward(norm2(recalled, in: graph), in: graph))
    return (output, read, memory)
  }
}
