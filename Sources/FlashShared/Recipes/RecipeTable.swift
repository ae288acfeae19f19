/// All members that recipes may have: the only place where their bounds and defaults stand.
///
/// What no entry names is no member and is refused. To add a member, add an entry, and read it
/// through `Recipe` or `ModelConfiguration`: tests find entries that nothing reads, and reading what
/// has no entry is a bug.
public enum RecipeTable {
  /// The entries in the order in which they are shown.
  public static let members =
    general + model + objective + data + optimizer + run + measurement + sampling + published

  /// The sections in their order, and what each is about.
  public static let sections: [(name: String, summary: String)] = [
    (
      "model",
      "The model's hyper-parameters, under the names of the reference. Each version reads some."
    ),
    ("objective", "What the model is trained for, where that is more than the next token."),
    ("data", "Windows of the token stream."),
    ("batch", "What a step of the optimiser sees."),
    ("optimizer", "AdamW and its learning rate."),
    ("budget", "What ends the run: exactly one of the three."),
    ("validation", "Measurements during training."),
    ("checkpoint", "What is kept of a run while it trains."),
    ("log", "What is reported while it trains."),
    ("protocol", "How the version's published figure was measured, for fl-eval --protocol."),
    ("sampling", "How fl-sample --from-recipe writes text."),
    ("published", "What was published about the version, for reports."),
  ]

  private static let byPath = Dictionary(
    uniqueKeysWithValues: members.map { (ExactString($0.path), $0) })
  private static let hyperparametersByName = Dictionary(
    uniqueKeysWithValues: members.filter(\.isHyperparameter).map { (ExactString($0.name), $0) })

  /// The entry of a path.
  public static func member(_ path: String) -> RecipeMember? { byPath[ExactString(path)] }

  /// The entry of a hyper-parameter by its name alone: no two sections share one.
  public static func hyperparameter(_ name: String) -> RecipeMember? {
    hyperparametersByName[ExactString(name)]
  }

  /// A small value of each hyper-parameter, all of which go together.
  static var hyperparameterExamples: JSONObject {
    var examples = JSONObject()
    for member in members where member.isHyperparameter { examples[member.name] = member.example }
    return examples
  }

  /// Whether a name is that of a section.
  static func isSection(_ name: String) -> Bool {
    sections.contains { ExactString($0.name) == ExactString(name) }
  }
}
