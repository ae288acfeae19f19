/// The ready sets of sampler settings of the reference's sampling tools, in the tools' own order of
/// stages.
public struct SamplerPreset: Sendable {
  /// What the set is called: the tool, and the place or label of the set in it.
  public let name: String
  /// How tokens are chosen.
  public let settings: SamplerSettings

  private init(
    _ name: String, temperature: Double, topK: Int = 0, topP: Double = 1,
    frequencyPenalty: Double = 0, repeatPenalty: Double = 1
  ) {
    self.name = name
    var settings = SamplerSettings()
    settings.stages = SamplerSettings.referenceStages
    settings.temperature = temperature
    settings.topK = topK
    settings.topP = topP
    settings.frequencyPenalty = frequencyPenalty
    settings.repeatPenalty = repeatPenalty
    settings.repeatPenaltyIgnoresSign = repeatPenalty != 1
    settings.repeatLastN = repeatPenalty == 1 ? 100 : 64
    self.settings = settings
  }

  /// All sets, in the order in which the tools run them.
  public static let all: [SamplerPreset] = [
    // gen_v72: does better sampling cure the loops of v7.2?
    .init("v7.2-1", temperature: 1.0, topP: 0.9, repeatPenalty: 1.3),
    .init("v7.2-2", temperature: 1.2, topP: 0.95, repeatPenalty: 1.5),
    .init("v7.2-3", temperature: 0.8, topK: 40, repeatPenalty: 1.2),
    // generate_v81: top-k against the nucleus with a frequency penalty.
    .init("v8.1-standard", temperature: 0.8, topK: 40),
    .init("v8.1-standard-warm", temperature: 1.0, topK: 40),
    .init("v8.1-improved", temperature: 1.0, topP: 0.9, frequencyPenalty: 1.5),
    .init("v8.1-improved-warm", temperature: 1.2, topP: 0.85, frequencyPenalty: 2.5),
    // generate_v83: the five strategies.
    .init("v8.3-greedy", temperature: 0.01, topP: 0.9),
    .init("v8.3-low", temperature: 0.5, topP: 0.9),
    .init("v8.3-top-k", temperature: 0.8, topK: 40),
    .init("v8.3-nucleus", temperature: 0.8, topP: 0.9),
    .init("v8.3-diverse", temperature: 1.2, topP: 0.85, frequencyPenalty: 1.2),
    // eval_v91: one nucleus, four temperatures.
    .init("v9.1-0.1", temperature: 0.1, topP: 0.9),
    .init("v9.1-0.5", temperature: 0.5, topP: 0.9),
    .init("v9.1-0.8", temperature: 0.8, topP: 0.9),
    .init("v9.1-1.0", temperature: 1.0, topP: 0.9),
  ]

  /// The set with a name.
  public init?(named name: String) {
    guard let preset = Self.all.first(where: { $0.name == name }) else { return nil }
    self = preset
  }
}
