/// What a training run was started with. Its checkpoint keeps it, and a resumed run is held to it
/// member by member.
struct RunOrigin: Equatable {
  /// `manifest_sha256` of the training and of the validation shards.
  var train: String
  var validation: String
  /// SHA-256 of the tokenizer's file; nil without one.
  var tokenizer: String?
  /// The resolved recipe.
  var recipe: JSONObject

  init(train: ShardSet, validation: ShardSet, tokenizer: String?, recipe: Recipe) {
    self.train = train.manifest.sha256
    self.validation = validation.manifest.sha256
    self.tokenizer = tokenizer
    self.recipe = recipe.settings
  }

  /// What a checkpoint holds; nil if it is not of that form.
  init?(_ json: JSONObject) {
    guard let train = json["train_manifest_sha256"]?.stringValue,
      let validation = json["validation_manifest_sha256"]?.stringValue,
      let recipe = json["recipe"]?.objectValue
    else { return nil }
    self.train = train
    self.validation = validation
    tokenizer = json["tokenizer_sha256"]?.stringValue
    self.recipe = recipe
  }

  var json: JSONObject {
    [
      "train_manifest_sha256": .string(train), "validation_manifest_sha256": .string(validation),
      "tokenizer_sha256": JSONValue(tokenizer), "recipe": .object(recipe),
    ]
  }

  /// A member in which two runs differ, with both values as text.
  struct Difference: Sendable, Equatable {
    /// A path in the recipe, or what else a run is started with.
    var member: String
    var before: String
    var now: String
    /// Whether a resumed run may have it so.
    var isAllowed: Bool
  }

  /// In what a resumed run's start differs from this one.
  func differences(from other: RunOrigin) -> [Difference] {
    func text(_ hash: String?) -> String { hash.map { "SHA-256 \($0.prefix(12))…" } ?? "none" }
    let hashes = [
      ("--train", train, other.train), ("--validation", validation, other.validation),
      ("--tokenizer", tokenizer, other.tokenizer),
    ]
    return hashes.filter { $0.1 != $0.2 }.map {
      Difference(member: $0.0, before: text($0.1), now: text($0.2), isAllowed: false)
    } + Self.recipeDifferences(recipe, other.recipe)
  }

  /// In which members two recipes differ.
  static func recipeDifferences(_ before: JSONObject, _ now: JSONObject) -> [Difference] {
    let (old, new) = (leaves(before), leaves(now))
    let added = new.map(\.name).filter { name in !old.contains { $0.name == name } }
    let names = old.map(\.name) + added
    return names.compactMap { name in
      let pair = [old, new].map { list in list.first { $0.name == name }?.text ?? "not set" }
      guard pair[0] != pair[1] else { return nil }
      return Difference(
        member: name, before: pair[0], now: pair[1], isAllowed: mayChange(name))
    }
  }

  /// What a run may be resumed with another value of: what ends, reports or keeps it, and what is
  /// advised to somebody whose losses are not finite.
  private static let changeable = [
    "budget", "log", "checkpoint", "name", "published", "defects", "prompts", "sampling",
    "protocol",
    "on_nonfinite", "nonfinite_limit", "optimizer.learning_rate",
    "optimizer.minimum_learning_rate", "$schema",
  ]

  static func mayChange(_ member: String) -> Bool {
    changeable.contains { member == $0 || member.hasPrefix("\($0).") }
  }

  /// Every member that is neither an object nor null, by its path, as it is after being written and
  /// read again.
  private static func leaves(
    _ object: JSONObject, _ prefix: String = ""
  ) -> [(name: String, text: String)] {
    object.members.flatMap { name, value -> [(name: String, text: String)] in
      if let inner = value.objectValue { return leaves(inner, "\(prefix)\(name).") }
      guard value != .null else { return [] }
      return [("\(prefix)\(name)", String(decoding: value.serialized(digits: 12), as: UTF8.self))]
    }
  }
}
