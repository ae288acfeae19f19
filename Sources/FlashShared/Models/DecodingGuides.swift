/// What a decoder computes besides logits, from heads that some versions have.
public struct DecodingGuides: OptionSet, Sendable {
  public let rawValue: Int

  public init(rawValue: Int) { self.rawValue = rawValue }

  /// How hard the next tokens will be: the value head on the last block's output.
  public static let value = DecodingGuides(rawValue: 1)
  /// How well each token fits the direction of the states to come: the compass.
  public static let compass = DecodingGuides(rawValue: 2)
}
