/// The little that packing needs to know of a `tokenizer.json`: its hash, its size, and the id of a
/// token by its text.
public struct TokenizerTable {
  /// SHA-256 of the file, in hexadecimal.
  public let sha256: String
  /// One more than the largest id.
  public let vocabularySize: Int
  private let path: String
  private let ids: [String: Int32]

  /// Reads added tokens and vocabulary; an added token goes before a vocabulary entry of its text.
  public init(path: String) throws {
    self.path = path
    sha256 = try FlashShared.sha256(of: FileBytes(path: path))
    let json = try JSONValue(contentsOf: path)
    guard let vocabulary = json["model"]?["vocab"]?.objectValue else {
      throw CurationError.badSetting(
        "\(path): no \"model\": {\"vocab\": ...}; give a tokenizer.json with a BPE model")
    }
    var ids: [String: Int32] = [:]
    func add(_ text: String, _ id: Int?) throws {
      guard let id, id >= 0, let narrow = Int32(exactly: id), narrow < .max else {
        throw CurationError.badSetting("\(path): '\(text)' has no sound id")
      }
      ids[text] = narrow
    }
    for (text, id) in vocabulary.members { try add(text, id.integerValue) }
    for token in json["added_tokens"]?.arrayValue ?? [] {
      try add(token["content"]?.stringValue ?? "", token["id"]?.integerValue)
    }
    self.ids = ids
    vocabularySize = Int(ids.values.max() ?? -1) + 1
  }

  /// The id of a token.
  public func id(of text: String) throws -> Int32 {
    guard let id = ids[text] else {
      throw CurationError.badSetting("\(path): it has no token '\(text)'")
    }
    return id
  }
}
