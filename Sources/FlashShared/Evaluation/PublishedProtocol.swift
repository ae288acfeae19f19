import Foundation

/// How the reference's scripts measured: on a sample of windows, or on truncated stories. The
/// numbers are comparable with published ones, and no more exact than those.
public struct PublishedProtocol: Sendable, Equatable {
  /// Which text is scored.
  public enum Sample: String, Sendable, CaseIterable {
    /// Batches of aligned windows, each drawn uniformly with replacement.
    case randomWindows = "random_windows"
    /// The first windows in order.
    case firstWindows = "first_windows"
    /// The first tokens of the first documents, each by itself.
    case stories
  }

  /// Which text is scored.
  public var sample: Sample
  /// Windows: how many batches, and windows of a batch.
  public var batches: Int
  public var sequences: Int
  /// Windows: inputs of a window, and tokens from one window's begin to the next one's.
  public var windowLength: Int
  public var windowStride: Int
  /// Stories: how many documents are looked at, how many characters a story must have more than,
  /// and how many of its tokens are used.
  public var stories: Int
  public var leastCharacters: Int
  public var storyTokens: Int
  /// Keys the draws, which the scripts left to chance.
  public var seed: UInt64

  /// Reads the member `protocol` of a recipe.
  ///
  /// - Parameter batches: replaces the recipe's number.
  public init(_ recipe: Recipe, seed: UInt64, batches: Int? = nil) throws {
    sample = try recipe.choice("protocol.sample")
    self.batches = try batches ?? recipe.integer("protocol.batches")
    sequences = try recipe.integer("protocol.sequences")
    windowLength = try recipe.integer("data.window")
    windowStride = try recipe.integer("data.stride", default: windowLength)
    stories = try recipe.integer("protocol.stories")
    leastCharacters = try recipe.integer("protocol.characters_over")
    storyTokens = try recipe.integer("protocol.tokens")
    self.seed = seed
  }

  /// What is known to be wrong with the numbers.
  public func caveats(_ model: any LanguageModel) -> [String] {
    var caveats: [String]
    switch sample {
    case .randomWindows:
      caveats = [
        "a sample of windows drawn with replacement: another seed gives another number",
        "windows know nothing of what precedes them",
      ]
    case .firstWindows:
      caveats = ["the first windows only", "windows know nothing of what precedes them"]
    case .stories:
      caveats = [
        "a story's characters count in full, but only its first \(storyTokens) tokens are scored: "
          + "bits per character come out too low",
        "the first token of each story is not scored, its characters count",
        "the first \(stories) documents only; no end-of-text token is scored",
      ]
    }
    if model.objective.targetShift > 0 {
      caveats.append(
        "scored on the token \(model.objective.targetShift + 1) places ahead: "
          + "not the perplexity of a language model")
    }
    if !model.decodesIncrementally {
      caveats.append(
        "predictions depend on the whole window, on its later tokens or on its length (see "
          + "fl-eval leak): no bound for any causal model")
    }
    return caveats
  }
}

/// What a published protocol found.
public struct PublishedProtocolResult: Sendable, Equatable {
  /// The mean of the batches' (or the sum over stories of) nats per token.
  public var loss: Double
  /// The standard deviation from batch to batch; nil for stories or a single batch.
  public var batchDeviation: Double?
  /// Tokens scored.
  public var tokens: Int
  /// Stories: those that were scored, and their characters.
  public var stories: Int?
  public var characters: Int?
  public var seconds: Double

  public var perplexity: Double { exp(min(20, loss)) }
  /// Stories: bits over the characters of whole stories.
  public var bitsPerCharacter: Double? {
    characters.map { loss * Double(tokens) / log(2) / Double(max(1, $0)) }
  }
}

extension PublishedProtocol {
  /// Measures a model.
  public func run(
    _ model: any LanguageModel, _ store: ParameterStore, shards: ShardSet, pool: WorkerPool
  ) throws -> PublishedProtocolResult {
    let clock = ContinuousClock()
    let started = clock.now
    var result =
      sample == .stories
      ? try scoreStories(model, store, shards, pool) : try scoreWindows(model, store, shards, pool)
    result.seconds = (clock.now - started) / .seconds(1)
    return result
  }

