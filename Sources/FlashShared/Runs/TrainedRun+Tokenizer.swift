extension TrainedRun {
  /// The tokenizer that made the run's data.
  public func tokenizer() throws -> Tokenizer {
    let tokenizer = try Tokenizer(contentsOf: folder.tokenizer)
    guard tokenizer.vocabularySize <= model.vocabularySize else {
      throw TrainedRunError.largerVocabulary(
        path: folder.tokenizer, count: tokenizer.vocabularySize, model: model.vocabularySize)
    }
    return tokenizer
  }

  /// The special token that ends a document: the one that the recipe names under
  /// `data.end_of_text`, else the first of the usual names that the tokenizer has.
  public func endOfText(_ tokenizer: Tokenizer) throws -> Int32? {
    if let name = try recipe.ifSet("data.end_of_text", recipe.string) {
      guard let id = tokenizer.id(of: name) else {
        throw recipe.failure("data.end_of_text", "\"\(name)\" is no token of \(folder.tokenizer)")
      }
      return id
    }
    return ["<|endoftext|>", "<eos>", "</s>", "<|end|>"].lazy.compactMap { tokenizer.id(of: $0) }
      .first { tokenizer.isSpecial($0) }
  }

  /// The token that stands for all that a capped vocabulary leaves out; nil for other vocabularies.
  public func unknownToken(_ tokenizer: Tokenizer) -> UnknownToken? {
    guard let cap = tokenizer.cap else { return nil }
    let last = tokenizer.addedTokens.map { Int($0.id) + 1 }.max() ?? 0
    let originals = max(tokenizer.model.tokens.count, last)
    return UnknownToken(token: cap.unknownID, identities: originals - cap.kept.count)
  }
}
