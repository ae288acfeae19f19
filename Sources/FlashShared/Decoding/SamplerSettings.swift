/// A step that changes the distribution of the next token.
///
/// The names are those of the options of `fl-sample`.
public enum SamplerStage: String, Sendable, CaseIterable {
  /// Adds to each logit how well the token fits the direction of the states to come, in models
  /// that predict it (v9.2).
  case compass
  /// Mixes in what followed the last tokens in an index of n-grams.
  case ngrams
  /// Adds a constant to the logits of some tokens.
  case logitBias = "logit-bias"
  /// Divides positive logits of recent tokens by a factor and multiplies negative ones (Keskar et
  /// al., arXiv:1909.05858).
  case repeatPenalty = "repeat-penalty"
  /// Subtracts a constant for each occurrence of a token among the recent ones.
  case frequencyPenalty = "frequency-penalty"
  /// Subtracts a constant from tokens that occur among the recent ones.
  case presencePenalty = "presence-penalty"
  /// Takes away tokens that would repeat n tokens in a row.
  case noRepeatNgram = "no-repeat-ngram"
  /// Keeps the k most probable tokens, and those that tie with the last of them.
  case topK = "top-k"
  /// Keeps tokens whose information is near the entropy, until their mass exceeds a share (Meister
  /// et al., arXiv:2202.00666).
  case typical = "typical"
  /// Keeps the most probable tokens until their mass exceeds a share, the one that crosses it
  /// included (Holtzman et al., arXiv:1904.09751).
  case topP = "top-p"
  /// Keeps tokens with at least a share of the largest probability (Nguyen et al.,
  /// arXiv:2407.01082).
  case minP = "min-p"
  /// Bounds logits smoothly: c · tanh(z/c).
  case softCap = "soft-cap"
  /// Divides logits by the temperature; at 0, keeps the most probable token only.
  case temperature = "temp"
}

/// How the next token is chosen. The defaults leave the model's distribution as it is.
public struct SamplerSettings: Sendable, Equatable {
  /// What is done to the logits, in this order. Stages whose setting is neutral do nothing.
  public var stages = SamplerSettings.standardStages
  public var temperature = 1.0
  /// 0 for all tokens.
  public var topK = 0
  public var topP = 1.0
  public var minP = 0.0
  public var typical = 1.0
  public var repeatPenalty = 1.0
  /// Divide negative logits too, as some scripts do, which makes their tokens more probable.
  public var repeatPenaltyIgnoresSign = false
  public var frequencyPenalty = 0.0
  public var presencePenalty = 0.0
  /// How many of the last tokens the penalties look at; −1 for all.
  public var repeatLastN = 64
  /// Whether the penalties look at the prompt's tokens too.
  public var penalizesPrompt = true
  /// 0 to allow all repetitions.
  public var noRepeatNgram = 0
  /// 0 for no bound.
  public var softCap = 0.0
  /// What is added to the logits of tokens; −∞ takes one away.
  public var logitBias: [Int32: Float] = [:]
  /// The factor of the cosine between the compass and a token's embedding; 0 for none.
  public var compassWeight = 0.0
  /// The share of the n-gram index in the next token's distribution; 0 for none.
  public var ngramWeight = 0.0
  /// How the index and the model are mixed.
  public var ngramBlend = NgramBlend.linear

  /// How two distributions are mixed with a share λ of the second.
  public enum NgramBlend: String, Sendable, CaseIterable {
    /// (1 − λ)·model + λ·index, of probabilities (Khandelwal et al., arXiv:1911.00172).
    case linear
    /// (1 − λ)·logit + λ·ln(index + 1e-10), −10 for tokens that the index does not have: what the
    /// reference's script computes.
    case geometric
  }

  /// The order of llama.cpp, temperature last, behind what guides the model.
  public static let standardStages: [SamplerStage] = [
    .compass, .ngrams, .logitBias, .repeatPenalty, .frequencyPenalty, .presencePenalty,
    .noRepeatNgram, .topK, .typical, .topP, .minP, .softCap, .temperature,
  ]

