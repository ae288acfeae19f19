/// The hyper-parameters of a model under the reference card's names, with checks on reading.
public struct ModelConfiguration: Sendable {
  /// The members as written.
  public let members: JSONObject
  /// The file that they come from, for errors.
  public let source: String

  public init(_ members: JSONObject, source: String) {
    self.members = members
    self.source = source
  }

  /// A whole number within bounds, or a default where the name is missing.
  public func integer(
    _ name: String, in range: ClosedRange<Int>, default fallback: Int? = nil
  ) throws -> Int {
    guard let value = members[name] else {
      guard let fallback else { throw failure(name, "is missing") }
      return fallback
    }
    guard let number = value.integerValue, range.contains(number) else {
      throw failure(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A list of whole numbers within bounds, not empty.
  public func integers(_ name: String, in range: ClosedRange<Int>) throws -> [Int] {
    let numbers = members[name]?.arrayValue?.map { $0.integerValue ?? .min } ?? []
    guard !numbers.isEmpty, numbers.allSatisfy(range.contains) else {
      throw failure(
        name, "must be a list of whole numbers from \(range.lowerBound) to \(range.upperBound)")
    }
    return numbers
  }

  /// A list of finite numbers of a given length.
  public func numbers(_ name: String, count: Int) throws -> [Double] {
    let numbers = members[name]?.arrayValue?.map { $0.doubleValue ?? .nan } ?? []
    guard numbers.count == count, numbers.allSatisfy(\.isFinite) else {
      throw failure(name, "must be a list of \(count) numbers")
    }
    return numbers
  }

  /// A finite number, or a default where the name is missing.
  public func number(_ name: String, default fallback: Double? = nil) throws -> Double {
    guard let value = members[name] else {
      guard let fallback else { throw failure(name, "is missing") }
      return fallback
    }
    guard let number = value.doubleValue, number.isFinite else {
      throw failure(name, "must be a number")
    }
    return number
  }

  /// A probability of dropping something: at least 0, less than 1.
  public func probability(_ name: String) throws -> Float {
    let value = try number(name, default: 0)
    guard (0..<1).contains(value) else {
      throw failure(name, "must be at least 0 and less than 1")
    }
    return Float(value)
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
    ModelConfigurationError(source: source, member: name, reason: reason)
  }
}

/// A hyper-parameter that a model cannot be made with.
public struct ModelConfigurationError: ReportableError, Equatable {
  /// The file.
  public let source: String
  /// The hyper-parameter.
  public let member: String
  /// What is wrong with it.
  public let reason: String

  public var exitStatus: ExitStatus { .usage }
  public var description: String { "\(source): model.\(member): \(reason)" }
}
