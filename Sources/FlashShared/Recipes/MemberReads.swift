/// Which members were asked for, whether they were there or not.
final class MemberReads: Sendable {
  private let paths = Locked<Set<String>>([])

  /// Notes a member.
  func insert(_ path: String) { paths.withLock { _ = $0.insert(path) } }

  /// All members that were asked for.
  var all: Set<String> { paths.withLock { $0 } }
}

/// Why a member has no value that can be used.
struct MemberProblem: Error {
  let reason: String
}

extension RecipeMember {
  /// The member's value: what is written, checked, or what holds where nothing is. Null counts as
  /// nothing.
  ///
  /// - Parameters:
  ///   - derived: what follows from the version or other members, where the table says that
  ///     something does.
  ///   - convert: gives the value of JSON of the member's form.
  func value<Value>(
    _ written: JSONValue?, default derived: Value?, _ convert: (JSONValue) -> Value?
  ) throws(MemberProblem) -> Value {
    func converted(_ json: JSONValue) -> Value {
      guard let value = convert(json) else {
        preconditionFailure("\(path) is read as \(Value.self), which the table does not say")
      }
      return value
    }
    if let written, written != .null {
      if let problem = problem(with: written) { throw MemberProblem(reason: problem) }
      return converted(written)
    }
    switch fallback {
    case .value(let json): return converted(json)
    case .required: throw MemberProblem(reason: "is missing")
    case .derived:
      guard let derived else { throw MemberProblem(reason: "is missing") }
      return derived
    }
  }
}
