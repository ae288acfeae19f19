extension TrainedRun {
  /// Refuses an index of n-grams whose tokens are not those that the model was trained on.
  public func check(_ index: NgramIndex, _ tokenizer: Tokenizer) throws {
    guard index.head.vocabularySize <= model.vocabularySize else {
      throw NgramIndexError.largerVocabulary(
        path: index.path, count: index.head.vocabularySize, model: model.vocabularySize)
    }
    guard let hash = index.head.tokenizerHash, hash != hexadecimal(tokenizer.sha256) else { return }
    throw NgramIndexError.otherTokenizer(path: index.path, tokenizer: folder.tokenizer)
  }
}
