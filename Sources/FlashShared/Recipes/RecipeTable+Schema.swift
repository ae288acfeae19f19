extension RecipeMember {
  /// The JSON schema of the member's values; null takes a member back.
  fileprivate func schema(versions: [String]?) -> JSONObject {
    var schema = form.schema
    schema["description"] = .string(
      explanation(versions: versions) + " \(fallbackWords.capitalizedFirst).")
    if case .value(let value) = fallback { schema["default"] = value }
    return schema
  }
}

extension RecipeMember.Form {
  fileprivate var schema: JSONObject {
    switch self {
    case .integer(let range): Self.schema(range, "integer", allowsNull: true)
    case .number(let bounds): Self.schema(bounds, allowsNull: true)
    case .boolean: ["type": ["boolean", "null"]]
    case .text: ["type": ["string", "null"]]
    case .choice(let names): ["enum": .array(names.map(JSONValue.string) + [.null])]
    case .integers(let range):
      [
        "type": ["array", "null"], "minItems": 1,
        "items": .object(Self.schema(range, "integer", allowsNull: false)),
      ]
    case .numbers(let bounds):
      [
        "type": ["array", "null"], "minItems": 1,
        "items": .object(Self.schema(bounds, allowsNull: false)),
      ]
    case .texts: ["type": ["array", "null"], "items": ["type": "string"]]
    }
  }

  private static func schema(
    _ range: ClosedRange<Int>, _ type: JSONValue, allowsNull: Bool
  ) -> JSONObject {
    [
      "type": allowsNull ? [type, "null"] : type, "minimum": .integer(range.lowerBound),
      "maximum": .integer(range.upperBound),
    ]
  }

  private static func schema(_ bounds: NumberBounds, allowsNull: Bool) -> JSONObject {
    [
      "type": allowsNull ? ["number", "null"] : "number",
      bounds.excludesLower ? "exclusiveMinimum" : "minimum": number(bounds.lower),
      bounds.excludesUpper ? "exclusiveMaximum" : "maximum": number(bounds.upper),
    ]
  }

  /// Without a point where there is nothing behind it.
  private static func number(_ value: Double) -> JSONValue {
    Int(exactly: value).map(JSONValue.integer) ?? .number(value)
  }
}

extension RecipeTable {
  /// The JSON schema (draft 2020-12) of recipes.
  ///
  /// - Parameter readers: which versions read which hyper-parameters.
  public static func schema(_ readers: HyperparameterReaders) -> JSONObject {
    var settings = JSONObject()
    for member in members where member.section.isEmpty {
      settings[member.path] = .object(member.schema(versions: nil))
    }
    settings["version"] = [
      "description": settings["version"]?["description"] ?? .null,
      "enum": .array(readers.versions.map { .string($0.version) }),
    ]
    var definitions = JSONObject()
    for section in sections {
      definitions[section.name] = .object(schema(section, readers))
      settings[section.name] = ["$ref": .string("#/$defs/\(section.name)")]
    }
    var changes = settings
    changes["variant"] = nil
    definitions["changes"] = [
      "description": "Members that hold for this variant alone.", "type": "object",
      "properties": .object(changes), "additionalProperties": false,
    ]
    let variants = JSONObject(
      members: Variant.allCases.map { ($0.rawValue, ["$ref": "#/$defs/changes"]) })
    var properties: JSONObject = ["$schema": ["type": "string"]]
    properties.merge(settings)
    properties["variants"] = [
      "description": "Members that hold for one variant alone, which replace those of the recipe.",
      "type": "object", "properties": .object(variants), "additionalProperties": false,
    ]
    return [
      "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "FlashLM recipe",
      "description": "What fl-train reads: everything that a run depends on besides its data.",
      "type": "object", "properties": .object(properties),
      "required": ["version", "model"], "additionalProperties": false,
      "allOf": .array(readers.versions.map { .object(condition($0.version, readers)) }),
      "$defs": .object(definitions),
    ]
  }

  private static func schema(
    _ section: (name: String, summary: String), _ readers: HyperparameterReaders
  ) -> JSONObject {
    var properties = JSONObject()
    for member in members where member.section == section.name {
      properties[member.name] = .object(
        member.schema(
          versions: member.isHyperparameter ? readers.versions(reading: member.name) : nil))
    }
    return [
      "description": .string(section.summary), "type": "object",
      "properties": .object(properties), "additionalProperties": false,
    ]
  }

  /// What holds for recipes of one version: which hyper-parameters there are, those of one variant
  /// only below it.
  private static func condition(
    _ version: String, _ readers: HyperparameterReaders
  ) -> JSONObject {
    let names = readers.names(version) ?? [:]
    func sections(_ read: Set<String>) -> JSONObject {
      JSONObject(
        members: ["model", "objective"].map { section in
          let known = members.filter { $0.section == section && read.contains($0.name) }
          return (
            section, ["propertyNames": ["enum": .array(known.map { .string($0.name) })]]
          )
        })
    }
    var then = sections(names.values.reduce(into: []) { $0.formUnion($1) })
    let variants = Variant.allCases.compactMap { variant in
      names[variant].map {
        (variant.rawValue, JSONValue.object(["properties": .object(sections($0))]))
      }
    }
    then["variants"] = ["properties": .object(JSONObject(members: variants))]
    return [
      "if": [
        "properties": ["version": ["const": .string(version)]], "required": ["version"],
      ],
      "then": ["properties": .object(then)],
    ]
  }
}

extension JSONObject {
  fileprivate init(members: [(String, JSONValue)]) {
    self.init()
    for (name, value) in members { self[name] = value }
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