  private func scoreWindows(
    _ model: any LanguageModel, _ store: ParameterStore, _ shards: ShardSet, _ pool: WorkerPool
  ) throws -> PublishedProtocolResult {
    let windows = TokenWindows(shards, length: windowLength, stride: windowStride)
    let shift = model.objective.targetShift
    guard windows.count > 0, windowLength > shift else {
      throw EvaluationError.tooFewTokens(
        path: shards.path, tokens: shards.tokenCount, window: windowLength)
    }
    let count =
      sample == .firstWindows
      ? min(batches, max(1, windows.count / sequences)) * sequences : batches * sequences
    let stream = RandomStream(seed: seed, purpose: .evaluation)
    func window(_ index: Int) -> Int {
      sample == .firstWindows
        ? min(index, windows.count - 1)
        : Int(stream.integer(at: UInt64(index), below: UInt64(windows.count)))
    }
    let workers = ScoringWorkers(
      model, store, form: .parallel, batch: sequences, time: windowLength, pool: pool)
    var sums = [Double](repeating: 0, count: count / sequences)
    try workers.score(count: count) { index, inputs, targets, offset in
      let tokens = try windows.tokens(of: window(index))
      for place in 0..<windowLength {
        inputs[offset + place] = tokens[place]
        let target = place + 1 + shift
        targets[offset + place] = target <= windowLength ? tokens[target] : -1
      }
    } _: { index, losses, _, offset in
      for place in offset..<offset + windowLength {
        sums[index / sequences] += Double(losses[place])
      }
    }
    let means = sums.map { $0 / Double(sequences * (windowLength - shift)) }
    let mean = means.reduce(0, +) / Double(means.count)
    let squares = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return PublishedProtocolResult(
      loss: mean,
      batchDeviation: means.count > 1
        ? (squares / Double(means.count - 1)).squareRoot() : nil,
      tokens: count * (windowLength - shift), seconds: 0)
  }

  /// A story by itself: its first tokens but the last predict its first tokens but the first.
  private func scoreStories(
    _ model: any LanguageModel, _ store: ParameterStore, _ shards: ShardSet, _ pool: WorkerPool
  ) throws -> PublishedProtocolResult {
    let shift = model.objective.targetShift
    var texts: [[Int32]] = []
    var characters = 0
    for document in 0..<min(stories, shards.documentCount) {
      guard let length = shards.characters(ofDocument: document) else {
        throw EvaluationError.unknownSizes(path: shards.path)
      }
      var tokens = try shards.tokens(in: shards.documentRange(document))
      if let end = shards.endOfTextToken, tokens.last == end { tokens.removeLast() }
      guard length > leastCharacters, tokens.count > 1 + shift else { continue }
      texts.append(Array(tokens.prefix(storyTokens)))
      characters += length
    }
    guard !texts.isEmpty else { throw EvaluationError.nothingToScore(path: shards.path) }

    // Stories of one length at a time, so that nothing is padded; sums are in the order of stories.
    var sums = [Double](repeating: 0, count: texts.count)
    let byLength = Dictionary(grouping: texts.indices) { texts[$0].count - 1 }
    for (time, members) in byLength.sorted(by: { $0.key < $1.key }) {
      let workers = ScoringWorkers(model, store, form: .parallel, batch: 1, time: time, pool: pool)
      try workers.score(count: members.count) { index, inputs, targets, offset in
        let tokens = texts[members[index]]
        for place in 0..<time {
          inputs[offset + place] = tokens[place]
          let target = place + 1 + shift
          targets[offset + place] = target <= time ? tokens[target] : -1
        }
      } _: { index, losses, _, offset in
        for place in offset..<offset + time { sums[members[index]] += Double(losses[place]) }
      }
    }
    let tokens = texts.reduce(0) { $0 + $1.count - 1 - shift }
    return PublishedProtocolResult(
      loss: sums.reduce(0, +) / Double(tokens), tokens: tokens, stories: texts.count,
      characters: characters, seconds: 0)
  }
}
