extension Recipe {
  /// The hyper-parameters of the model and of its objective.
  public func modelConfiguration() throws -> ModelConfiguration {
    guard var members = self["model"]?.objectValue else {
      throw failure("model", "must be an object with the model's hyper-parameters")
    }
    for (name, value) in self["objective"]?.objectValue?.members ?? [] { members[name] = value }
    return ModelConfiguration(members, source: source)
  }

  /// Makes the model.
  ///
  /// - Parameter packsTernary: whether ternary weights are read in packed form.
  public func model(packsTernary: Bool = false) throws -> any LanguageModel {
    try ModelRegistry.model(
      version: string("version"), configuration: modelConfiguration(), variant: variant,
      layout: ParameterLayout(packsTernary: packsTernary))
  }
}
