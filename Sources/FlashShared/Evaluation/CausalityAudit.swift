/// Changes each position of a sequence in turn and watches the logits before it: in a causal model
/// they stay the same to the last bit.
public struct CausalityAudit: Sendable {
  /// For each position, the largest change of any logit before it when its token is replaced.
  public let largestChanges: [Float]
  /// The largest difference between the logits of the parallel pass and those of incremental
  /// decoding; nil where the model cannot decode incrementally.
  public let incrementalDifference: Float?
  /// The largest absolute logit, to judge the differences by.
  public let logitScale: Float
  /// Whether all logits were finite. Where they were not, no change of one proves a leak.
  public let isFinite: Bool

  /// The largest change of all.
  public var largestChange: Float { largestChanges.max() ?? 0 }
  /// Whether a later token changed an earlier logit.
  public var leaks: Bool { isFinite && largestChange > 0 }

  /// Audits a model over one sequence of tokens.
  ///
  /// - Parameters:
  ///   - withDecoding: also compare with incremental decoding.
  ///   - isInterrupted: is asked after each position; true ends the audit there.
  public init(
    _ model: any LanguageModel, _ store: ParameterStore, tokens: [Int32],
    withDecoding: Bool = true, isInterrupted: () -> Bool = { false }
  ) {
    precondition(!tokens.isEmpty, "nothing to audit")
    let parallel = LogitGraph(model, store, mode: .evaluation, batch: 1, time: tokens.count)
    let baseline = parallel.logits(tokens)
    let width = model.vocabularySize
    var changes: [Float] = []
    var finite = baseline.allSatisfy(\.isFinite)
    for position in tokens.indices where finite && !isInterrupted() {
      var changed = tokens
      changed[position] = (tokens[position] + 1) % Int32(width)
      let logits = parallel.logits(changed)
      finite = logits.allSatisfy(\.isFinite)
      changes.append(Self.largestDifference(logits[..<(position * width)], baseline[...]))
    }
    isFinite = finite
    largestChanges = changes
    logitScale = baseline.reduce(0) { max($0, abs($1)) }

    guard withDecoding, finite, model.decodesIncrementally, !isInterrupted() else {
      incrementalDifference = nil
      return
    }
    let decoder = LogitGraph(
      model, store, mode: .decoding, batch: 1, time: 1, contextLength: tokens.count)
    var incremental: [Float] = []
    for token in tokens { incremental += decoder.logits([token]) }
    incrementalDifference = Self.largestDifference(incremental[...], baseline[...])
  }

  /// The largest difference over the length of the first; not a number counts as infinite.
  static func largestDifference(_ first: ArraySlice<Float>, _ second: ArraySlice<Float>) -> Float {
    var largest: Float = 0
    for (a, b) in zip(first, second) {
      let difference = abs(a - b)
      largest = difference.isNaN ? .infinity : max(largest, difference)
    }
    return largest
  }
}

extension TrainedRun {
  /// Audits the run's model over one sequence of tokens.
  ///
  /// - Parameter withDecoding: also compare with incremental decoding.
  public func audit(_ tokens: [Int32], withDecoding: Bool = true) throws -> CausalityAudit {
    let audit = CausalityAudit(
      model, store, tokens: tokens, withDecoding: withDecoding,
      isInterrupted: { Interruption.pending != nil })
    try Interruption.check()
    guard audit.isFinite else {
      throw EvaluationError.notFinite(checkpoint: checkpoint, figure: "logit_scale")
    }
    return audit
  }
}
