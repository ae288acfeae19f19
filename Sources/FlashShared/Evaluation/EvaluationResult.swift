import Foundation

/// What an evaluation over a whole set found.
public struct EvaluationResult: Sendable, Equatable {
  /// What standard errors treat as independent.
  public enum Clusters: String, Sendable {
    case documents, windows
  }

  /// How the tokens were scored.
  public struct Method: Sendable, Equatable {
    public var form: ScoringForm
    /// Targets of a window.
    public var windowLength: Int
    /// Targets that each window but the first adds.
    public var stride: Int
    /// How many places beyond the next token the model predicts.
    public var targetShift: Int
    /// What the first token of the set is predicted from; nil where there is no end-of-text token.
    public var startToken: Int32?
    /// Tokens at the start that were charged as one in the vocabulary, for want of any input.
    public var uniformTokens: Int

    /// What the first token of a window sees, in words.
    var firstTokenContext: String {
      let least = windowLength - stride + 1
      let seen = least == 1 ? "the token before it alone" : "at least \(least) tokens before it"
      let start =
        uniformTokens > 0
        ? "the set's first \(uniformTokens) charged as uniform (no end-of-text token)"
        : "the set's first token sees end-of-text"
      return targetShift == 0
        ? "\(seen); \(start)" : "\(least) inputs that end \(1 + targetShift) places back; \(start)"
    }
  }

  /// Nats over all tokens.
  public var lossSum: Double
  /// Tokens scored.
  public var tokens: Int
  /// Tokens that were the most probable one.
  public var hits: Int
  /// Documents scored.
  public var documents: Int
  /// Code points, and bytes in UTF-8, of the text that the tokens came from, where known.
  public var characters: Int?
  public var bytes: Int?
  /// The text's information content under its own source in bits, where known.
  public var informationBits: Double?
  /// The standard error of the loss per token, and per character, in nats.
  public var standardError: Double?
  public var standardErrorPerCharacter: Double?
  public var clusters: Clusters
  public var seconds: Double
  public var method: Method
  /// Unknown tokens, where the vocabulary has one, and the bits that each costs besides its loss:
  /// bits per character and byte include them, losses do not.
  public var unknownTokens: Int?
  public var bitsPerUnknownToken = 0.0

  /// Nats per token.
  public var loss: Double { lossSum / Double(tokens) }
  public var perplexity: Double { exp(loss) }
  public var accuracy: Double { Double(hits) / Double(tokens) }
  /// Bits per code point, over exactly the scored text.
  public var bitsPerCharacter: Double? { characters.flatMap { bits(per: $0) } }
  /// Bits per byte, over exactly the scored text.
  public var bitsPerByte: Double? { bytes.flatMap { bits(per: $0) } }
  /// The least bits per character that any causal model can reach on average, where known.
  public var floorBitsPerCharacter: Double? {
    guard let informationBits, let characters, characters > 0 else { return nil }
    return informationBits / Double(characters)
  }

  private func bits(per count: Int) -> Double? {
    let bits = lossSum / Foundation.log(2) + Double(unknownTokens ?? 0) * bitsPerUnknownToken
    return count > 0 ? bits / Double(count) : nil
  }

  /// The figures alone.
  public var figures: JSONObject {
    [
      "loss": .number(loss), "perplexity": .number(perplexity),
      "bits_per_character": JSONValue(bitsPerCharacter), "bits_per_byte": JSONValue(bitsPerByte),
      "accuracy": .number(accuracy), "standard_error": JSONValue(standardError),
      "standard_error_bits_per_character": JSONValue(
        standardErrorPerCharacter.map { $0 / Foundation.log(2) }),
      "standard_error_over": .string(clusters.rawValue),
    ]
  }

  /// Everything, under the names that the tools print.
  public var json: JSONObject {
    var object = figures
    if let floor = floorBitsPerCharacter, let bits = bitsPerCharacter {
      object["floor_bits_per_character"] = .number(floor)
      object["bits_per_character_above_floor"] = .number(bits - floor)
    }
    object["tokens"] = .integer(tokens)
    if let unknownTokens {
      object["unknown_tokens"] = .integer(unknownTokens)
      object["bits_charged_per_unknown_token"] = .number(bitsPerUnknownToken)
    }
    object["documents"] = .integer(documents)
    object["characters"] = JSONValue(characters)
    object["bytes"] = JSONValue(bytes)
    object["form"] = .string(method.form.rawValue)
    object["window"] = .integer(method.windowLength)
    object["context_stride"] = .integer(method.stride)
    object["target_shift"] = .integer(method.targetShift)
    object["first_token"] = .string(method.firstTokenContext)
    object["end_of_text_scored"] = .boolean(method.startToken != nil)
    object["seconds"] = .number(seconds)
    object["tokens_per_second"] = .number(Double(tokens) / max(seconds, 1e-9))
    return object
  }
}
