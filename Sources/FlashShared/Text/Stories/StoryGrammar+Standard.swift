extension StoryGrammar {
  /// The grammar of the embedded corpus.
  ///
  /// The stories of a seed and an index are a promise: a change here changes every corpus that was
  /// made before, and every floor that was stated for it.
  public static let standard = StoryGrammar(
    tables: StoryWords.tables, variables: StoryWords.variables,
    rules: [
      StoryRules.common, StoryRules.things, StoryRules.courage, StoryRules.days,
      StoryRules.patience,
    ].flatMap(StoryNotation.rules),
    start: "story")
}
