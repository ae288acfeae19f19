/// What all CORTEX models begin and end with: an embedding that is normalised, and the same embedding
/// as vocabulary head behind a last norm.
///
///     h = RMSNorm(E[ids]; ln_in);   logits = RMSNorm(h; ln_out)·Eᵀ
struct CortexEnds: Sendable {
  let width: Int
  let vocabularySize: Int
  private let embedding: Parameter
  private let inputNorm: RMSNorm
  private let outputNorm: RMSNorm

  /// Declares `embed.weight`, `ln_in.weight` and `ln_out.weight` for the configuration's `vocab` and
  /// `d_model`.
  init(_ configuration: ModelConfiguration, in layout: inout ParameterLayout) throws {
    width = try configuration.integer("d_model")
    vocabularySize = try configuration.integer("vocab")
    embedding = layout.declare(
      "embed.weight", [vocabularySize, width], .normal(standardDeviation: 0.02))
    inputNorm = RMSNorm("ln_in", width: width, in: &layout)
    outputNorm = RMSNorm("ln_out", width: width, in: &layout)
  }

  /// The normalised embedding of the graph's tokens, [batch, time, width].
  func embed(in graph: Graph) -> Tensor { inputNorm(graph.embedding(embedding), in: graph) }

  /// The output of a model whose blocks' outputs are given, the last of them included.
  ///
  /// - Parameters:
  ///   - embedded: what `embed` gave.
  ///   - branches: inner results of the blocks.
  func output(
    _ blockOutputs: [Tensor], embedded: Tensor, branches: [NamedTensor] = [],
    in graph: Graph
  ) -> ModelOutput {
    ModelOutput(
      hidden: outputNorm(blockOutputs[blockOutputs.count - 1], in: graph), head: embedding,
      blockOutputs: blockOutputs, namedTensors: [.init("ln_in", embedded)] + branches)
  }
}
