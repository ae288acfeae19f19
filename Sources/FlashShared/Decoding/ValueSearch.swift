import Foundation

/// How a search over the next token with a value head is done (v8 to v8.3).
///
///     score(c) = ln p(c) − β·v(c) − ρ·n(c)
///
/// The sampler's distribution proposes K candidates. Each is appended, one token deep, and the
/// model's value head says how hard the tokens after it will be: v, an estimate of their mean
/// cross-entropy in nats. The candidate with the largest score is the next token; n is how often
/// it occurs in the text so far.
public struct SearchSettings: Sendable, Equatable {
  /// How candidates are found.
  public enum Choice: String, Sendable, CaseIterable {
    /// The most probable ones: the search draws nothing (v8.1 to v8.3).
    case top
    /// Drawn from the distribution, all different (v8).
    case draw
  }

  /// K: the number of candidates.
  public var candidates = 4
  /// β: what a nat of expected difficulty counts beside a nat of log-probability.
  public var valueWeight = 1.0
  public var choice = Choice.top
  /// ρ: what each occurrence of a candidate in the text so far costs.
  public var repetitionPenalty = 0.0

  /// The most candidates: as many as go through a layer to the same bits as each alone.
  public static let candidateLimit = Kernel.fewRows

  public init() {}

  /// What cannot be used, in words; nil if all can.
  public var problem: String? {
    if !(1...Self.candidateLimit).contains(candidates) {
      return "the number of candidates must be from 1 to \(Self.candidateLimit)"
    }
    return valueWeight.isFinite && repetitionPenalty.isFinite
      ? nil : "the weight of the value and the repetition penalty must be numbers"
  }

  /// All settings under the names of the options.
  public var json: JSONObject {
    [
      "candidates": .integer(candidates), "value_weight": .number(valueWeight),
      "choice": .string(choice.rawValue), "repetition_penalty": .number(repetitionPenalty),
    ]
  }
}

/// Finds candidates and picks the best.
struct ValueSearch {
  let settings: SearchSettings
  /// The candidates of the last choice, and their log-probabilities.
  private(set) var tokens: [Int32] = []
  private(set) var logProbabilities: [Double] = []
  private var weights: [Double] = []

  init(_ settings: SearchSettings) {
    precondition(settings.problem == nil, "settings that cannot be used")
    self.settings = settings
  }

  /// Takes candidates from what a sampler left; fewer than asked for if there are fewer.
  ///
  /// - Parameter uniform: gives the uniform number in [0, 1) of each draw.
  mutating func choose(from proposal: Candidates, uniform: (Int) -> Double) {
    let normalizer = proposal.logSumExp(&weights)
    let places =
      switch settings.choice {
      case .top: mostProbable(proposal)
      case .draw: drawn(uniform)
      }
    tokens = places.map { proposal.tokens[$0] }
    logProbabilities = places.map { Double(proposal.logits[$0]) - normalizer }
  }

  /// The places of the most probable, the most probable first; of equal ones the lower id.
  private func mostProbable(_ proposal: Candidates) -> [Int] {
    var scratch: [Float] = []
    let count = min(settings.candidates, proposal.count)
    let threshold = proposal.logit(ofRank: count, &scratch)
    let places = proposal.logits.indices.filter { proposal.logits[$0] >= threshold }
    let sorted = places.sorted { (proposal.logits[$1], $0) < (proposal.logits[$0], $1) }
    return Array(sorted.prefix(count))
  }

  /// The places of different ones, each drawn by its share of what is left.
  private mutating func drawn(_ uniform: (Int) -> Double) -> [Int] {
    var places: [Int] = []
    let possible = weights.count { $0 > 0 }
    while places.count < min(settings.candidates, possible) {
      var rest = uniform(places.count) * weights.reduce(0, +)
      var place = 0
      for index in weights.indices where weights[index] > 0 {
        place = index
        rest -= weights[index]
        if rest < 0 { break }
      }
      places.append(place)
      weights[place] = 0
    }
    return places
  }

  /// The place of the candidate with the largest score, the first of equal ones.
  ///
  /// - Parameters:
  ///   - values: what the value head says of each.
  ///   - history: the text so far.
  func best(values: [Float], history: [Int32]) -> Int {
    var best = 0
    var largest = -Double.infinity
    for index in tokens.indices {
      let occurrences =
        settings.repetitionPenalty == 0 ? 0 : history.count { $0 == tokens[index] }
      let score =
        logProbabilities[index] - settings.valueWeight * Double(values[index])
        - settings.repetitionPenalty * Double(occurrences)
      if score > largest { (best, largest) = (index, score) }
    }
    return best
  }
}
