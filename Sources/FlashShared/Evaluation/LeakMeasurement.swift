import Foundation

/// How much better a model looks when its predictions may see the whole window.
///
/// Two proofs over the same model. The audit replaces each token of one window in turn and watches
/// the logits before it: a single changed bit is a leak. The measurement scores windows spread
/// evenly over a set twice, once with whole windows as in training (teacher-forced) and once so
/// that a prediction can see nothing but the tokens before it: by incremental decoding, or, where a
/// model cannot decode incrementally, by a forward pass over each prefix of the window. The
/// difference of the two losses is what the model gains from what it should not know.
public struct LeakMeasurement: Sendable {
  /// How much is looked at.
  public struct Options: Sendable {
    /// Windows that are scored twice; fewer where the set is shorter.
    public var windows: Int
    /// Targets of a window.
    public var windowLength: Int

    public init(windows: Int = 32, windowLength: Int) {
      self.windows = windows
      self.windowLength = windowLength
    }
  }

  /// Windows that were scored, and the targets of each.
  public let windows: Int
  public let windowLength: Int
  /// Targets scored, each twice.
  public let tokens: Int
  /// How the targets were scored from prefixes alone.
  public let form: ScoringForm
  /// Nats a token when whole windows are seen.
  public let teacherForcedLoss: Double
  /// Nats a token from prefixes alone.
  public let prefixLoss: Double
  /// The standard error of the difference, over windows; nil for a single one.
  public let standardError: Double?
  /// Bits a character that a nat a token is, over the whole set; nil where characters are unknown.
  public let bitsPerCharacterPerNat: Double?
  /// The audit of the first window.
  public let audit: CausalityAudit

  /// What the whole window is worth, in nats a token.
  public var gap: Double { prefixLoss - teacherForcedLoss }
  /// Whether a later token changed an earlier logit.
  public var leaks: Bool { audit.leaks }

  /// Measures a model on a set.
  ///
  /// - Parameter progress: is told the fraction that is done.
  public init(
    _ model: any LanguageModel, _ store: ParameterStore, shards: ShardSet, options: Options,
    pool: WorkerPool, progress: (Double) -> Void = { _ in }
  ) throws {
    let plan = ScoringPlan(
      tokenCount: shards.tokenCount, length: options.windowLength, stride: options.windowLength,
      lead: 1 + model.objective.targetShift, hasStartToken: shards.endOfTextToken != nil)
    guard plan.count > 0 else { throw EvaluationError.nothingToScore(path: shards.path) }
    let count = min(options.windows, plan.count)
    let form = ScoringForm.prefixOnly(model)
    func losses(_ form: ScoringForm, _ share: ClosedRange<Double>) throws -> [Double] {
      // One window at a time from prefixes: each has as many passes as targets.
      let batch = form == .prefixes ? 1 : min(count, form.batch(time: plan.length))
      let workers = ScoringWorkers(
        model, store, form: form, batch: batch, time: plan.length, pool: pool)
      var sums: [Double] = []
      try workers.score(count: count) { index, inputs, targets, offset in
        try plan.fill(index * plan.count / count, from: shards, &inputs, &targets, offset)
      } _: { index, losses, _, offset in
        sums.append(losses[offset..<offset + plan.length].reduce(0) { $0 + Double($1) })
        let done = Double(index + 1) / Double(count)
        progress(share.lowerBound + done * (share.upperBound - share.lowerBound))
      }
      return sums
    }
    let whole = try losses(.parallel, 0...0.1)
    let prefixes = try losses(form, 0.1...0.9)
    let sizes = (0..<count).map { Double(plan.scored($0 * plan.count / count).count) }
    let total = sizes.reduce(0, +)
    windows = count
    windowLength = plan.length
    tokens = Int(total)
    self.form = form
    teacherForcedLoss = whole.reduce(0, +) / total
    prefixLoss = prefixes.reduce(0, +) / total
    let gap = prefixLoss - teacherForcedLoss
    let residuals = (0..<count).reduce(0.0) { sum, index in
      let residual = prefixes[index] - whole[index] - gap * sizes[index]
      return sum + residual * residual
    }
    standardError =
      count > 1 ? (residuals * Double(count) / Double(count - 1)).squareRoot() / total : nil
    bitsPerCharacterPerNat = shards.sourceCharacters.flatMap {
      $0 > 0 ? Double(shards.tokenCount) / Double($0) / log(2) : nil
    }
    try Interruption.check()
    audit = CausalityAudit(
      model, store, tokens: try shards.tokens(in: 0..<min(plan.length, shards.tokenCount)),
      withDecoding: false, isInterrupted: { Interruption.pending != nil })
    try Interruption.check()
    progress(1)
  }

  /// Everything, under the names that the tools print.
  public var json: JSONObject {
    [
      "leaks": .boolean(leaks),
      "largest_change": .number(audit.isFinite ? Double(audit.largestChange) : .nan),
      "leaking_positions": .integer(
        audit.largestChanges.count { $0 > 0 || !$0.isFinite }),
      "audited_tokens": .integer(audit.largestChanges.count),
      "logit_scale": .number(Double(audit.logitScale)), "windows": .integer(windows),
      "window": .integer(windowLength), "tokens": .integer(tokens),
      "form": .string(form.rawValue), "teacher_forced_loss": .number(teacherForcedLoss),
      "prefix_only_loss": .number(prefixLoss), "loss_gap": .number(gap),
      "loss_gap_standard_error": JSONValue(standardError),
      "bits_per_character_gap": JSONValue(bitsPerCharacterPerNat.map { $0 * gap }),
    ]
  }
}
