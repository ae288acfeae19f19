/// What a recipe may say in one place: its form and bounds, what holds where it is silent, and what
/// it is for.
public struct RecipeMember: Sendable {
  /// The names that lead to the member, with dots between them, such as `optimizer.learning_rate`.
  public let path: String
  /// What the member is.
  public let form: Form
  /// What holds where a recipe does not have the member.
  public let fallback: Fallback
  /// What it is for, in a sentence or two; units included.
  public let summary: String
  /// What bounds the member beside its form, such as other members; empty if nothing does.
  public let condition: String
  /// What the member is called elsewhere, to be named to who writes that.
  public let otherNames: [String]
  /// The example where a usual one would be too much beside those of other members.
  private let smallest: Int?

  init(
    _ path: String, _ form: Form, _ fallback: Fallback, _ summary: String, condition: String = "",
    otherNames: [String] = [], example: Int? = nil
  ) {
    self.path = path
    self.form = form
    self.fallback = fallback
    self.summary = summary
    self.condition = condition
    self.otherNames = otherNames
    smallest = example
  }

  /// What a member can be.
  public enum Form: Sendable, Equatable {
    case integer(ClosedRange<Int>)
    case number(NumberBounds)
    case boolean
    case text
    case choice([String])
    /// A list of whole numbers, not empty.
    case integers(ClosedRange<Int>)
    /// A list of numbers, not empty.
    case numbers(NumberBounds)
    /// A list of texts.
    case texts
  }

  /// What holds where a member is missing.
  public enum Fallback: Sendable, Equatable {
    /// Nothing: the recipe must say it.
    case required
    /// This value.
    case value(JSONValue)
    /// What follows from the version or from other members, in words.
    case derived(String)
  }

  /// The section, such as `optimizer`; empty for members that are in none.
  public var section: String {
    path.utf8.lastIndex(of: UInt8(ascii: ".")).map { String(path[..<$0]) } ?? ""
  }

  /// The name without the section.
  public var name: String { String(path.split(separator: ".").last ?? "") }

  /// A small value that the member may have: models can be made with those of all hyper-parameters.
  var example: JSONValue {
    if let smallest { return .integer(smallest) }
    if case .value(let value) = fallback { return value }
    switch form {
    case .integer(let range): return .integer(min(max(range.lowerBound, 8), range.upperBound))
    case .number: return 0.5
    case .boolean: return true
    case .text: return "text"
    case .choice(let names): return .string(names.first ?? "")
    case .integers: return [8]
    case .numbers: return [0.5]
    case .texts: return ["text"]
    }
  }

  /// Whether it belongs to a model or to what a model is trained for: versions differ in these.
  public var isHyperparameter: Bool { section == "model" || section == "objective" }

  /// What the member must be, as errors say it.
  public var requirement: String {
    switch form {
    case .integer(let range): Self.requirement(range)
    case .number(let bounds): "must be a number \(bounds.words)"
    case .boolean: "must be true or false"
    case .text: "must be a string"
    case .choice(let names):
      "must be \(names.dropLast().joined(separator: ", ")) or \(names.last ?? "")"
    case .integers(let range):
      "must be a list of whole numbers from \(range.lowerBound) to \(range.upperBound)"
    case .numbers(let bounds): "must be a list of numbers \(bounds.words)"
    case .texts: "must be a list of strings"
    }
  }

  static func requirement(_ range: ClosedRange<Int>) -> String {
    "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
  }

  /// What is wrong with a value; nil if nothing is.
  public func problem(with value: JSONValue) -> String? {
    let isRight =
      switch form {
      case .integer(let range): value.integerValue.map(range.contains) ?? false
      case .number(let bounds): value.doubleValue.map(bounds.contains) ?? false
      case .boolean: value.booleanValue != nil
      case .text: value.stringValue != nil
      case .choice(let names):
        names.contains { value == .string($0) }
      case .integers(let range):
        value.arrayValue.map { list in
          !list.isEmpty && list.allSatisfy { $0.integerValue.map(range.contains) ?? false }
        } ?? false
      case .numbers(let bounds):
        value.arrayValue.map { list in
          !list.isEmpty && list.allSatisfy { $0.doubleValue.map(bounds.contains) ?? false }
        } ?? false
      case .texts: value.arrayValue?.allSatisfy { $0.stringValue != nil } ?? false
      }
    guard isRight else {
      if case .choice = form, let text = value.stringValue {
        return "\(requirement), not \"\(text)\""
      }
      return requirement
    }
    let numbers: [JSONValue] =
      switch form {
      case .number: [value]
      case .numbers: value.arrayValue ?? []
      default: []
      }
    return numbers.contains { $0.doubleValue.map { Float(representing: $0) == nil } ?? true }
      ? "is too small for a 32-bit number: take 0, or at least 1.2e-38 away from it" : nil
  }
}

/// The numbers that a member may have.
public struct NumberBounds: Sendable, Equatable {
  public let lower: Double
  public let upper: Double
  /// Whether the lower bound itself is outside.
  public let excludesLower: Bool
  /// Whether the upper bound itself is outside.
  public let excludesUpper: Bool

  private init(_ lower: Double, _ upper: Double, _ excludesLower: Bool, _ excludesUpper: Bool) {
    self.lower = lower
    self.upper = upper
    self.excludesLower = excludesLower
    self.excludesUpper = excludesUpper
  }

  /// From a number to another, both included.
  static func from(_ lower: Double, to upper: Double) -> NumberBounds {
    NumberBounds(lower, upper, false, false)
  }

  /// More than a number and at most another.
  static func above(_ lower: Double, to upper: Double) -> NumberBounds {
    NumberBounds(lower, upper, true, false)
  }

  /// At least a number and less than another.
  static func from(_ lower: Double, below upper: Double) -> NumberBounds {
    NumberBounds(lower, upper, false, true)
  }

  /// Weights, penalties and thresholds: anything that is far from the ends of the number format.
  static let weight = NumberBounds.from(-1e6, to: 1e6)
  /// Shares that may be all, but not more.
  static let share = NumberBounds.from(0, to: 1)
  /// Probabilities of leaving something out.
  static let dropout = NumberBounds.from(0, below: 1)

  /// Whether a number is within the bounds; none that is not finite is.
  public func contains(_ value: Double) -> Bool {
    (excludesLower ? value > lower : value >= lower)
      && (excludesUpper ? value < upper : value <= upper)
  }

  /// The bounds as errors say them.
  public var words: String {
    guard excludesLower || excludesUpper else {
      return "from \(Self.text(lower)) to \(Self.text(upper))"
    }
    return (excludesLower ? "more than" : "at least") + " \(Self.text(lower)) and "
      + (excludesUpper ? "less than" : "at most") + " \(Self.text(upper))"
  }

  private static func text(_ value: Double) -> String {
    Int(exactly: value).map { "\($0)" } ?? "\(value)"
  }
}

extension Float {
  /// A number as the 32-bit format holds it; nil where it holds only an infinity, or takes for 0 (or
  /// for a number of fewer digits) what is none.
  init?(representing value: Double) {
    let nearest = Float(value)
    guard nearest.isFinite, value == 0 || nearest.magnitude >= .leastNormalMagnitude else {
      return nil
    }
    self = nearest
  }
}
