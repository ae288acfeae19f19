// Typed reads of single members. Bounds and defaults are the table's; a default that follows from
// other members is given by who reads.
extension Recipe {
  /// Whether a member is there and not null; null takes back what a recipe or a variant sets.
  public func sets(_ path: String) -> Bool { (self[path] ?? .null) != .null }

  /// A whole number.
  public func integer(_ path: String, default derived: Int? = nil) throws -> Int {
    try value(path, derived, \.integerValue)
  }

  /// A number.
  public func number(_ path: String, default derived: Double? = nil) throws -> Double {
    try value(path, derived, \.doubleValue)
  }

  /// True or false.
  public func boolean(_ path: String) throws -> Bool { try value(path, nil, \.booleanValue) }

  /// A string.
  public func string(_ path: String) throws -> String { try value(path, nil, \.stringValue) }

  /// A list of strings.
  public func strings(_ path: String) throws -> [String] {
    try value(path, nil) { $0.arrayValue?.compactMap(\.stringValue) }
  }

  /// One of a few names.
  public func choice<Choice: RawRepresentable<String>>(_ path: String) throws -> Choice {
    try value(path, nil) { $0.stringValue.flatMap(Choice.init) }
  }

  /// What `read` gives of a member, or nil where it is not set.
  public func ifSet<Value>(_ path: String, _ read: (String) throws -> Value) throws -> Value? {
    reads.insert(path)
    return sets(path) ? try read(path) : nil
  }

  private func value<Value>(
    _ path: String, _ derived: Value?, _ convert: (JSONValue) -> Value?
  ) throws -> Value {
    guard let member = RecipeTable.member(path) else {
      preconditionFailure("the table of members has no \(path)")
    }
    reads.insert(path)
    do {
      return try member.value(self[path], default: derived, convert)
    } catch {
      throw failure(path, error.reason)
    }
  }
}
