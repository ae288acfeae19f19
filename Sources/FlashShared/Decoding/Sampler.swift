import Foundation

/// Chooses the next token from logits: the settings' stages in their order, then one draw.
public struct Sampler: Sendable {
  /// What is done.
  public let settings: SamplerSettings
  /// What the stages left of the last logits.
  public internal(set) var candidates: Candidates
  private let stages: [SamplerStage]
  private var occurrences: [Int32]
  private var order: [Int] = []
  var probabilities: [Double] = []
  private var scratch: [Float] = []

  /// - Parameter settings: settings without a `problem`.
  public init(_ settings: SamplerSettings, vocabularySize: Int) {
    precondition(settings.problem == nil, "settings that cannot be used")
    self.settings = settings
    stages = settings.stages.filter { !settings.isNeutral($0) }
    candidates = Candidates(vocabularySize: vocabularySize)
    occurrences = [Int32](repeating: 0, count: vocabularySize)
  }

  /// The next token.
  ///
  /// - Parameters:
  ///   - logits: of the whole vocabulary; not one may be NaN or +∞.
  ///   - history: the tokens so far, prompt included.
  ///   - promptCount: how many of them are the prompt's.
  ///   - guidance: what the compass and the n-gram stages read; without it they do nothing.
  ///   - uniform: a uniform number in [0, 1).
  public mutating func next(
    after history: [Int32], promptCount: Int = 0, logits: some Collection<Float>,
    guidance: SamplerGuidance = SamplerGuidance(), uniform: Double
  ) -> Int32 {
    apply(to: logits, history: history, promptCount: promptCount, guidance: guidance)
    return draw(uniform)
  }

  /// Draws from what the stages left.
  ///
  /// - Parameter uniform: a uniform number in [0, 1).
  mutating func draw(_ uniform: Double) -> Int32 { candidates.draw(uniform, &probabilities) }

  /// Applies all stages; `candidates` are what remains, one at least.
  public mutating func apply(
    to logits: some Collection<Float>, history: [Int32], promptCount: Int = 0,
    guidance: SamplerGuidance = SamplerGuidance()
  ) {
    precondition(logits.count == occurrences.count, "not the vocabulary's logits")
    candidates.reset(logits)
    let penalized = settings.penalizesPrompt ? history[...] : history.dropFirst(promptCount)
    let recent = settings.repeatLastN < 0 ? penalized : penalized.suffix(settings.repeatLastN)
    for stage in stages { apply(stage, history, recent, guidance) }
  }

  private mutating func apply(
    _ stage: SamplerStage, _ history: [Int32], _ recent: ArraySlice<Int32>,
    _ guidance: SamplerGuidance
  ) {
    switch stage {
    case .compass: follow(compass: guidance.compass)
    case .ngrams: blend(guidance.continuations)
    case .logitBias:
      let bias = settings.logitBias
      candidates.map { token, logit in logit + (bias[token] ?? 0) }
      removeImpossible()
    case .repeatPenalty: penalizeRepetition(recent)
    case .frequencyPenalty:
      let penalty = Float(settings.frequencyPenalty)
      penalize(recent) { logit, count in logit - penalty * Float(count) }
    case .presencePenalty:
      let penalty = Float(settings.presencePenalty)
      penalize(recent) { logit, _ in logit - penalty }
    case .noRepeatNgram: banRepeatedNgrams(history)
    case .topK: keepTopK()
    case .typical: keepTypical()
    case .topP: keepTopP()
    case .minP:
      let threshold = candidates.largestLogit + Float(log(settings.minP))
      candidates.keep { _, _, logit in logit >= threshold }
    case .softCap:
      let bound = Float(settings.softCap)
      candidates.map { _, logit in bound * tanh(logit / bound) }
    case .temperature: applyTemperature()
    }
  }

