/// v7.5 "CORTEX-IX": the network of v7.4 with heads for tokens further ahead, trained for coherence.
///
///     hidden = CortexBackbone(x);   logits = hidden·Eᵀ;   logits⁽ᵏ⁾ = hidden·F_kᵀ for k < n_future − 1
///
/// While training, input tokens are replaced by `<unk>` with a probability. Variants as in v7.4;
/// they also differ in the targets of all terms (`Coherence`).
public struct CortexNine: LanguageModel {
  public static let versions = ["v7.5"]

  public static func publishedConfiguration(of version: String) -> JSONObject {
    [
      "vocab": 4096, "d_model": 256, "n_layers": 6, "d_ff": 512, "n_heads": 4, "d_head": 64,
      "window_size": 64, "d_mem": 32, "dropout": 0.1, "n_future": 2, "word_dropout_p": 0.05,
      "unk_id": 1, "unlikelihood_alpha": 0.25, "entropy_beta": 0.01, "mtp_weight_max": 0.5,
      "mtp_warmup": 500, "mtp_ramp": 500,
    ]
  }

  public let layout: ParameterLayout
  public let objective: any Objective
  private let backbone: CortexBackbone
  private let futureHeads: [Parameter]
  private let variant: Variant
  private let wordDropout: Float
  private let unknownToken: Int32

  public var vocabularySize: Int { backbone.vocabularySize }
  public var decodesIncrementally: Bool { variant != .published }

  public init(configuration: ModelConfiguration, variant: Variant) throws {
    var layout = ParameterLayout()
    let backbone = try CortexBackbone(configuration, variant, in: &layout)
    let futureCount = try configuration.integer("n_future") - 1
    futureHeads = (0..<futureCount).map {
      layout.declare(
        "future_heads.\($0).weight", [backbone.vocabularySize, backbone.width],
        .normal(standardDeviation: 0.02))
    }
    wordDropout = try configuration.float("word_dropout_p")
    unknownToken = Int32(
      try configuration.integer("unk_id", atMost: backbone.vocabularySize - 1))
    objective = try Coherence(configuration, targetShift: variant.targetShift)
    self.backbone = backbone
    self.layout = layout
    self.variant = variant
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput {
    let tokens = graph.wordDropout(
      probability: Double(wordDropout), replacement: unknownToken)
    var output = backbone(graph, tokens: tokens)
    output.seenTokens = tokens
    output.futureHeads = futureHeads
    return output
  }
}
