/// The hyper-parameters of a model under the reference card's names, with checks on reading.
public struct ModelConfiguration: Sendable {
  /// The members as written.
  public let members: JSONObject
  /// The file that they come from, for errors.
  public let source: String

  /// Where members come from that have a place of their own.
  private let places: [String: String]
  /// The members that were asked for.
  let reads = MemberReads()

  public init(_ members: JSONObject, source: String) {
    self.init(members, source: source, places: [:])
  }

  init(_ members: JSONObject, source: String, places: [String: String]) {
    self.members = members
    self.source = source
    self.places = places
  }

  /// Whether a member is there and not null.
  public func sets(_ name: String) -> Bool {
    reads.insert(name)
    return (members[name] ?? .null) != .null
  }

  /// A whole number.
  ///
  /// - Parameter limit: the largest one where the table's bounds allow more.
  public func integer(_ name: String, atMost limit: Int? = nil) throws -> Int {
    let number = try value(name, \.integerValue)
    if let limit, number > limit,
      case .integer(let range) = RecipeTable.hyperparameter(name)?.form
    {
      throw failure(name, RecipeMember.requirement(min(range.lowerBound, limit)...limit))
    }
    return number
  }

  /// A list of whole numbers, not empty.
  ///
  /// - Parameter limit: the largest of them where the table's bounds allow more.
  public func integers(_ name: String, atMost limit: Int? = nil) throws -> [Int] {
    let numbers = try value(name) { $0.arrayValue?.compactMap(\.integerValue) }
    if let limit, let largest = numbers.max(), largest > limit {
      throw failure(name, "must not be more than \(limit), and one is \(largest)")
    }
    return numbers
  }

  /// A list of numbers of a given length.
  public func numbers(_ name: String, count: Int) throws -> [Double] {
    let numbers = try value(name) { $0.arrayValue?.compactMap(\.doubleValue) }
    guard numbers.count == count else { throw failure(name, "must be a list of \(count) numbers") }
    return numbers
  }

  /// A number.
  public func number(_ name: String) throws -> Double { try value(name, \.doubleValue) }

  /// A number as kernels take it.
  public func float(_ name: String) throws -> Float { Float(try number(name)) }

  /// A string.
  public func string(_ name: String) throws -> String { try value(name, \.stringValue) }

  private func value<Value>(_ name: String, _ convert: (JSONValue) -> Value?) throws -> Value {
    guard let member = RecipeTable.hyperparameter(name) else {
      preconditionFailure("the table of members has no hyper-parameter \(name)")
    }
    reads.insert(name)
    do {
      return try member.value(members[name], default: nil, convert)
    } catch {
      throw failure(name, error.reason)
    }
  }

  /// Refuses variants that a model does not have.
  public func require(_ variant: Variant, among variants: [Variant]) throws {
    guard variants.contains(variant) else {
      let names = variants.map(\.rawValue).joined(separator: ", ")
      throw failure("variant", "this version has \(names), not \(variant.rawValue)")
    }
  }

  /// An error about one member.
  public func failure(_ name: String, _ reason: String) -> ModelConfigurationError {
    ModelConfigurationError(source: places[name] ?? source, member: name, reason: reason)
  }
}

/// A hyper-parameter that a model cannot be made with.
public struct ModelConfigurationError: ReportableError, Equatable {
  /// The file, with the line where one is known, or the option as it was given.
  public let source: String
  /// The hyper-parameter.
  public let member: String
  /// What is wrong with it.
  public let reason: String

  public var exitStatus: ExitStatus { .usage }
  public var description: String {
    let path = RecipeTable.hyperparameter(member)?.path ?? "model.\(member)"
    return RecipeError(source: source, member: path, reason: reason).description
  }
}
