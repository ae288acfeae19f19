/// v7.4 "CORTEX-VIII": sliding-window attention beside a delta-rule memory, mixed by a gate. Also
/// v7.6 "CORTEX-X", the same network on curated data.
///
///     h = RMS_in(E[x]);   h ← CortexBlock(h) in each block;   logits = RMS_out(h)·Eᵀ
///
/// - sound: the memory follows the delta rule; trained on the next token.
/// - published: the memory is a linear attention over present and future; trained on the token
///   after the next.
/// - repaired: linear attention over present and past with decay; trained on the next token.
public struct CortexEight: LanguageModel {
  public static let versions = ["v7.4", "v7.6"]

  public static func publishedConfiguration(of version: String) -> JSONObject {
    [
      "vocab": 4096, "d_model": 256, "n_layers": 6, "d_ff": 512, "n_heads": 4, "d_head": 64,
      "window_size": 64, "d_mem": 32, "dropout": 0.1,
    ]
  }

  public let layout: ParameterLayout
  private let backbone: CortexBackbone
  private let variant: Variant

  public var vocabularySize: Int { backbone.vocabularySize }
  public var decodesIncrementally: Bool { variant != .published }
  public var objective: any Objective { NextToken(targetShift: variant.targetShift) }

  public init(configuration: ModelConfiguration, variant: Variant) throws {
    var layout = ParameterLayout()
    backbone = try CortexBackbone(configuration, variant, in: &layout)
    self.layout = layout
    self.variant = variant
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput { backbone(graph) }
}
