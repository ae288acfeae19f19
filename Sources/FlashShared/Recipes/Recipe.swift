/// A recipe: everything that a training run depends on besides its data, as a JSON object.
///
/// Members of `variants.<name>` replace those of the same place for that variant; `--set` replaces
/// single members by their path, such as `optimizer.learning_rate=1e-3`.
public struct Recipe: Sendable, Equatable {
  /// The file that it was read from, for errors.
  public let source: String
  /// The settings, with variant and overrides applied.
  public private(set) var settings: JSONObject
  /// The variant whose members were applied.
  public let variant: Variant

  /// Reads a recipe file.
  ///
  /// - Parameters:
  ///   - variant: nil for the one that the file names under `variant`, else sound.
  ///   - overrides: `path=value` each; a value that is not JSON is taken as a string.
  public init(path: String, variant: Variant? = nil, overrides: [String] = []) throws {
    guard let object = try JSONValue(contentsOf: path).objectValue else {
      throw RecipeError(source: path, member: "", reason: "a recipe is a JSON object")
    }
    try self.init(object, source: path, variant: variant, overrides: overrides)
  }

  /// Makes a recipe from its members.
  public init(
    _ members: JSONObject, source: String, variant: Variant? = nil, overrides: [String] = []
  ) throws {
    self.source = source
    var settings = members
    let named = settings["variant"]?.stringValue
    guard let chosen = variant ?? Variant(rawValue: named ?? Variant.sound.rawValue) else {
      throw RecipeError(
        source: source, member: "variant",
        reason: "\"\(named ?? "")\" is none of sound, published, repaired")
    }
    let variants = settings["variants"]?.objectValue
    settings["variants"] = nil
    settings["variant"] = .string(chosen.rawValue)
    if let changes = variants?[chosen.rawValue] {
      settings = Self.merged(settings, changes.objectValue ?? JSONObject())
    }
    for override in overrides {
      guard let equals = override.firstIndex(of: "="), equals != override.startIndex else {
        throw RecipeError(
          source: "--set \(override)", member: "", reason: "must have the form path=value")
      }
      let text = override[override.index(after: equals)...]
      let value =
        (try? JSONValue(parsing: Array(text.utf8), source: "--set")) ?? .string(String(text))
      Self.set(&settings, override[..<equals].split(separator: ".").map(String.init)[...], value)
    }
    self.settings = settings
    self.variant = chosen
  }

  /// Replaces one member.
  public mutating func set(_ path: String, _ value: JSONValue) {
    Self.set(&settings, path.split(separator: ".").map(String.init)[...], value)
  }

  /// The member at a path, such as `batch.sequences`.
  public subscript(path: String) -> JSONValue? {
    var value = JSONValue.object(settings)
    for name in path.split(separator: ".") {
      guard let next = value[String(name)] else { return nil }
      value = next
    }
    return value
  }

  /// Whether a member is there and not null; null takes back what a recipe or a variant sets.
  public func sets(_ path: String) -> Bool { (self[path] ?? .null) != .null }

  /// A whole number within bounds, or a default where the member is missing.
  public func integer(
    _ path: String, in range: ClosedRange<Int>, default fallback: Int? = nil
  ) throws -> Int {
    let form = "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
    return try value(path, fallback, form) {
      $0.integerValue.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// A number within bounds, or a default where the member is missing.
  public func number(
    _ path: String, in range: ClosedRange<Double>, default fallback: Double? = nil
  ) throws -> Double {
    let form = "must be a number from \(range.lowerBound) to \(range.upperBound)"
    return try value(path, fallback, form) {
      $0.doubleValue.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// A string, or a default where the member is missing.
  public func string(_ path: String, default fallback: String? = nil) throws -> String {
    try value(path, fallback, "must be a string") { $0.stringValue }
  }

  /// True or false, or a default where the member is missing.
  public func boolean(_ path: String, default fallback: Bool? = nil) throws -> Bool {
    try value(path, fallback, "must be true or false") { $0.booleanValue }
  }

  /// An error about one member.
  public func failure(_ path: String, _ reason: String) -> RecipeError {
    RecipeError(source: source, member: path, reason: reason)
  }

  private func value<Value>(
    _ path: String, _ fallback: Value?, _ form: String, _ convert: (JSONValue) -> Value?
  ) throws -> Value {
    guard let member = self[path], member != .null else {
      guard let fallback else { throw failure(path, "is missing") }
      return fallback
    }
    guard let value = convert(member) else { throw failure(path, form) }
    return value
  }

  private static func merged(_ base: JSONObject, _ changes: JSONObject) -> JSONObject {
    var result = base
    for (name, value) in changes.members {
      if let inner = value.objectValue, let existing = result[name]?.objectValue {
        result[name] = .object(merged(existing, inner))
      } else {
        result[name] = value
      }
    }
    return result
  }

  private static func set(
    _ object: inout JSONObject, _ path: ArraySlice<String>, _ value: JSONValue
  ) {
    guard let name = path.first else { return }
    if path.count == 1 {
      object[name] = value
    } else {
      var inner = object[name]?.objectValue ?? JSONObject()
      set(&inner, path.dropFirst(), value)
      object[name] = .object(inner)
    }
  }
}

/// A recipe that asks for something that cannot be done.
public struct RecipeError: ReportableError, Equatable {
  /// The file, or the option.
  public let source: String
  /// The member's path.
  public let member: String
  /// What is wrong with it.
  public let reason: String

  public var exitStatus: ExitStatus { .usage }
  public var description: String {
    member.isEmpty ? "\(source): \(reason)" : "\(source): \(member): \(reason)"
  }
}
