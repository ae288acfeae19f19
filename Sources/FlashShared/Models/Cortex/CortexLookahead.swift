/// v8.1 to v8.3: the network of v7.4 with a value head on each block's output, which says how hard
/// the next tokens will be. Decoding may search with the last one.
///
///     hidden = CortexBackbone(x);   logits = hidden·Eᵀ;   v_l = w_l·h_l for each block's output h_l
///
/// v8.2 and v8.3 add a bonus for entropy and spare embedding and heads the weight decay. Variants as
/// in v7.4.
public struct CortexLookahead: LanguageModel {
  public static let versions = ["v8.1", "v8.2", "v8.3"]
  public static let guides = DecodingGuides.value

  public let layout: ParameterLayout
  public let objective: any Objective
  public let optimizer: AdamWSettings
  private let backbone: CortexBackbone
  public let valueHead: Parameter?
  private let variant: Variant

  public var vocabularySize: Int { backbone.vocabularySize }
  public var decodesIncrementally: Bool { variant != .published }

  public init(
    configuration: ModelConfiguration, variant: Variant, layout: ParameterLayout
  ) throws {
    var layout = layout
    let backbone = try CortexBackbone(configuration, variant, in: &layout)
    let valueHeads = layout.declareValueHeads(count: backbone.blocks.count, width: backbone.width)
    let objective = try Lookahead(
      configuration, targetShift: variant.targetShift, valueHeads: valueHeads)
    // The versions with an entropy bonus are those with groups.
    optimizer =
      objective.entropyWeight == 0
      ? AdamWSettings()
      : AdamWSettings(groups: [
        .init(pattern: "*embed*", weightDecay: 0), .init(pattern: "*head*", weightDecay: 0),
      ])
    self.objective = objective
    valueHead = valueHeads.last
    self.backbone = backbone
    self.layout = layout
    self.variant = variant
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput { backbone(graph) }
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