  private mutating func applyTemperature() {
    guard settings.temperature == 0 else {
      let temperature = Float(settings.temperature)
      candidates.map { _, logit in logit / temperature }
      return
    }
    let largest = candidates.largestLogit
    var isFirst = true
    candidates.keep { _, _, logit in
      guard isFirst, logit == largest else { return false }
      isFirst = false
      return true
    }
  }

  /// Takes away tokens with a logit of −∞, unless that would leave none.
  mutating func removeImpossible() {
    if candidates.largestLogit > -.infinity {
      candidates.keep { _, _, logit in logit > -.infinity }
    }
  }

  // MARK: Repetition

  private mutating func penalizeRepetition(_ recent: ArraySlice<Int32>) {
    let penalty = Float(settings.repeatPenalty)
    if settings.repeatPenaltyIgnoresSign {
      penalize(recent) { logit, _ in logit / penalty }
    } else {
      penalize(recent) { logit, _ in logit > 0 ? logit / penalty : logit * penalty }
    }
  }

  /// Changes the logits of tokens that occur among the recent ones, by how often they do.
  private mutating func penalize(
    _ recent: ArraySlice<Int32>, _ change: (Float, Int32) -> Float
  ) {
    for token in recent { occurrences[Int(token)] += 1 }
    candidates.map { token, logit in
      let count = occurrences[Int(token)]
      return count > 0 ? change(logit, count) : logit
    }
    for token in recent { occurrences[Int(token)] = 0 }
  }

  /// Takes away tokens that followed the last n − 1 tokens somewhere before, unless that would
  /// leave none.
  private mutating func banRepeatedNgrams(_ history: [Int32]) {
    let length = settings.noRepeatNgram - 1
    guard history.count > length else { return }
    let end = history.count
    for start in 0..<(end - length)
    where history[start..<start + length].elementsEqual(history[(end - length)...]) {
      occurrences[Int(history[start + length])] = 1
    }
    if candidates.tokens.contains(where: { occurrences[Int($0)] == 0 }) {
      candidates.keep { _, token, _ in occurrences[Int(token)] == 0 }
    }
    for token in history { occurrences[Int(token)] = 0 }
  }

  // MARK: Truncation

  private mutating func keepTopK() {
    guard settings.topK < candidates.count else { return }
    let threshold = candidates.logit(ofRank: settings.topK, &scratch)
    candidates.keep { _, _, logit in logit >= threshold }
  }

  private mutating func keepTopP() {
    let share = settings.topP
    candidates.fill(&probabilities)
    // All tokens with less than (1 − share) / count together have less than 1 − share, so none of
    // them can be needed to exceed the share: they need not be sorted.
    let negligible = 0.99 * (1 - share) / Double(candidates.count)
    order.removeAll(keepingCapacity: true)
    for index in probabilities.indices where probabilities[index] >= negligible {
      order.append(index)
    }
    order.sort { (probabilities[$1], $0) < (probabilities[$0], $1) }
    keepOrdered(untilMassExceeds: share)
  }

  private mutating func keepTypical() {
    candidates.fill(&probabilities)
    var entropy = 0.0
    for probability in probabilities where probability > 0 {
      entropy -= probability * log(probability)
    }
    let distances = probabilities.map { $0 > 0 ? abs(-log($0) - entropy) : .infinity }
    order.removeAll(keepingCapacity: true)
    order.append(contentsOf: probabilities.indices)
    order.sort { (distances[$0], $0) < (distances[$1], $1) }
    keepOrdered(untilMassExceeds: settings.typical)
  }

  /// Keeps candidates in the order of `order` up to and with the one whose probability brings the
  /// sum above a share.
  private mutating func keepOrdered(untilMassExceeds share: Double) {
    var mass = 0.0
    var kept = 0
    while kept < order.count, kept == 0 || mass <= share {
      mass += probabilities[order[kept]]
      kept += 1
    }
    for rank in 0..<kept { probabilities[order[rank]] = -1 }
    candidates.keep { index, _, _ in probabilities[index] < 0 }
  }
}
