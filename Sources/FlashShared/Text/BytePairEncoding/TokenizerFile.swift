/// The checks and conversions between a `tokenizer.json` and a tokenizer's parts.
struct TokenizerFile {
  let root: JSONValue
  let path: String

  /// The most entries that a vocabulary may have.
  static let largestVocabulary = 1 << 24

  init(_ root: JSONValue, path: String) throws {
    self.root = root
    self.path = path
    guard root.objectValue != nil else {
      throw bad("not a JSON object; expected a tokenizer.json")
    }
  }

  func bad(_ reason: String) -> TokenizerError { .badFile(path: path, reason: reason) }

  private func unsupported(_ reason: String) -> TokenizerError {
    .unsupported(path: path, reason: reason)
  }

  /// A member that must be true or false; `fallback` where it is missing or null.
  private func flag(_ object: JSONValue, _ name: String, _ fallback: Bool?) throws -> Bool {
    switch object[name] {
    case .boolean(let value)?: return value
    case nil, .null?: if let fallback { return fallback }
    default: break
    }
    throw bad("\"\(name)\" is not true or false")
  }

  func strings(_ object: JSONValue, _ name: String) throws -> [String] {
    guard let list = object[name]?.arrayValue else { throw bad("no \"\(name)\" list") }
    return try list.map { element in
      guard let text = element.stringValue else {
        throw bad("\"\(name)\" holds \(element.brief), which is no text")
      }
      return text
    }
  }

  private func isNull(_ value: JSONValue?) -> Bool { value == nil || value == .null }

  /// Refuses members that would change the ids in a way that is not implemented.
  func refuseWhatChangesIDs() throws {
    if let version = root["version"], version != .string("1.0") {
      throw unsupported("\"version\" \(version.brief); this program reads \"1.0\"")
    }
    for name in ["truncation", "padding"] where !isNull(root[name]) {
      throw unsupported("\"\(name)\"; set it to null")
    }
    guard isNull(root["normalizer"]) else {
      throw unsupported("a normalizer (\(kind(root["normalizer"]))); only null is")
    }
    if let processor = root["post_processor"], processor != .null,
      processor["type"] != .string("ByteLevel")
    {
      throw unsupported("a post_processor (\(kind(processor))); only null and ByteLevel are")
    }
  }

  private func kind(_ value: JSONValue?) -> String { value?["type"]?.stringValue ?? "no type" }

  /// Whether a prefix space is put before texts.
  func prefixSpace() throws -> Bool {
    guard let splitter = root["pre_tokenizer"], splitter["type"] == .string("ByteLevel") else {
      throw unsupported("a pre_tokenizer (\(kind(root["pre_tokenizer"]))); only ByteLevel is")
    }
    guard try flag(splitter, "use_regex", true) else {
      throw unsupported("\"use_regex\": false; only GPT-2's split pattern is")
    }
    return try flag(splitter, "add_prefix_space", nil)
  }

  /// Whether there is a byte-level decoder.
  func decoder() throws -> Bool {
    if isNull(root["decoder"]) { return false }
    guard root["decoder"]?["type"] == .string("ByteLevel") else {
      throw unsupported("a decoder (\(kind(root["decoder"]))); only null and ByteLevel are")
    }
    return true
  }

