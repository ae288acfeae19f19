extension Tokenizer {
  static let cappedFormat = "flashlm-capped-tokenizer"

  /// The tokenizer as a file: a `tokenizer.json` that the `tokenizers` library reads, equal in
  /// content to what it writes itself.
  ///
  /// A capped tokenizer has no form there. It is an object with `format`
  /// ("flashlm-capped-tokenizer"), `special_tokens`, `unknown_id` (a position among them), `kept`
  /// (original ids, the most frequent first) and `base`, the original's tokenizer.json.
  public func serialized() -> [UInt8] {
    Self.serialized(
      model: model, addedTokens: addedTokens, addsPrefixSpace: addsPrefixSpace,
      hasByteLevelDecoder: hasByteLevelDecoder, cap: cap)
  }

  /// Writes the tokenizer's file, whole or not at all.
  public func write(to path: String) throws { try AtomicFile.write(serialized(), to: path) }

  static func serialized(
    model: BytePairModel, addedTokens: [AddedToken], addsPrefixSpace: Bool,
    hasByteLevelDecoder: Bool, cap: CappedVocabulary?
  ) -> [UInt8] {
    let base: JSONValue = [
      "version": "1.0", "truncation": nil, "padding": nil,
      "added_tokens": .array(addedTokens.sorted { $0.id < $1.id }.map(\.json)),
      "normalizer": nil,
      "pre_tokenizer": [
        "type": "ByteLevel", "add_prefix_space": .boolean(addsPrefixSpace), "trim_offsets": true,
        "use_regex": true,
      ],
      "post_processor": nil,
      "decoder": hasByteLevelDecoder
        ? [
          "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true,
        ] : nil,
      "model": model.json,
    ]
    guard let cap else { return base.serialized(isPretty: true) }
    let capped: JSONValue = [
      "format": .string(cappedFormat),
      "special_tokens": .array(cap.specialTokens.map { .string($0) }),
      "unknown_id": .integer(Int(cap.unknownID)),
      "kept": .array(cap.kept.map { .integer(Int($0)) }),
      "base": base,
    ]
    return capped.serialized(isPretty: true)
  }
}

extension AddedToken {
  fileprivate var json: JSONValue {
    [
      "id": .integer(Int(id)), "content": .string(content), "single_word": false,
      "lstrip": .boolean(takesSpaceBefore), "rstrip": .boolean(takesSpaceBehind),
      "normalized": .boolean(isNormalized), "special": .boolean(isSpecial),
    ]
  }
}

extension BytePairModel {
  fileprivate var json: JSONValue {
    var vocabulary = JSONObject()
    for (id, token) in tokens.enumerated() {
      if let token { vocabulary[token] = .integer(id) }
    }
    func text(_ id: Int32) -> JSONValue { .string(tokens[Int(id)] ?? "") }
    return [
      "type": "BPE", "dropout": nil,
      "unk_token": unknownID.map(text) ?? nil,
      "continuing_subword_prefix": nil, "end_of_word_suffix": nil,
      "fuse_unk": .boolean(fusesUnknown), "byte_fallback": false,
      "ignore_merges": .boolean(ignoresMerges),
      "vocab": .object(vocabulary),
      "merges": .array(mergeList.map { [text($0.left), text($0.right)] }),
    ]
  }
}
