import ArgumentParser
import FlashShared

/// Options of the search with a value head.
struct SearchOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Choose each token by looking one token ahead with the model's value head (v8 to v8.3).",
      discussion: """
        The samplers propose K candidates. Each is appended and run through the model, whose value \
        head says how hard the tokens after it will be: v, the mean cross-entropy in nats that it \
        expects over its horizon. The candidate with the largest ln p - b v - r n is taken, p its \
        probability, n how often it occurs in the text so far. A token costs about as much as K.
        """))
  var search = false

  @Option(
    help: ArgumentHelp(
      "K: how many candidates are looked at, from 1 to \(SearchSettings.candidateLimit) "
        + "(default: 4). With 1 there is no choice.", valueName: "k"))
  var searchCandidates: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "b: what a nat of expected difficulty counts beside a nat of log-probability (default: 1). "
        + "With 0 the value is ignored; large values prefer easy, repetitive text.",
      valueName: "b"))
  var searchValueWeight: Double?

  @Option(
    help: ArgumentHelp(
      "Candidates are the K most probable tokens (top), which makes the result independent of the "
        + "seed, or K different draws (draw) as v8's script does (default: top).",
      valueName: "how"))
  var searchChoice: SearchSettings.Choice?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "r: what each occurrence of a candidate in the text so far costs (default: 0; v8.1's script "
        + "has 0.5).", valueName: "r"))
  var searchRepetitionPenalty: Double?

  /// The settings; nil without a search.
  func settings() throws -> SearchSettings? {
    guard search else {
      let given = [
        ("--search-candidates", searchCandidates != nil),
        ("--search-value-weight", searchValueWeight != nil),
        ("--search-choice", searchChoice != nil),
        ("--search-repetition-penalty", searchRepetitionPenalty != nil),
      ].first { $0.1 }
      if let given { throw ValidationError("\(given.0) goes with --search.") }
      return nil
    }
    var settings = SearchSettings()
    settings.candidates = searchCandidates ?? settings.candidates
    settings.valueWeight = searchValueWeight ?? settings.valueWeight
    settings.choice = searchChoice ?? settings.choice
    settings.repetitionPenalty = searchRepetitionPenalty ?? settings.repetitionPenalty
    if let problem = settings.problem { throw ValidationError("--search: \(problem).") }
    return settings
  }
}

/// Options of what guides the model's distribution: the compass and indexes of n-grams.
struct GuideOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Add this times the cosine between the model's compass and a token's embedding to the token's "
        + "logit (v9.2, whose script has 2).", valueName: "a"))
  var compass: Double?

  @Option(
    help: ArgumentHelp(
      "Mix in what followed the last tokens in this index, which 'fl-shard index' wrote; may be "
        + "given several times: the longest context that is known counts.", valueName: "file"))
  var ngrams: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The share of the index where it knows the last tokens, from 0 to 1 (default: 0.3).",
      valueName: "l"))
  var ngramWeight: Double?

  @Option(
    help: ArgumentHelp(
      "Mix probabilities (linear), or logits with the index's log-probabilities (geometric) as "
        + "v8.3's script does, which puts the samplers in the order temp,ngrams,top-p "
        + "(default: linear).", valueName: "how"))
  var ngramBlend: SamplerSettings.NgramBlend?

  /// Puts what was given into a sampler's settings.
  func apply(to settings: inout SamplerSettings) throws {
    settings.compassWeight = compass ?? settings.compassWeight
    if ngrams.isEmpty {
      guard ngramWeight == nil, ngramBlend == nil else {
        throw ValidationError(
          "\(ngramWeight == nil ? "--ngram-blend" : "--ngram-weight") goes with --ngrams.")
      }
    } else {
      settings.ngramWeight = ngramWeight ?? 0.3
      settings.ngramBlend = ngramBlend ?? settings.ngramBlend
    }
    if !settings.compassWeight.isFinite {
      throw ValidationError("--compass must be a number.")
    }
    if !(0...1).contains(settings.ngramWeight) {
      throw ValidationError("--ngram-weight must be from 0 to 1.")
    }
  }

  /// Opens the indexes and refuses those that are not of the run's tokenizer.
  func indexes(for run: TrainedRun, _ tokenizer: Tokenizer) throws -> [NgramIndex] {
    try ngrams.map { path in
      let index = try NgramIndex(path: path)
      try run.check(index, tokenizer)
      return index
    }
  }
}

extension SearchSettings.Choice: ExpressibleByArgument {}
extension SamplerSettings.NgramBlend: ExpressibleByArgument {}