  /// The model and the added tokens.
  func vocabulary() throws -> (model: BytePairModel, addedTokens: [AddedToken]) {
    guard let model = root["model"], model.objectValue != nil else {
      throw bad("no \"model\"; expected a tokenizer.json")
    }
    if let type = model["type"], type != .string("BPE") {
      throw unsupported("a model of type \(type.brief); only \"BPE\" is")
    }
    if let dropout = model["dropout"], dropout != .null, dropout.doubleValue != 0 {
      throw unsupported("\"dropout\" \(dropout.brief); set it to null")
    }
    for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
      guard isNull(model[name]) || model[name] == .string("") else {
        throw unsupported("\"\(name)\"; set it to null")
      }
    }
    if try flag(model, "byte_fallback", false) {
      throw unsupported("\"byte_fallback\": true; set it to false")
    }
    let tokens = try tokens()
    var unknownID: Int32?
    if let unknown = model["unk_token"], unknown != .null {
      guard let text = unknown.stringValue, let id = tokens[ExactString(text)] else {
        throw bad("\"unk_token\" \(unknown.brief) is not in the vocabulary")
      }
      unknownID = id
    }
    let added = try addedTokens(tokens)
    let merges = try merges(tokens: tokens, from: model["merges"])
    return (
      BytePairModel(
        tokens: try ordered(tokens, added: added), merges: merges, unknownID: unknownID,
        fusesUnknown: try flag(model, "fuse_unk", false),
        ignoresMerges: try flag(model, "ignore_merges", false)), added
    )
  }

  /// Tokens and their ids, as the file has them.
  func tokens() throws -> [ExactString: Int32] {
    guard let members = root["model"]?["vocab"]?.objectValue?.members else {
      throw bad("\"vocab\" is not an object of tokens and ids")
    }
    guard !members.isEmpty else { throw bad("the vocabulary is empty") }
    guard members.count <= Self.largestVocabulary else {
      throw bad("a vocabulary of \(members.count) entries; the limit is \(Self.largestVocabulary)")
    }
    var tokens: [ExactString: Int32] = [:]
    tokens.reserveCapacity(members.count)
    for (text, value) in members {
      guard let id = value.integerValue, id >= 0, id < Self.largestVocabulary else {
        throw bad("token \(quoted(text)) has id \(value.brief); ids are whole, from 0")
      }
      tokens[ExactString(text)] = Int32(id)
    }
    return tokens
  }

  /// Tokens by id: each id once and none left out.
  func ordered(_ tokens: [ExactString: Int32], added: [AddedToken] = []) throws -> [String?] {
    let count = tokens.count + added.count { tokens[ExactString($0.content)] == nil }
    var list = [String?](repeating: nil, count: count)
    func put(_ text: String, _ id: Int32) throws {
      guard id < count else {
        throw bad(
          "token \(quoted(text)) has id \(id), but there are \(count) tokens: ids are missing "
            + "below it; number the tokens 0 to \(count - 1)")
      }
      if let other = list[Int(id)] {
        throw bad(
          "tokens \(quoted(min(other, text))) and \(quoted(max(other, text))) share id \(id)")
      }
      list[Int(id)] = text
    }
    for (key, id) in tokens.sorted(by: { ($0.value, $0.key.text) < ($1.value, $1.key.text) }) {
      try put(key.text, id)
    }
    let apart = added.filter { tokens[ExactString($0.content)] == nil }
    for token in apart { try put(token.content, token.id) }
    // Added tokens that the model does not have take part in no merge.
    for token in apart { list[Int(token.id)] = nil }
    return list
  }

  /// The merges in order, whose parts and results must all be tokens.
  func merges(tokens: [ExactString: Int32], from value: JSONValue?) throws -> [BytePairModel.Merge]
  {
    guard let list = value?.arrayValue else { throw bad("no \"merges\" list") }
    return try list.enumerated().map { rank, element in
      let parts: [String]
      switch element {
      case .string(let text):
        parts = text.partsBetweenSpaces
      case .array(let pair):
        parts = pair.compactMap(\.stringValue)
        guard parts.count == pair.count else { fallthrough }
      default: throw bad("merge \(rank) is \(element.brief); expected [\"a\", \"b\"] or \"a b\"")
      }
      guard parts.count == 2 else {
        throw bad("merge \(rank) has \(parts.count) parts; expected [\"a\", \"b\"] or \"a b\"")
      }
      func id(_ text: String) throws -> Int32 {
        guard let id = tokens[ExactString(text)] else {
          throw bad("merge \(rank) needs the token \(quoted(text)), which is not in the vocabulary")
        }
        return id
      }
      return try BytePairModel.Merge(
        left: id(parts[0]), right: id(parts[1]), result: id(parts[0] + parts[1]))
    }
  }

  private func addedTokens(_ tokens: [ExactString: Int32]) throws -> [AddedToken] {
    guard !isNull(root["added_tokens"]) else { return [] }
    guard let list = root["added_tokens"]?.arrayValue else {
      throw bad("\"added_tokens\" is not a list")
    }
    var seen = Set<ExactString>()
    return try list.map { element in
      guard let content = element["content"]?.stringValue, !content.isEmpty else {
        throw bad("an added token has no \"content\"")
      }
      guard seen.insert(ExactString(content)).inserted else {
        throw bad("the added token \(quoted(content)) is there twice")
      }
      guard let id = element["id"]?.integerValue, id >= 0, id < Self.largestVocabulary else {
        throw bad("the added token \(quoted(content)) has no id; ids are whole, from 0")
      }
      if let other = tokens[ExactString(content)], Int(other) != id {
        throw bad("the added token \(quoted(content)) has id \(id), but \(other) in the vocabulary")
      }
      if try flag(element, "single_word", false) {
        throw unsupported(
          "\"single_word\" of the added token \(quoted(content)); set it to false")
      }
      var token = AddedToken(id: Int32(id), content: content)
      token.takesSpaceBefore = try flag(element, "lstrip", false)
      token.takesSpaceBehind = try flag(element, "rstrip", false)
      token.isSpecial = try flag(element, "special", false)
      token.isNormalized = try flag(element, "normalized", !token.isSpecial)
      return token
    }
  }

  private func quoted(_ text: String) -> String { JSONValue.string(text).brief }
}

extension String {
  /// The parts between single spaces, by bytes: a mark behind a space does not hide it.
  var partsBetweenSpaces: [String] {
    utf8.split(separator: 0x20, omittingEmptySubsequences: false).map { String(Substring($0)) }
  }
}

extension JSONValue {
  /// The value on one line, cut short, for messages.
  var brief: String {
    let text = String(decoding: serialized(digits: 15), as: UTF8.self)
    return text.count <= 60 ? text : text.prefix(57) + "..."
  }
}
