/// Draws continuations of prompts from a model.
///
/// Every draw is a function of the seed and of the indices of prompt, sample and token alone, and
/// logits do not depend on how many samples are drawn side by side: the same seed gives the same
/// tokens.
public final class Generator {
  /// How tokens are chosen.
  public let settings: SamplerSettings
  /// How the search is done, if there is one.
  public let search: SearchSettings?
  /// Keys every draw.
  public let seed: UInt64
  private let decoder: Decoder
  /// Indexes of n-grams; the first that has the last tokens gives the continuations.
  private let ngrams: [NgramIndex]
  private var samplers: [Sampler]
  private var histories: [[Int32]]
  private var guidance = SamplerGuidance()

  /// Samples that are drawn side by side: one when searching, whose candidates take all sequences of
  /// the decoder.
  public var samples: Int { search == nil ? decoder.batch : 1 }

  /// - Parameters:
  ///   - decoder: with the guide `compass` if the compass has a weight, and for a search with the
  ///     guide `value` and as many sequences as there are candidates.
  ///   - ngrams: indexes with at most the model's ids; the one with the longest context is asked
  ///     first.
  public init(
    _ model: any LanguageModel, decoder: Decoder, settings: SamplerSettings,
    search: SearchSettings? = nil, ngrams: [NgramIndex] = [], seed: UInt64
  ) {
    precondition(
      settings.compassWeight == 0 || decoder.guides.contains(.compass),
      "the decoder computes no compass")
    precondition(
      search.map { decoder.guides.contains(.value) && decoder.batch == $0.candidates } ?? true,
      "not a decoder for this search")
    self.settings = settings
    self.search = search
    self.seed = seed
    self.decoder = decoder
    self.ngrams = settings.ngramWeight == 0 ? [] : ngrams.sorted { $0.order > $1.order }
    let count = search == nil ? decoder.batch : 1
    let sampler = Sampler(settings, vocabularySize: model.vocabularySize)
    samplers = (0..<count).map { _ in sampler }
    histories = (0..<count).map { _ in [] }
  }

  /// Continues a prompt.
  ///
  /// - Parameters:
  ///   - prompt: at least one token.
  ///   - promptIndex: the place of the prompt among all prompts.
  ///   - firstSample: the place of the first sample among all of this prompt.
  ///   - limit: the most tokens to draw for a sample.
  ///   - receive: takes a sample, counted from 0, and its next token; returns whether the sample
  ///     goes on.
  public func generate(
    _ prompt: [Int32], promptIndex: Int = 0, firstSample: Int = 0, limit: Int,
    _ receive: (Int, Int32) throws -> Bool
  ) throws {
    precondition(!prompt.isEmpty, "the model needs a token to start from")
    decoder.reset()
    decoder.append(prompt: prompt)
    let streams = histories.indices.map {
      RandomStream(
        seed: seed, purpose: .sampling, UInt64(promptIndex), UInt64(firstSample + $0))
    }
    for sample in histories.indices { histories[sample] = prompt }
    if let search {
      try self.search(search, promptCount: prompt.count, limit: limit, streams[0], receive)
      return
    }
    var goesOn = histories.map { _ in true }
    var next = histories.map { _ in prompt[prompt.count - 1] }
    for position in 0..<limit {
      try Interruption.check()
      for sample in histories.indices where goesOn[sample] {
        try propose(sample, from: sample, promptCount: prompt.count)
        let token = samplers[sample].draw(streams[sample].uniform(at: UInt64(position)))
        histories[sample].append(token)
        next[sample] = token
        goesOn[sample] = try receive(sample, token)
      }
      guard goesOn.contains(true), position + 1 < limit else { return }
      decoder.append(next)
    }
  }

  /// Leaves a sample's candidates for its next token in its sampler.
  ///
  /// - Parameter sequence: the decoder's sequence that holds the sample.
  private func propose(_ sample: Int, from sequence: Int, promptCount: Int) throws {
    let logits = decoder.logits(of: sequence)
    guard Self.areUsable(logits) else {
      throw DecodingError.notFinite(position: histories[sample].count)
    }
    if settings.compassWeight != 0 { decoder.fillCompass(of: sequence, &guidance.compass) }
    guidance.continuations = nil
    for index in ngrams where guidance.continuations == nil {
      guidance.continuations = index.continuations(after: histories[sample])
    }
    samplers[sample].apply(
      to: logits, history: histories[sample], promptCount: promptCount, guidance: guidance)
  }

  /// Continues one sample by searching: all candidates go through the model side by side, and the
  /// best one's sequence becomes everybody's.
  private func search(
    _ settings: SearchSettings, promptCount: Int, limit: Int, _ stream: RandomStream,
    _ receive: (Int, Int32) throws -> Bool
  ) throws {
    var search = ValueSearch(settings)
    var sequence = 0
    for position in 0..<limit {
      try Interruption.check()
      try propose(0, from: sequence, promptCount: promptCount)
      search.choose(from: samplers[0].candidates) { draw in
        stream.uniform(at: UInt64(position * SearchSettings.candidateLimit + draw))
      }
      decoder.branch(from: sequence)
      // Sequences without a candidate of their own repeat the first.
      decoder.append(
        (0..<decoder.batch).map { search.tokens[$0 < search.tokens.count ? $0 : 0] })
      let values = search.tokens.indices.map { decoder.value(of: $0) }
      guard values.allSatisfy(\.isFinite) else {
        throw DecodingError.notFinite(position: histories[0].count)
      }
      sequence = search.best(values: values, history: histories[0])
      histories[0].append(search.tokens[sequence])
      guard try receive(0, search.tokens[sequence]) else { return }
    }
  }

  /// Whether no logit is NaN or +∞, and one is more than −∞.
  private static func areUsable(_ logits: some Collection<Float>) -> Bool {
    var largest = -Float.infinity
    for logit in logits {
      if !(logit < .infinity) { return false }
      largest = max(largest, logit)
    }
    return largest > -.infinity
  }
}

/// What goes wrong while text is generated.
public enum DecodingError: ReportableError, Equatable {
  /// The model's logits, or its values, are NaN or infinite.
  case notFinite(position: Int)
  /// There is nothing to start from.
  case emptyPrompt(source: String)
  /// The model has no value head to search with.
  case noValueHead
  /// The model has no compass to follow.
  case noCompass

  public var exitStatus: ExitStatus {
    switch self {
    case .notFinite, .emptyPrompt: .badData
    case .noValueHead, .noCompass: .usage
    }
  }

  public var description: String {
    switch self {
    case .notFinite(let position):
      "token \(position): the model's logits are not finite; use another checkpoint of the run"
    case .emptyPrompt(let source):
      "\(source): the prompt holds no token, and the tokenizer has no end-of-text token to start "
        + "from; give some text"
    case .noValueHead:
      "--search: this model has no value head to search with; versions that have one are "
        + ModelRegistry.versions(guidedBy: .value).joined(separator: ", ")
    case .noCompass:
      "--compass: this model predicts no direction to follow; versions that do are "
        + ModelRegistry.versions(guidedBy: .compass).joined(separator: ", ")
    }
  }
}
