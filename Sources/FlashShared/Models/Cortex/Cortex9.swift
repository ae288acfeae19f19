/// v7.5 "CORTEX-IX": the network of v7.4 with heads for tokens further ahead, trained for coherence.
///
///     hidden = CortexBackbone(x);   logits = hidden·Eᵀ;   logits⁽ᵏ⁾ = hidden·F_kᵀ for k < n_future − 1
///
/// While training, input tokens are replaced by `<unk>` with a probability. Variants as in v7.4;
/// they also differ in the targets of all terms (`Coherence`).
public struct Cortex9: LanguageModel {
  public static let versions = ["v7.5"]

  public let layout: ParameterLayout
  public let objective: any Objective
  private let backbone: CortexBackbone
  private let variant: Variant
  private let wordDropout: Float
  private let unknownToken: Int32

  public var vocabularySize: Int { backbone.vocabularySize }
  public var decodesIncrementally: Bool { variant != .published }

  public init(
    configuration: ModelConfiguration, variant: Variant, layout: ParameterLayout
  ) throws {
    var layout = layout
    let backbone = try CortexBackbone(configuration, variant, in: &layout)
    let futureCount = try configuration.integer("n_future") - 1
    let futureHeads = (0..<futureCount).map {
      layout.declare(
        "future_heads.\($0).weight", [backbone.vocabularySize, backbone.width],
        .normal(standardDeviation: 0.02))
    }
    wordDropout = try configuration.float("word_dropout_p")
    unknownToken = Int32(
      try configuration.integer("unk_id", atMost: backbone.vocabularySize - 1))
    objective = try Coherence(
      configuration, targetShift: variant.targetShift, futureHeads: futureHeads)
    self.backbone = backbone
    self.layout = layout
    self.variant = variant
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput {
    let tokens = graph.wordDropout(
      probability: Double(wordDropout), replacement: unknownToken)
    var output = backbone(graph, tokens: tokens)
    output.seenTokens = tokens
    return output
  }
}
