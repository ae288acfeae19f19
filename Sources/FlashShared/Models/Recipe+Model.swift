extension Recipe {
  /// The hyper-parameters of the model and of its objective.
  public func modelConfiguration() throws -> ModelConfiguration {
    guard let model = self["model"]?.objectValue else {
      throw failure("model", "must be an object with the model's hyper-parameters")
    }
    var members = JSONObject()
    var places: [String: String] = [:]
    let objective = self["objective"]?.objectValue ?? JSONObject()
    for (section, object) in [("model", model), ("objective", objective)] {
      for (name, value) in object.members where value != .null {
        members[name] = value
        places[name] = place(of: "\(section).\(name)")
      }
    }
    return ModelConfiguration(members, source: source, places: places)
  }

  /// Makes the model.
  ///
  /// - Parameter packsTernary: whether ternary weights are read in packed form.
  public func model(packsTernary: Bool = false) throws -> any LanguageModel {
    try ModelRegistry.model(
      version: string("version"), configuration: modelConfiguration(), variant: variant,
      layout: ParameterLayout(packsTernary: packsTernary))
  }

  /// Makes the model of a run that begins: members of the recipe that nothing reads are refused.
  public func modelToTrain() throws -> any LanguageModel {
    try requireKnownMembers(ModelRegistry.readers)
    return try model()
  }
}
