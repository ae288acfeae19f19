/// A recipe: everything that a training run depends on besides its data, as a JSON object.
///
/// Members of `variants.<name>` replace those of the same place for that variant; `--set` replaces
/// single members by their path, such as `optimizer.learning_rate=1e-3`. What members there are stands
/// in `RecipeTable`.
public struct Recipe: Sendable, Equatable {
  /// The file that it was read from, for errors.
  public let source: String
  /// The settings, with variant and overrides applied.
  public private(set) var settings: JSONObject
  /// The variant whose members were applied.
  public let variant: Variant
  /// The members of the file as they are written there, those of variants included.
  let written: [WrittenMember]
  /// The members that options replaced.
  private(set) var changes: [WrittenMember] = []
  /// Where the members that hold come from, for errors.
  private var places: [ExactString: String] = [:]
  /// The members that were asked for.
  let reads = MemberReads()

  /// Reads a recipe file; `-` is standard input.
  ///
  /// - Parameters:
  ///   - variant: nil for the one that the file names under `variant`, else sound.
  ///   - overrides: `path=value` each; a value that is not JSON is taken as a string.
  public init(path: String, variant: Variant? = nil, overrides: [String] = []) throws {
    let file = try FileBytes(path: path)
    let bytes = file.copy(0..<file.count)
    guard let object = try JSONValue(parsing: bytes, source: file.path).objectValue else {
      throw RecipeError(source: file.path, member: "", reason: "a recipe is a JSON object")
    }
    let written = JSONMemberLines(bytes).members.map {
      WrittenMember(path: $0.path, kind: $0.kind, place: "\(file.path):\($0.line)")
    }
    try self.init(object, written, file.path, variant, overrides)
  }

  /// Makes a recipe from its members.
  public init(
    _ members: JSONObject, source: String, variant: Variant? = nil, overrides: [String] = []
  ) throws {
    let written = WrittenMember.all(in: members, place: source)
    try self.init(members, written, source, variant, overrides)
  }

  private init(
    _ members: JSONObject, _ written: [WrittenMember], _ source: String, _ variant: Variant?,
    _ overrides: [String]
  ) throws {
    self.source = source
    self.written = written
    let overrides = try overrides.map(Override.init)
    let named = try Self.variantName(members, written, source, variant, overrides)
    guard let chosen = variant ?? Variant(rawValue: named.text) else {
      throw RecipeError(
        source: named.place, member: "variant",
        reason: "\"\(named.text)\" is none of sound, published, repaired")
    }
    self.variant = chosen
    settings = members
    let variants = settings["variants"]?.objectValue
    settings["$schema"] = nil
    settings["variants"] = nil
    settings["variant"] = .string(chosen.rawValue)
    if let changes = variants?[chosen.rawValue] {
      settings = Self.merged(settings, changes.objectValue ?? JSONObject())
    }
    // Members of the variant after those that they replace.
    for member in written where member.variantName == nil {
      places[ExactString(member.name)] = member.place
    }
    for member in written where member.variantName == chosen.rawValue {
      places[ExactString(member.nameInVariant)] = member.place
    }
    for override in overrides where override.path != ["variant"] {
      set(override.path, override.value, from: override.option)
    }
  }

  /// The name of the variant that is asked for where no argument says it, and its place.
  private static func variantName(
    _ members: JSONObject, _ written: [WrittenMember], _ source: String, _ variant: Variant?,
    _ overrides: [Override]
  ) throws -> (text: String, place: String) {
    if let override = overrides.last(where: { $0.path == ["variant"] }) {
      let name = override.value.stringValue ?? ""
      guard variant == nil || variant?.rawValue == name else {
        throw RecipeError(
          source: override.option, member: "variant",
          reason: "--variant says \(variant?.rawValue ?? ""); give one of both")
      }
      return (name, override.option)
    }
    let place = written.first { $0.path == ["variant"] }?.place ?? source
    guard let value = members["variant"], value != .null else {
      return (Variant.sound.rawValue, place)
    }
    return (value.stringValue ?? "", place)
  }

  /// Replaces one member.
  ///
  /// - Parameter option: the option that asks for it, which errors about the member then name.
  public mutating func set(_ path: String, _ value: JSONValue, from option: String? = nil) {
    set(Self.names(path), value, from: option)
  }

  private mutating func set(_ path: [String], _ value: JSONValue, from option: String?) {
    Self.set(&settings, path[...], value)
    let place = option ?? source
    let members =
      [WrittenMember(path: path, kind: .init(value), place: place)]
      + WrittenMember.all(in: value.objectValue ?? JSONObject(), below: path, place: place)
    for member in members { places[ExactString(member.name)] = member.place }
    if option != nil { changes += members }
  }

  /// The member at a path, such as `batch.sequences`.
  public subscript(path: String) -> JSONValue? {
    var value = JSONValue.object(settings)
    for name in Self.names(path) {
      guard let next = value[name] else { return nil }
      value = next
    }
    return value
  }

  /// An error about one member.
  public func failure(_ path: String, _ reason: String) -> RecipeError {
    RecipeError(source: place(of: path), member: path, reason: reason)
  }

  /// Where a member that holds was written: the file with the line, or the option.
  func place(of path: String) -> String { places[ExactString(path)] ?? source }

  public static func == (first: Recipe, second: Recipe) -> Bool {
    first.source == second.source && first.settings == second.settings
      && first.variant == second.variant
  }

  /// The names in a path.
  private static func names(_ path: String) -> [String] {
    path.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// What `--set` says.
  private struct Override {
    let path: [String]
    let value: JSONValue
    /// The option as it was given.
    let option: String

    init(_ text: String) throws {
      option = "--set \(text)"
      let equals = text.utf8.firstIndex(of: UInt8(ascii: "="))
      guard let equals, equals != text.startIndex else {
        throw RecipeError(source: option, member: "", reason: "must have the form path=value")
      }
      let value = text.utf8[text.utf8.index(after: equals)...]
      path = Recipe.names(String(decoding: text.utf8[..<equals], as: UTF8.self))
      // What is no JSON is a string.
      self.value =
        (try? JSONValue(parsing: Array(value), source: option))
        ?? .string(String(decoding: value, as: UTF8.self))
    }
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
  /// The file, with the line where one is known, or the option as it was given.
  public let source: String
  /// The member's path.
  public let member: String
  /// What is wrong with it.
  public let reason: String

  public var exitStatus: ExitStatus { .usage }
  public var description: String {
    // An option names the member itself.
    member.isEmpty || source.hasPrefix("--")
      ? "\(source): \(reason)" : "\(source): \(member): \(reason)"
  }
}
