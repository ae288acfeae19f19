import ArgumentParser
import FlashShared

/// The options that shape the distribution of the next token, named as llama.cpp names them.
///
/// Values may begin with a dash, as negative numbers do.
struct SamplerOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Divide logits by this; 0 takes the most probable token (default: 1).", valueName: "t"))
  var temp: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Keep the k most probable tokens, ties included.", valueName: "k"))
  var topK: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Keep the most probable tokens until their mass exceeds p, the one that crosses it included.",
      valueName: "p"))
  var topP: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Keep tokens with at least this share of the largest probability.", valueName: "p"))
  var minP: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Keep tokens whose information is near the entropy, until their mass exceeds p.",
      valueName: "p"))
  var typical: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Divide positive logits of recent tokens by this, multiply negative ones.",
      valueName: "factor"))
  var repeatPenalty: Double?

  @Flag(
    help: "Let --repeat-penalty divide negative logits too, as some of the reference's scripts.")
  var repeatPenaltyIgnoresSign = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many of the last tokens the penalties look at; -1 for all (default: 64).",
      valueName: "n"))
  var repeatLastN: Int?

  @Flag(help: "Let the penalties look at generated tokens only, not at the prompt's.")
  var penalizeOutputOnly = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Subtract this from the logits of recent tokens.", valueName: "x"))
  var presencePenalty: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Subtract this from a token's logit for each time that it occurs among the recent ones.",
      valueName: "x"))
  var frequencyPenalty: Double?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Never repeat n tokens in a row.", valueName: "n"))
  var noRepeatNgram: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Bound logits smoothly: c tanh(z/c).", valueName: "c"))
  var softCap: Double?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Add to a token's logit, such as 15+1.5, 15-1 or 15-inf; may be given several times.",
      valueName: "id±bias"))
  var logitBias: [String] = []

  @Option(
    help: ArgumentHelp(
      "The samplers and their order, separated by commas. The default is llama.cpp's: "
        + SamplerSettings.standardStages.map(\.rawValue).joined(separator: ",")
        + "; \"penalties\" stands for the three penalties.",
      valueName: "names"))
  var samplers: String?

  /// The settings, with what was not given taken from `base`.
  func settings(base: SamplerSettings) throws -> SamplerSettings {
    var settings = base
    settings.temperature = temp ?? settings.temperature
    settings.topK = topK ?? settings.topK
    settings.topP = topP ?? settings.topP
    settings.minP = minP ?? settings.minP
    settings.typical = typical ?? settings.typical
    settings.repeatPenalty = repeatPenalty ?? settings.repeatPenalty
    settings.repeatPenaltyIgnoresSign =
      repeatPenaltyIgnoresSign || settings.repeatPenaltyIgnoresSign
    settings.repeatLastN = repeatLastN ?? settings.repeatLastN
    settings.penalizesPrompt = settings.penalizesPrompt && !penalizeOutputOnly
    settings.presencePenalty = presencePenalty ?? settings.presencePenalty
    settings.frequencyPenalty = frequencyPenalty ?? settings.frequencyPenalty
    settings.noRepeatNgram = noRepeatNgram ?? settings.noRepeatNgram
    settings.softCap = softCap ?? settings.softCap
    for text in logitBias {
      let (token, bias) = try Self.bias(text)
      settings.logitBias[token] = bias
    }
    if let samplers { settings.stages = try Self.stages(samplers) }
    if let problem = settings.problem {
      throw ValidationError("--\(problem.stage.rawValue) \(problem.reason).")
    }
    return settings
  }

  private static func bias(_ text: String) throws -> (Int32, Float) {
    let sign = text.firstIndex { $0 == "+" || $0 == "-" } ?? text.endIndex
    guard let token = Int32(text[..<sign]), token >= 0, let bias = Float(text[sign...]), !bias.isNaN
    else {
      throw ValidationError("--logit-bias \(text): must be a token's id and a bias, as in 15+1.5.")
    }
    return (token, bias)
  }

  private static func stages(_ text: String) throws -> [SamplerStage] {
    var stages: [SamplerStage] = []
    for part in text.split(whereSeparator: { $0 == "," || $0 == ";" }) {
      let name = String(part).replacing("_", with: "-")
      switch name {
      case "penalties": stages += [.repeatPenalty, .frequencyPenalty, .presencePenalty]
      case "temperature": stages.append(.temperature)
      case "typ-p", "typical-p": stages.append(.typical)
      default:
        guard let stage = SamplerStage(rawValue: name) else {
          let known = SamplerStage.allCases.map(\.rawValue).joined(separator: ", ")
          throw ValidationError("--samplers: there is no sampler \"\(part)\"; there are \(known).")
        }
        stages.append(stage)
      }
    }
    if let twice = stages.first(where: { stage in stages.filter { $0 == stage }.count > 1 }) {
      throw ValidationError("--samplers: \(twice.rawValue) is there twice.")
    }
    return stages
  }
}