  /// The order of the reference's scripts: temperature first, truncation last.
  public static let referenceStages: [SamplerStage] = [
    .temperature, .compass, .ngrams, .softCap, .repeatPenalty, .frequencyPenalty, .topK, .topP,
  ]

  public init() {}

  /// Whether a stage would do nothing.
  public func isNeutral(_ stage: SamplerStage) -> Bool {
    switch stage {
    case .compass: compassWeight == 0
    case .ngrams: ngramWeight == 0
    case .logitBias: logitBias.isEmpty
    case .repeatPenalty: repeatPenalty == 1 || repeatLastN == 0
    case .frequencyPenalty: frequencyPenalty == 0 || repeatLastN == 0
    case .presencePenalty: presencePenalty == 0 || repeatLastN == 0
    case .noRepeatNgram: noRepeatNgram == 0
    case .topK: topK == 0
    case .typical: typical >= 1
    case .topP: topP >= 1
    case .minP: minP <= 0
    case .softCap: softCap == 0
    case .temperature: temperature == 1
    }
  }

  /// The first setting that cannot be used, with the reason; nil if all can.
  public var problem: SamplerProblem? {
    let checks: [(SamplerStage, Bool, String)] = [
      (.temperature, temperature.isFinite && temperature >= 0, "must be at least 0"),
      (.topK, topK >= 0, "must be at least 0"),
      (.topP, topP > 0 && topP <= 1, "must be more than 0 and at most 1"),
      (.minP, minP >= 0 && minP <= 1, "must be from 0 to 1"),
      (.typical, typical > 0 && typical <= 1, "must be more than 0 and at most 1"),
      (.repeatPenalty, repeatPenalty.isFinite && repeatPenalty > 0, "must be more than 0"),
      (.frequencyPenalty, frequencyPenalty.isFinite, "must be a number"),
      (.presencePenalty, presencePenalty.isFinite, "must be a number"),
      (.noRepeatNgram, noRepeatNgram >= 0, "must be at least 0"),
      (.softCap, softCap.isFinite && softCap >= 0, "must be at least 0"),
      (.compass, compassWeight.isFinite, "must be a number"),
      (.ngrams, ngramWeight >= 0 && ngramWeight <= 1, "must have a weight from 0 to 1"),
      (.logitBias, logitBias.values.allSatisfy { $0 < .infinity }, "must be numbers or -inf"),
    ]
    if let failed = checks.first(where: { !$0.1 }) {
      return SamplerProblem(stage: failed.0, reason: failed.2)
    }
    guard repeatLastN >= -1 else {
      return SamplerProblem(stage: .repeatPenalty, reason: "must look back at least -1 tokens")
    }
    let unused = SamplerStage.allCases.first { !isNeutral($0) && !stages.contains($0) }
    return unused.map {
      SamplerProblem(stage: $0, reason: "is set, but the order of samplers does not have it")
    }
  }

  /// All settings under the names of the options.
  public var json: JSONObject {
    var bias = JSONObject()
    for (token, value) in logitBias.sorted(by: { $0.key < $1.key }) {
      bias["\(token)"] = value == -.infinity ? "-inf" : .number(Double(value))
    }
    return [
      "samplers": .array(stages.map { .string($0.rawValue) }),
      "temp": .number(temperature), "top_k": .integer(topK), "top_p": .number(topP),
      "min_p": .number(minP), "typical": .number(typical),
      "repeat_penalty": .number(repeatPenalty),
      "repeat_penalty_ignores_sign": .boolean(repeatPenaltyIgnoresSign),
      "repeat_last_n": .integer(repeatLastN), "penalizes_prompt": .boolean(penalizesPrompt),
      "frequency_penalty": .number(frequencyPenalty),
      "presence_penalty": .number(presencePenalty), "no_repeat_ngram": .integer(noRepeatNgram),
      "soft_cap": .number(softCap), "logit_bias": .object(bias),
      "compass": .number(compassWeight), "ngram_weight": .number(ngramWeight),
      "ngram_blend": .string(ngramBlend.rawValue),
    ]
  }
}

/// A setting that cannot be used.
public struct SamplerProblem: Equatable, Sendable {
  /// Which.
  public let stage: SamplerStage
  /// Why.
  public let reason: String
}
