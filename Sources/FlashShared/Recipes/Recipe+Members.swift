extension Recipe {
  /// Refuses members that nothing reads, and values that no member can have.
  ///
  /// A member of the file may be for another variant than the chosen one; what an option sets must
  /// be for this one. Null takes a member back and is allowed wherever one may be.
  ///
  /// - Parameter readers: the hyper-parameters of each version.
  public func requireKnownMembers(_ readers: HyperparameterReaders) throws {
    for member in written where !isChanged(member) {
      if member.path.count == 1, member.path[0] == "$schema" { continue }
      guard let named = member.variantName else {
        try check(member, member.path, Variant.allCases, readers)
        continue
      }
      guard member.path.count > 1 else {
        try requireObject(member)
        continue
      }
      guard let variant = Variant(rawValue: named) else {
        let names = Variant.allCases.map(\.rawValue)
        throw unknown(
          member, RecipeTable.nearest(to: named, among: names).map { "variants.\($0)" })
      }
      let path = Array(member.path.dropFirst(2))
      if path.isEmpty {
        try requireObject(member)
      } else {
        try check(member, path, [variant], readers)
      }
    }
    for (index, member) in changes.enumerated()
    where !changes[(index + 1)...].contains(where: { $0.path == member.path }) {
      try check(member, member.path, [variant], readers)
    }
    for entry in RecipeTable.members where !entry.isHyperparameter && sets(entry.path) {
      if let problem = self[entry.path].flatMap(entry.problem) {
        throw failure(entry.path, problem)
      }
    }
  }

  /// Whether an option sets the same member: what the file says of it does not hold then.
  private func isChanged(_ member: WrittenMember) -> Bool {
    changes.contains { $0.path == member.path }
  }

  /// Checks one member that holds for some variants.
  private func check(
    _ member: WrittenMember, _ path: [String], _ variants: [Variant],
    _ readers: HyperparameterReaders
  ) throws {
    if path.contains(where: { $0.utf8.contains(UInt8(ascii: ".")) }) {
      throw RecipeError(
        source: member.place, member: member.name,
        reason: "names have no dots; write each part as an object's member")
    }
    let version = self["version"]?.stringValue ?? ""
    if path.count == 1, RecipeTable.isSection(path[0]) { return try requireObject(member) }
    guard let entry = RecipeTable.member(path.joined(separator: ".")),
      !(member.variantName != nil && entry.path == "variant")
    else {
      throw unknown(member, RecipeTable.suggestion(for: path, member.kind, version, readers))
    }
    guard entry.isHyperparameter, member.kind != .null, let read = readers.names(version),
      variants.contains(where: { read[$0] != nil }),
      !variants.contains(where: { read[$0]?.contains(entry.name) ?? false })
    else { return }
    throw RecipeError(
      source: member.place, member: member.name,
      reason: notRead(entry, path, member.kind, version, readers))
  }

  /// Why a hyper-parameter that others read is not read here.
  private func notRead(
    _ entry: RecipeMember, _ path: [String], _ kind: JSONMemberLines.Kind, _ version: String,
    _ readers: HyperparameterReaders
  ) -> String {
    let variants = readers.variants(of: version, reading: entry.name)
    guard variants.isEmpty else {
      let names = variants.map(\.rawValue).joined(separator: " and ")
      return "only the \(names) variant of \(version) reads it"
    }
    let others = readers.versions(reading: entry.name)
    let known = others.count > 4 ? others.prefix(3) + ["others"] : others[...]
    let nearest = RecipeTable.suggestion(for: path, kind, version, readers)
    return "\(version) does not read it, unlike \(known.joined(separator: ", "))"
      + (nearest.map { "; did you mean \($0)?" } ?? "; take it out, or set it to null")
  }

  private func unknown(_ member: WrittenMember, _ nearest: String?) -> RecipeError {
    RecipeError(
      source: member.place, member: member.name,
      reason: "there is no such member; "
        + (nearest.map { "did you mean \($0)?" } ?? "fl-train --members lists all"))
  }

  private func requireObject(_ member: WrittenMember) throws {
    if member.kind == .other {
      throw RecipeError(
        source: member.place, member: member.name, reason: "must be an object with members")
    }
  }
}

extension RecipeTable {
  /// The name that is nearest to another one; nil if none is near.
  static func nearest(to name: String, among names: [String]) -> String? {
    let distances = names.map { ($0, editDistance(name, $0)) }
    guard let best = distances.min(by: { $0.1 < $1.1 }), best.1 <= max(1, name.utf8.count / 3)
    else { return nil }
    return best.0
  }

  /// The member, or the section, that somebody may have meant; nil if none is near.
  ///
  /// A name of another section, one that is usual elsewhere, and one of few letters' difference count,
  /// in this order; the section that was named counts more than others.
  static func suggestion(
    for path: [String], _ kind: JSONMemberLines.Kind, _ version: String,
    _ readers: HyperparameterReaders
  ) -> String? {
    guard let name = path.last?.lowercased(), !name.isEmpty else { return nil }
    if kind == .object, path.count == 1 { return nearest(to: name, among: sections.map(\.name)) }
    let section = path.count > 1 ? path[0] : nil
    let read = readers.names(version)
    let candidates = members.filter { member in
      !member.isHyperparameter
        || read?.values.contains { $0.contains(member.name) } ?? true
    }
    let scores = candidates.compactMap { member -> (path: String, score: Int)? in
      guard var score = likeness(name, member) else { return nil }
      if let section, section != member.section { score += 15 }
      return (member.path, score)
    }
    return scores.min { $0.score < $1.score }?.path
  }

  /// How unlike a name is to a member's: 0 for the same; nil if it is too far away.
  private static func likeness(_ name: String, _ member: RecipeMember) -> Int? {
    if name == member.name { return 0 }
    if member.otherNames.contains(name) { return 1 }
    let distance = editDistance(name, member.name)
    if distance <= max(1, name.utf8.count / 3), distance < name.utf8.count { return 10 * distance }
    return member.name.hasPrefix("\(name)_") || name.hasPrefix("\(member.name)_") ? 35 : nil
  }
}
