/// v8.4 "Lean CORTEX": the network of v7.4, smaller, with attention to everything before instead of
/// a window. The embedding is spared the weight decay. Variants as in v7.4.
public struct LeanCortex: LanguageModel {
  public static let versions = ["v8.4"]

  public let layout: ParameterLayout
  private let backbone: CortexBackbone
  private let variant: Variant

  public var vocabularySize: Int { backbone.vocabularySize }
  public var decodesIncrementally: Bool { variant != .published }
  public var objective: any Objective { NextToken(targetShift: variant.targetShift) }
  public var optimizer: AdamWSettings {
    AdamWSettings(groups: [.init(pattern: "embed.weight", weightDecay: 0)])
  }

  public init(
    configuration: ModelConfiguration, variant: Variant, layout: ParameterLayout
  ) throws {
    var layout = layout
    backbone = try CortexBackbone(
      configuration, variant, attention: "attn", isWindowed: false, in: &layout)
    self.layout = layout
    self.variant = variant
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput { backbone(graph) }
}
