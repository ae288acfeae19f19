/// What a decoder computes besides logits, from heads that some versions have.
public struct DecodingGuides: OptionSet, Sendable {
  public let rawValue: Int

  public init(rawValue: Int) { self.rawValue = rawValue }

  /// How hard the next tokens will be: the value head on the last block's output.
  public static let value = DecodingGuides(rawValue: 1)
  /// How well each token fits the direction of the states to come: the compass.
  public static let compass = DecodingGuides(rawValue: 2)

  /// What a model can compute.
  public init(of model: any LanguageModel, _ store: ParameterStore) {
    let output = model(Graph(store, mode: .evaluation, batch: 1, time: 2))
    self = []
    if !output.valueHeads.isEmpty { insert(.value) }
    if output.compass != nil { insert(.compass) }
  }

  /// The versions that have what the first missing guide reads.
  static let versionsWithValueHead = SearchTransformer.versions + CortexLookahead.versions
  static let versionsWithCompass = CortexCompass.versions
}
