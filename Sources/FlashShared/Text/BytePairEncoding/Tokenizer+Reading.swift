import Foundation

extension Tokenizer {
  /// Reads a tokenizer: a `tokenizer.json` in the Hugging Face format, or a capped one as
  /// `serialized` writes it.
  ///
  /// The file is not trusted: every id, merge and type is checked, and what would change the ids in
  /// a way that is not implemented (normalisers, other pre-tokenizers, templates) is refused.
  public convenience init(contentsOf path: String) throws {
    try self.init(FileBytes(path: path))
  }

  /// Reads a tokenizer from a file that was read already.
  convenience init(_ file: FileBytes) throws {
    let value = try JSONValue(parsing: file.bytes, source: file.path)
    try self.init(parsing: value, path: file.path, sha256: SHA256.hash(file.bytes))
  }

  /// Reads a tokenizer from JSON that was parsed already; `path` is for messages.
  convenience init(parsing value: JSONValue, path: String, sha256: [UInt8]?) throws {
    if value["format"]?.stringValue == Self.cappedFormat {
      try self.init(capped: TokenizerFile(value, path: path), sha256: sha256)
    } else {
      try self.init(file: TokenizerFile(value, path: path), cap: nil, sha256: sha256)
    }
  }

  private convenience init(
    file: TokenizerFile, cap: CappedVocabulary?, sha256: [UInt8]?
  ) throws {
    try file.refuseWhatChangesIDs()
    let addsPrefixSpace = try file.prefixSpace()
    let hasDecoder = try file.decoder()
    let (model, addedTokens) = try file.vocabulary()
    self.init(
      model: model, addedTokens: addedTokens, addsPrefixSpace: addsPrefixSpace,
      hasByteLevelDecoder: hasDecoder, cap: cap, sha256: sha256)
  }

  private convenience init(capped file: TokenizerFile, sha256: [UInt8]?) throws {
    guard let base = file.root["base"] else { throw file.bad("no \"base\" tokenizer") }
    let baseFile = try TokenizerFile(base, path: file.path)
    let special = try file.strings(file.root, "special_tokens")
    guard let unknown = file.root["unknown_id"]?.integerValue, special.indices.contains(unknown)
    else { throw file.bad("\"unknown_id\" is not the position of a special token") }
    guard let list = file.root["kept"]?.arrayValue, !list.isEmpty else {
      throw file.bad("no \"kept\" list of ids")
    }
    let size = try baseFile.vocabulary()
    let count = max(
      size.model.tokens.count, (size.addedTokens.map { Int($0.id) + 1 }.max() ?? 0))
    var seen = Set<Int>()
    let kept = try list.map { element -> Int32 in
      guard let id = element.integerValue, id >= 0, id < count else {
        throw file.bad("\"kept\" holds \(element.brief), which is no id of the base")
      }
      guard seen.insert(id).inserted else { throw file.bad("\"kept\" holds \(id) twice") }
      return Int32(id)
    }
    try self.init(
      file: baseFile,
      cap: CappedVocabulary(specialTokens: special, unknownID: Int32(unknown), kept: kept),
      sha256: sha256)
  }

  /// Reads GPT-2's pair of files: `vocab.json` (tokens and ids) and `merges.txt` (a pair a line,
  /// after a line that begins with `#version`).
  ///
  /// There is no prefix space, and `<|endoftext|>` is an added token if the vocabulary has it.
  public convenience init(vocabularyPath: String, mergesPath: String) throws {
    let vocabulary = try JSONValue(contentsOf: vocabularyPath)
    let file = try TokenizerFile(["model": ["vocab": vocabulary]], path: vocabularyPath)
    let text = try FileBytes(path: mergesPath)
    var merges: [JSONValue] = []
    var line = 0
    for bytes in text.bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      line += 1
      let words = String(decoding: bytes, as: UTF8.self)
      if words.isEmpty || line == 1 && words.hasPrefix("#version") { continue }
      let parts = words.partsBetweenSpaces
      guard parts.count == 2 else {
        throw TokenizerError.badLine(
          path: mergesPath, line: line, reason: "a merge is two tokens with one space between")
      }
      merges.append(.array(parts.map { .string($0) }))
    }
    let tokens = try file.tokens()
    let list = try file.merges(tokens: tokens, from: .array(merges))
    let model = try BytePairModel(tokens: file.ordered(tokens), merges: list)
    let end = "<|endoftext|>"
    let added = tokens[ExactString(end)].map { [AddedToken(id: $0, content: end)] } ?? []
    self.init(model: model, addedTokens: added, addsPrefixSpace: false)
  }
}
