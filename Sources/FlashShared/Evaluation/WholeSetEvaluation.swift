import Foundation

/// Evaluates a model on a whole set of shards: every token is scored once, windows in order.
public struct WholeSetEvaluation {
  /// What is evaluated and how.
  public struct Options: Sendable {
    /// Targets of a window.
    public var windowLength: Int
    /// Targets that each window but the first adds; `windowLength` for windows side by side.
    public var stride: Int
    /// Score only the first documents; nil for all.
    public var documents: Int?
    /// How windows are scored.
    public var form: ScoringForm
    /// The token that stands for many others, if the vocabulary has one.
    public var unknown: UnknownToken?

    public init(
      windowLength: Int, stride: Int? = nil, documents: Int? = nil, form: ScoringForm = .parallel,
      unknown: UnknownToken? = nil
    ) {
      self.windowLength = windowLength
      self.stride = stride ?? windowLength
      self.documents = documents
      self.form = form
      self.unknown = unknown
    }
  }

  private let model: any LanguageModel
  private let store: ParameterStore
  private let shards: ShardSet
  private let options: Options
  private let plan: ScoringPlan
  private let documentCount: Int

  /// - Parameters:
  ///   - options: a stride from 1 to the window's length.
  public init(
    _ model: any LanguageModel, _ store: ParameterStore, shards: ShardSet, options: Options
  ) throws {
    self.model = model
    self.store = store
    self.shards = shards
    self.options = options
    documentCount = min(options.documents ?? .max, shards.documentCount)
    let tokenCount =
      documentCount == shards.documentCount
      ? shards.tokenCount
      : documentCount == 0 ? 0 : try shards.documentRange(documentCount - 1).upperBound
    plan = ScoringPlan(
      tokenCount: tokenCount, length: options.windowLength, stride: options.stride,
      lead: 1 + model.objective.targetShift, hasStartToken: shards.endOfTextToken != nil)
    guard plan.count > 0 else { throw EvaluationError.nothingToScore(path: shards.path) }
  }

  /// Scores the set.
  ///
  /// - Parameter progress: is told the fraction that is done and the number of tokens scored.
  public func run(
    pool: WorkerPool, progress: (Double, Int) -> Void = { _, _ in }
  ) throws -> EvaluationResult {
    let clock = ContinuousClock()
    let started = clock.now
    let workers = ScoringWorkers(
      model, store, form: options.form,
      batch: min(plan.count, options.form.batch(time: plan.length)), time: plan.length,
      pool: pool)
    var totals = ScoreTotals()
    // Without an end-of-text token the first tokens have no input; a uniform guess pays for them.
    let uniformLoss = Float(log(Double(model.vocabularySize)))
    var document = 0
    var documentEnd = 0
    var unknowns = 0
    let clustersAreDocuments = documentCount > 1
    func add(_ position: Int, _ loss: Float, _ isHit: Bool) throws {
      while position >= documentEnd {
        if clustersAreDocuments, document > 0 { endDocument(document - 1) }
        documentEnd = try shards.documentRange(document).upperBound
        document += 1
      }
      totals.add(loss: loss, isHit: isHit)
    }
    func endDocument(_ index: Int) {
      totals.endCluster(characters: shards.characters(ofDocument: index))
    }
    for position in 0..<plan.first { try add(position, uniformLoss, false) }
    try workers.score(count: plan.count) { window, inputs, targets, offset in
      try plan.fill(window, from: shards, &inputs, &targets, offset)
    } _: { window, losses, hits, offset in
      let begin = plan.begin(window)
      if let unknown = options.unknown {
        unknowns += try shards.tokens(in: plan.scored(window)).count { $0 == unknown.token }
      }
      for position in plan.scored(window) {
        let place = offset + position - begin
        try add(position, losses[place], hits[place] > 0)
      }
      if !clustersAreDocuments { totals.endCluster(characters: nil) }
      progress(Double(window + 1) / Double(plan.count), totals.tokens)
    }
    if clustersAreDocuments { endDocument(document - 1) }
    var result = try result(
      totals, seconds: (clock.now - started) / .seconds(1), clustersAreDocuments)
    if let unknown = options.unknown {
      result.unknownTokens = unknowns
      result.bitsPerUnknownToken = unknown.bits
    }
    return result
  }

  private func result(
    _ totals: ScoreTotals, seconds: Double, _ clustersAreDocuments: Bool
  ) throws -> EvaluationResult {
    var sizes = (
      bytes: shards.sourceBytes, characters: shards.sourceCharacters,
      informationBits: shards.informationBits
    )
    if documentCount < shards.documentCount {
      sizes = try shards.totals(ofFirst: documentCount)
    }
    return EvaluationResult(
      lossSum: totals.loss, tokens: totals.tokens, hits: totals.hits, documents: documentCount,
      characters: sizes.characters, bytes: sizes.bytes, informationBits: sizes.informationBits,
      standardError: totals.standardError,
      standardErrorPerCharacter: totals.standardErrorPerCharacter,
      clusters: clustersAreDocuments ? .documents : .windows, seconds: seconds,
      method: EvaluationResult.Method(
        form: options.form, windowLength: plan.length, stride: plan.stride,
        targetShift: plan.lead - 1, startToken: shards.endOfTextToken,
        uniformTokens: plan.first))
  }
}

/// What keeps a model from being evaluated.
public enum EvaluationError: ReportableError, Equatable {
  /// The data holds no token that could be scored.
  case nothingToScore(path: String)
  /// The data is too short for the windows that a protocol draws.
  case tooFewTokens(path: String, tokens: Int, window: Int)
  /// The protocol needs something that the shards do not state.
  case unknownSizes(path: String)
  /// Parameters give a figure that is not finite.
  case notFinite(checkpoint: String, figure: String)

  public var exitStatus: ExitStatus { .badData }

  /// Whether a model was measured, and what came out is no number.
  public var isAboutFigures: Bool {
    if case .notFinite = self { true } else { false }
  }

  /// Refuses figures of which one is not finite: they say nothing of a model but that it diverged.
  public static func requireFinite(_ figures: JSONObject, of checkpoint: String) throws {
    for (name, value) in figures.members {
      if case .number(let number) = value, !number.isFinite {
        throw notFinite(checkpoint: checkpoint, figure: name)
      }
      if case .object(let inner) = value { try requireFinite(inner, of: checkpoint) }
    }
  }

  public var description: String {
    switch self {
    case .nothingToScore(let path): "\(path): holds no token to score; give shards with some text"
    case .tooFewTokens(let path, let tokens, let window):
      "\(path): \(tokens) tokens are too few for one window of \(window) and what follows it; "
        + "give more text"
    case .notFinite(let checkpoint, let figure):
      "\(checkpoint): these parameters have diverged: the \(figure) is not finite; evaluate another "
        + "checkpoint, or train again with a smaller optimizer.learning_rate"
    case .unknownSizes(let path):
      "\(path): the documents' characters are not known; pack the text again without cutting it"
    }
  }
}
