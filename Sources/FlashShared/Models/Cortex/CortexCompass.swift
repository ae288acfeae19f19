/// v9.2: the CORTEX-VIII network with a "Story Compass", which learns where the states to come point
/// and may guide decoding.
///
///     hidden = CortexBackbone(x);   logits = hidden·Eᵀ;   p = Compass(hidden)
///
/// - sound: the memory is a linear attention over present and past with decay; trained on the next
///   token, with the mean compass loss and fixed targets.
/// - published: it is one over present and future; trained on the token after the next, with a
///   compass loss that grows with the micro-batch.
public struct CortexCompass: LanguageModel {
  public static let versions = ["v9.2"]
  public static let guides = DecodingGuides.compass

  public let layout: ParameterLayout
  public let objective: any Objective
  private let backbone: CortexBackbone
  public let compass: Compass?
  private let variant: Variant

  public var vocabularySize: Int { backbone.vocabularySize }
  public var decodesIncrementally: Bool { variant != .published }
  /// Gains do not decay.
  public var optimizer: AdamWSettings {
    AdamWSettings(groups: [
      .init(pattern: "ln_*", weightDecay: 0), .init(pattern: "*.ln*", weightDecay: 0),
    ])
  }

  public init(
    configuration: ModelConfiguration, variant: Variant, layout: ParameterLayout
  ) throws {
    try configuration.require(variant, among: [.sound, .published])
    var layout = layout
    let backbone = try CortexBackbone(
      configuration, variant,
      rule: .linear(variant == .published ? .presentAndFuture : .presentAndPast),
      memoryDropout: .output, in: &layout)
    let compass = Compass("compass", width: backbone.width, in: &layout)
    objective = try StoryCompass(configuration, variant, compass: compass)
    self.compass = compass
    self.backbone = backbone
    self.layout = layout
    self.variant = variant
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput { backbone(graph) }
}
