extension Recipe {
  /// The hyper-parameters of the model and of its objective.
  ///
  /// - Parameter packsTernary: whether ternary weights are read in packed form.
  public func modelConfiguration(packsTernary: Bool = false) throws -> ModelConfiguration {
    guard var members = self["model"]?.objectValue else {
      throw failure("model", "must be an object with the model's hyper-parameters")
    }
    for (name, value) in self["objective"]?.objectValue?.members ?? [] { members[name] = value }
    return ModelConfiguration(members, source: source, packsTernary: packsTernary)
  }

  /// Makes the model.
  public func model(packsTernary: Bool = false) throws -> any LanguageModel {
    try ModelRegistry.model(
      version: string("version"), configuration: modelConfiguration(packsTernary: packsTernary),
      variant: variant)
  }
}
