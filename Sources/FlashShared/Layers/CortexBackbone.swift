/// What the versions of the CORTEX line share: embedding, blocks and the norms around them. There
/// is no positional encoding.
///
///     h = RMS_in(E[x]);   h ← Block(h) in each block;   hidden = RMS_out(h)
public struct CortexBackbone: Sendable {
  let embedding: Parameter
  let inputNorm: RMSNorm
  let blocks: [CortexBlock]
  let outputNorm: RMSNorm
  let vocabularySize: Int
  let width: Int

  /// Reads the cards' hyper-parameters and declares the parameters.
  ///
  /// - Parameters:
  ///   - attention: the part of the attention's names: `swa` or `attn`.
  ///   - isWindowed: whether the attention sees `window_size` positions, or all before it.
  ///   - rule: what the memory computes; the variant's rule if not given.
  ///   - memoryDropout: where the memory's dropout is.
  init(
    _ configuration: ModelConfiguration, _ variant: Variant, attention: String = "swa",
    isWindowed: Bool = true, rule: DeltaMemory.Rule? = nil,
    memoryDropout: DeltaMemory.DropoutPlace = .read, in layout: inout ParameterLayout
  ) throws {
    let vocabulary = try configuration.integer("vocab")
    let width = try configuration.integer("d_model")
    let blockCount = try configuration.integer("n_layers")
    let heads = try configuration.integer("n_heads")
    let shape = CortexBlock.Shape(
      width: width,
      attention: AttentionShape(
        heads: heads, headWidth: try configuration.integer("d_head"),
        window: isWindowed ? try configuration.integer("window_size") : nil),
      memory: MemoryShape(heads: heads, width: try configuration.integer("d_mem", atMost: 1024)),
      feedForwardWidth: try configuration.integer("d_ff"),
      dropout: try configuration.float("dropout"))

    embedding = layout.declare(
      "embed.weight", [vocabulary, width], .normal(standardDeviation: 0.02))
    inputNorm = RMSNorm("ln_in", width: width, in: &layout)
    blocks = (0..<blockCount).map { index in
      CortexBlock(
        "blocks.\(index)", shape, attention: attention, rule: rule ?? DeltaMemory.Rule(variant),
        memoryDropout: memoryDropout, in: &layout)
    }
    outputNorm = RMSNorm("ln_out", width: width, in: &layout)
    vocabularySize = vocabulary
    self.width = width
  }

  /// Records the forward pass over the graph's tokens, or over `tokens`.
  func callAsFunction(_ graph: Graph, tokens: Tensor? = nil) -> ModelOutput {
    var hidden = inputNorm(graph.embedding(embedding, tokens: tokens), in: graph)
    var blockOutputs: [Tensor] = []
    var streams: [NamedTensor] = []
    for (index, block) in blocks.enumerated() {
      let output = block(hidden, in: graph)
      hidden = output.hidden  // [batch, time, d_model]
      blockOutputs.append(hidden)
      for name in ["block\(index).swa", "swa_out.\(index)"] {
        streams.append(.init(name, output.attention))
      }
      for name in ["block\(index).delta", "delta_out.\(index)"] {
        streams.append(.init(name, output.memory))
      }
    }
    return ModelOutput(
      hidden: outputNorm(hidden, in: graph), head: embedding, blockOutputs: blockOutputs,
      namedTensors: streams)
  }
}
