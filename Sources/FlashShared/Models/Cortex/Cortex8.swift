/// v7.4 "CORTEX-VIII": sliding-window attention beside a delta-rule memory, mixed by a gate. Also
/// v7.6 "CORTEX-X", the same network on curated data.
///
///     h = RMS_in(E[x]);   h ← CortexBlock(h) in each block;   logits = RMS_out(h)·Eᵀ
///
/// - sound: the memory follows the delta rule; trained on the next token.
/// - published: the memory is a linear attention over present and future; trained on the token
///   after the next.
/// - repaired: linear attention over present and past with decay; trained on the next token.
public struct Cortex8: LanguageModel {
  public static let versions = ["v7.4", "v7.6"]

  public let layout: ParameterLayout
  private let backbone: CortexBackbone
  private let variant: Variant

  public var vocabularySize: Int { backbone.vocabularySize }
  public var decodesIncrementally: Bool { variant != .published }
  public var objective: any Objective { NextToken(targetShift: variant.targetShift) }

  public init(
    configuration: ModelConfiguration, variant: Variant, layout: ParameterLayout
  ) throws {
    var layout = layout
    backbone = try CortexBackbone(configuration, variant, in: &layout)
    self.layout = layout
    self.variant = variant
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput { backbone(graph) }
}
