/// A member as a recipe or an option has it, whether it is one or not.
struct WrittenMember: Sendable {
  /// The names that lead to it.
  let path: [String]
  let kind: JSONMemberLines.Kind
  /// The file with the line, where one is known, or the option as it was given.
  let place: String

  /// The names with dots between them.
  var name: String { path.joined(separator: ".") }

  /// The variant that it holds for alone; nil if it is not below `variants`.
  var variantName: String? { path.first == "variants" ? path.dropFirst().first ?? "" : nil }

  /// Below `variants`, the names behind the variant's.
  var nameInVariant: String { path.dropFirst(2).joined(separator: ".") }

  /// The members of an object and of the objects in it, in their order.
  static func all(
    in object: JSONObject, below path: [String] = [], place: String
  ) -> [WrittenMember] {
    object.members.flatMap { name, value in
      [WrittenMember(path: path + [name], kind: .init(value), place: place)]
        + all(in: value.objectValue ?? JSONObject(), below: path + [name], place: place)
    }
  }
}
