/// v8.1 to v8.3: the network of v7.4 with a value head on each block's output, which says how hard
/// the next tokens will be. Decoding may search with the last one.
///
///     hidden = CortexBackbone(x);   logits = hidden·Eᵀ;   v_l = w_l·h_l for each block's output h_l
///
/// v8.2 and v8.3 add a bonus for entropy and spare embedding and heads the weight decay. Variants as
/// in v7.4.
public struct CortexLookahead: LanguageModel {
  public static let versions = ["v8.1", "v8.2", "v8.3"]

  public static func publishedConfiguration(of version: String) -> JSONObject {
    var members: JSONObject = [
      "vocab": 4096, "d_model": 256, "n_layers": 6, "d_ff": 512, "n_heads": 4, "d_head": 64,
      "window_size": 64, "d_mem": 32, "dropout": 0.1, "lookahead_horizon": 8,
      "lookahead_weight": 0.1, "lookahead_warmup": 300,
    ]
    guard version != "v8.1" else { return members }
    members["d_ff"] = version == "v8.2" ? 640 : 512
    members["window_size"] = 32
    members["lookahead_weight"] = 0.01
    members["lookahead_warmup"] = 100
    members["entropy_weight"] = 0.01
    return members
  }

  public let layout: ParameterLayout
  public let objective: any Objective
  public let optimizer: AdamWSettings
  private let backbone: CortexBackbone
  private let valueHeads: [Parameter]
  private let variant: Variant

  public var vocabularySize: Int { backbone.vocabularySize }
  public var decodesIncrementally: Bool { variant != .published }

  public init(configuration: ModelConfiguration, variant: Variant) throws {
    var layout = ParameterLayout()
    let backbone = try CortexBackbone(configuration, variant, in: &layout)
    valueHeads = layout.declareValueHeads(count: backbone.blocks.count, width: backbone.width)
    let objective = try Lookahead(configuration, targetShift: variant.targetShift)
    // The versions with an entropy bonus are those with groups.
    optimizer =
      objective.entropyWeight == 0
      ? AdamWSettings()
      : AdamWSettings(groups: [
        .init(pattern: "*embed*", weightDecay: 0), .init(pattern: "*head*", weightDecay: 0),
      ])
    self.objective = objective
    self.backbone = backbone
    self.layout = layout
    self.variant = variant
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput {
    var output = backbone(graph)
    output.valueHeads = valueHeads
    return output
  }
}

extension ParameterLayout {
  /// A value head for each block: `lookahead_heads.<block>.head.weight`, [1, width].
  mutating func declareValueHeads(count: Int, width: Int) -> [Parameter] {
    (0..<count).map {
      declare(
        "lookahead_heads.\($0).head.weight", [1, width], .normal(standardDeviation: 0.01))
    }
  }
}
