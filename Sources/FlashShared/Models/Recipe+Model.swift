extension Recipe {
  /// The hyper-parameters of the model.
  public func modelConfiguration() throws -> ModelConfiguration {
    guard let members = self["model"]?.objectValue else {
      throw failure("model", "must be an object with the model's hyper-parameters")
    }
    return ModelConfiguration(members, source: source)
  }

  /// Makes the model.
  public func model() throws -> any LanguageModel {
    try ModelRegistry.model(
      version: string("version"), configuration: modelConfiguration(), variant: variant)
  }
}
