/// A JSON value. Objects keep the order of their members.
///
/// Strings, members' names included, are compared by their bytes: canonically equivalent ones are
/// not equal.
public enum JSONValue: Equatable, Sendable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// A number; null where there is none.
  public init(_ value: Double?) { self = value.map(JSONValue.number) ?? .null }
  /// A whole number; null where there is none.
  public init(_ value: Int?) { self = value.map(JSONValue.integer) ?? .null }
  /// A string; null where there is none.
  public init(_ value: String?) { self = value.map(JSONValue.string) ?? .null }
  /// True or false; null where neither is known.
  public init(_ value: Bool?) { self = value.map(JSONValue.boolean) ?? .null }
  /// An object; null where there is none.
  public init(_ value: JSONObject?) { self = value.map(JSONValue.object) ?? .null }

  /// The value as a whole number, if it is one that an `Int` holds exactly.
  public var integerValue: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The value as a floating-point number, if it is a number.
  public var doubleValue: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  public var stringValue: String? { if case .string(let value) = self { value } else { nil } }
  public var booleanValue: Bool? { if case .boolean(let value) = self { value } else { nil } }
  public var arrayValue: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  public var objectValue: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// A member of an object; nil if this is no object or has no such member.
  public subscript(name: String) -> JSONValue? { objectValue?[name] }

  public static func == (first: JSONValue, second: JSONValue) -> Bool {
    switch (first, second) {
    case (.null, .null): true
    case (.boolean(let first), .boolean(let second)): first == second
    case (.integer(let first), .integer(let second)): first == second
    case (.number(let first), .number(let second)): first == second
    case (.string(let first), .string(let second)): ExactString(first) == ExactString(second)
    case (.array(let first), .array(let second)): first == second
    case (.object(let first), .object(let second)): first == second
    default: false
    }
  }
}

/// The members of a JSON object, in their order.
public struct JSONObject: Equatable, Sendable, ExpressibleByDictionaryLiteral {
  /// Names and values in the order in which they are written.
  public private(set) var members: [(name: String, value: JSONValue)] = []
  private var positions: [ExactString: Int] = [:]

  public init() {}

  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    for (name, value) in elements { self[name] = value }
  }

  /// The value under a name. Setting a new name appends it; setting nil removes it.
  public subscript(name: String) -> JSONValue? {
    get { positions[ExactString(name)].map { members[$0].value } }
    set {
      let key = ExactString(name)
      if let position = positions[key] {
        if let newValue {
          members[position].value = newValue
        } else {
          members.remove(at: position)
          positions = [:]
          for (index, member) in members.enumerated() {
            positions[ExactString(member.name)] = index
          }
        }
      } else if let newValue {
        positions[key] = members.count
        members.append((name, newValue))
      }
    }
  }

  /// Takes over all members of another object; its values replace those of the same name.
  public mutating func merge(_ other: JSONObject) {
    for (name, value) in other.members { self[name] = value }
  }

  public static func == (first: JSONObject, second: JSONObject) -> Bool {
    first.members.count == second.members.count
      && zip(first.members, second.members).allSatisfy {
        ExactString($0.name) == ExactString($1.name) && $0.value == $1.value
      }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(nilLiteral: ()) { self = .null }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    var object = JSONObject()
    for (name, value) in elements { object[name] = value }
    self = .object(object)
  }
}
