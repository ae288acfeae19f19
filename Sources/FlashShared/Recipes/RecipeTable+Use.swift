// The members that say how a trained model is measured and how it writes.
extension RecipeTable {
  static let measurement: [RecipeMember] = [
    RecipeMember(
      "protocol.sample", .choice(["random_windows", "first_windows", "stories"]),
      .value("random_windows"),
      "Which text is scored: windows drawn with replacement, the first windows in order, or the "
        + "first tokens of the first documents, each by itself."),
    RecipeMember(
      "protocol.batches", .integer(1...1_000_000), .value(20),
      "With windows, the batches whose mean is taken."),
    RecipeMember(
      "protocol.sequences", .integer(1...1_000_000), .value(4), "With windows, windows of a batch."),
    RecipeMember(
      "protocol.stories", .integer(1...1_000_000), .value(500),
      "With stories, how many documents are looked at."),
    RecipeMember(
      "protocol.characters_over", .integer(0...1_000_000), .value(50),
      "With stories, those of more code points than this are scored."),
    RecipeMember(
      "protocol.tokens", .integer(2...1_000_000), .value(257),
      "With stories, how many of a story's tokens are used."),
  ]

  static let sampling: [RecipeMember] = [
    RecipeMember(
      "sampling.prompts", .texts, .value([]), "The prompts; one without text if there are none.",
      otherNames: ["prompt"]),
    RecipeMember(
      "sampling.tokens", .integer(1...(1 << 30)), .value(256), "Tokens of a continuation, at most.",
      otherNames: ["max_tokens", "max_new_tokens", "n_predict", "length"]),
    RecipeMember(
      "sampling.temperature", .number(.from(0, to: 1e6)), .value(1),
      "Logits are divided by it; 0 takes the most probable token.", otherNames: ["temp"]),
    RecipeMember(
      "sampling.top_k", .integer(0...(1 << 24)), .value(0),
      "Keep the k most probable tokens; 0 for all."),
    RecipeMember(
      "sampling.top_p", .number(.above(0, to: 1)), .value(1),
      "Keep the most probable tokens until their mass exceeds this share.",
      otherNames: ["nucleus"]),
    RecipeMember(
      "sampling.frequency_penalty", .number(.weight), .value(0),
      "Subtracted from a token's logit for each time that it occurs among the recent ones."),
    RecipeMember(
      "sampling.repeat_penalty", .number(.above(0, to: 1e6)), .value(1),
      "Logits of recent tokens are divided by it, negative ones multiplied.",
      otherNames: ["repetition_penalty", "rep_penalty"]),
    RecipeMember(
      "sampling.repeat_penalty_ignores_sign", .boolean, .value(false),
      "Whether sampling.repeat_penalty divides negative logits too."),
    RecipeMember(
      "sampling.repeat_last_n", .integer(-1...(1 << 24)), .value(64),
      "How many of the last tokens the penalties look at; -1 for all."),
    RecipeMember(
      "sampling.soft_cap", .number(.from(0, to: 1e6)), .value(0),
      "Bounds logits smoothly, c tanh(z / c); 0 for no bound."),
    RecipeMember(
      "sampling.early_exits", .boolean, .value(false),
      "Whether tokens may leave the model behind an inner layer, in versions that have exits (v7)."),
  ]

  static let published: [RecipeMember] = [
    RecipeMember(
      "published.place", .integer(1...10_000), .derived("behind all others"),
      "The version's place in the order in which the family's appeared."),
    RecipeMember(
      "published.architecture", .text, .derived("none; without it nothing was published"),
      "The architecture in a few words."),
    RecipeMember(
      "published.parameters", .text, .derived("none"), "The published parameter count, in words."),
    RecipeMember(
      "published.perplexity", .number(.above(0, to: 1e30)), .derived("none"),
      "The published perplexity."),
    RecipeMember(
      "published.wording", .text, .derived("the number"),
      "The published figure in words, where it is not just a number."),
    RecipeMember(
      "published.bits_per_character", .number(.from(0, to: 1e6)), .derived("none"),
      "The published bits per character."),
    RecipeMember(
      "published.meaning", .text, .derived("none; without it nothing was published"),
      "What the published perplexity is."),
  ]
}
