import Foundation

/// What is known of the next token besides the model's logits.
public struct SamplerGuidance: Sendable {
  /// By id, how well the token's embedding fits the compass: a cosine. Empty without a compass.
  public var compass: [Float]
  /// What followed the last tokens in an index of n-grams; nil where they are not in it.
  public var continuations: NgramContinuations?

  public init(compass: [Float] = [], continuations: NgramContinuations? = nil) {
    self.compass = compass
    self.continuations = continuations
  }
}

extension Sampler {
  /// z ← z + α·cos(compass, embedding), for each token.
  mutating func follow(compass: [Float]) {
    guard !compass.isEmpty else { return }
    let weight = Float(settings.compassWeight)
    candidates.map { token, logit in logit + weight * compass[Int(token)] }
  }

  /// Mixes continuations into the distribution.
  mutating func blend(_ continuations: NgramContinuations?) {
    guard let continuations else { return }
    switch settings.ngramBlend {
    case .linear: blendProbabilities(continuations)
    case .geometric: blendLogits(continuations)
    }
  }

  /// p ← (1 − λ)·p + λ·q, where q are the shares of the continuations among those that are still
  /// candidates.
  private mutating func blendProbabilities(_ continuations: NgramContinuations) {
    let weight = settings.ngramWeight
    let present = continuations.entries.compactMap { entry in
      candidates.index(of: entry.token).map { (index: $0, count: Double(entry.count)) }
    }
    let count = present.reduce(0) { $0 + $1.count }
    guard count > 0 else { return }
    let normalizer = candidates.logSumExp(&probabilities)
    let model = present.map { exp(Double(candidates.logits[$0.index]) - normalizer) }
    let shift = Float(log(1 - weight) - normalizer)
    candidates.map { _, logit in logit + shift }
    for (entry, probability) in zip(present, model) {
      let mixed = (1 - weight) * probability + weight * entry.count / count
      candidates.setLogit(Float(log(mixed)), at: entry.index)
    }
    removeImpossible()
  }

  /// z ← (1 − λ)·z + λ·r, r = ln(p + 1e-10) for the continuations with their shares p of all that
  /// followed, −10 for other tokens.
  private mutating func blendLogits(_ continuations: NgramContinuations) {
    let weight = Float(settings.ngramWeight)
    let original = continuations.entries.compactMap { entry in
      candidates.index(of: entry.token).map {
        (
          index: $0, logit: candidates.logits[$0],
          score: Float(log(Double(entry.count) / Double(continuations.total) + 1e-10))
        )
      }
    }
    candidates.map { _, logit in (1 - weight) * logit - 10 * weight }
    for entry in original {
      candidates.setLogit((1 - weight) * entry.logit + weight * entry.score, at: entry.index)
    }
  }
}
