extension SamplerSettings {
  /// What a recipe's member `sampling` asks for.
  public init(_ recipe: Recipe) throws {
    self.init()
    temperature = try recipe.number("sampling.temperature")
    topK = try recipe.integer("sampling.top_k")
    topP = try recipe.number("sampling.top_p")
    frequencyPenalty = try recipe.number("sampling.frequency_penalty")
    repeatPenalty = try recipe.number("sampling.repeat_penalty")
    repeatPenaltyIgnoresSign = try recipe.boolean("sampling.repeat_penalty_ignores_sign")
    repeatLastN = try recipe.integer("sampling.repeat_last_n")
    softCap = try recipe.number("sampling.soft_cap")
    // The reference's samplers divide by the temperature first.
    stages = Self.referenceStages
  }
}
