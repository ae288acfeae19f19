import Foundation
import Testing

@testable import FlashShared

/// Samplers against straightforward versions of the same definitions, over random logits.
@Suite struct SamplerTests {
  static let vocabularySize = 50

  /// Logits with some ties among them.
  static func logits(_ seed: UInt64) -> [Float] {
    let stream = RandomStream(seed: seed, purpose: .sampling)
    return (0..<vocabularySize).map {
      let value = Float(stream.normal(at: UInt64($0))) * 2
      return $0 % 5 == 0 ? value.rounded() : value
    }
  }

  static func history(_ seed: UInt64, count: Int = 80) -> [Int32] {
    let stream = RandomStream(seed: seed, purpose: .shuffling)
    return (0..<count).map { Int32(stream.integer(at: UInt64($0), below: 12)) }
  }

  /// What a sampler leaves, as logits by token.
  private func remaining(
    _ logits: [Float], _ history: [Int32] = [], promptCount: Int = 0,
    _ change: (inout SamplerSettings) -> Void
  ) -> [Int32: Float] {
    var settings = SamplerSettings()
    change(&settings)
    var sampler = Sampler(settings, vocabularySize: logits.count)
    // Twice, so that nothing is left over from the first time.
    sampler.apply(to: logits.reversed(), history: history, promptCount: promptCount)
    sampler.apply(to: logits, history: history, promptCount: promptCount)
    let candidates = sampler.candidates
    #expect(candidates.tokens == candidates.tokens.sorted())
    return Dictionary(uniqueKeysWithValues: zip(candidates.tokens, candidates.logits))
  }

  /// Probabilities by token, the most probable first; of equal ones the smaller id first.
  private func ranked(_ logits: [Float]) -> [(token: Int32, probability: Double)] {
    let weights = logits.map { Foundation.exp(Double($0)) }
    let total = weights.reduce(0, +)
    return weights.enumerated().map { (Int32($0), $1 / total) }
      .sorted { ($1.probability, $0.token) < ($0.probability, $1.token) }
  }

  private func all(_ logits: [Float]) -> [Int32: Float] {
    Dictionary(uniqueKeysWithValues: logits.enumerated().map { (Int32($0), $1) })
  }

  @Test(arguments: 0..<20 as Range<UInt64>) func neutralSettingsChangeNothing(seed: UInt64) {
    let logits = Self.logits(seed)
    #expect(remaining(logits, Self.history(seed)) { _ in } == all(logits))
  }

  @Test(arguments: 0..<20 as Range<UInt64>, [1, 3, 17, 49, 50, 80])
  func topKKeepsTheLargestAndTheirTies(seed: UInt64, k: Int) {
    let logits = Self.logits(seed)
    let threshold = logits.sorted(by: >)[min(k, logits.count) - 1]
    #expect(remaining(logits) { $0.topK = k } == all(logits).filter { $0.value >= threshold })
  }

  @Test(arguments: 0..<20 as Range<UInt64>, [1e-6, 0.3, 0.7, 0.95, 0.9999])
  func topPKeepsTheTokenThatCrosses(seed: UInt64, p: Double) {
    let logits = Self.logits(seed)
    var preceding = 0.0
    var kept: Set<Int32> = []
    for (rank, entry) in ranked(logits).enumerated() {
      if rank == 0 || preceding <= p { kept.insert(entry.token) }
      preceding += entry.probability
    }
    #expect(remaining(logits) { $0.topP = p } == all(logits).filter { kept.contains($0.key) })
  }

  /// The worked rule of the reference: 0.5, 0.3, 0.15, 0.05 at 0.7 keep the first two.
  @Test func theWorkedNucleusExample() {
    let logits = [0.5, 0.3, 0.15, 0.05].map { Float(log($0)) }
    #expect(Set(remaining(logits) { $0.topP = 0.7 }.keys) == [0, 1])
    #expect(Set(remaining([3, 2, 1, 0]) { $0.topP = 0.6 }.keys) == [0])
  }

  @Test(arguments: 0..<20 as Range<UInt64>, [0.01, 0.1, 0.5, 1])
  func minPIsRelativeToTheLargest(seed: UInt64, p: Double) {
    let logits = Self.logits(seed)
    let entries = ranked(logits)
    let kept = Set(
      entries.filter { $0.probability >= p * entries[0].probability * (1 - 1e-6) }.map(\.token))
    #expect(remaining(logits) { $0.minP = p } == all(logits).filter { kept.contains($0.key) })
  }

  @Test(arguments: 0..<20 as Range<UInt64>, [0.2, 0.6, 0.95])
  func typicalKeepsWhatIsNearTheEntropy(seed: UInt64, p: Double) {
    let logits = Self.logits(seed)
    let entries = ranked(logits)
    let entropy = entries.reduce(0) { $0 - $1.probability * log($1.probability) }
    let byDistance = entries.map { ($0.token, $0.probability, abs(-log($0.probability) - entropy)) }
      .sorted { ($0.2, $0.0) < ($1.2, $1.0) }
    var mass = 0.0
    var kept: [(Int32, Double)] = []
    for (token, probability, distance) in byDistance where kept.isEmpty || mass <= p {
      kept.append((token, distance))
      mass += probability
    }
    let result = remaining(logits) { $0.typical = p }
    // Ties in distance may be rounded either way: the kept distances decide.
    #expect(result.count == kept.count)
    let distances = Dictionary(uniqueKeysWithValues: byDistance.map { ($0.0, $0.2) })
    let largest = kept.map(\.1).max() ?? 0
    #expect(result.keys.allSatisfy { (distances[$0] ?? .infinity) <= largest + 1e-5 })
  }

  @Test(arguments: 0..<20 as Range<UInt64>, [-1, 0, 5, 64])
  func penaltiesCountTheRecentTokens(seed: UInt64, window: Int) {
    let logits = Self.logits(seed)
    let history = Self.history(seed)
    let recent = window < 0 ? history : Array(history.suffix(window))
    var expected = all(logits)
    for (token, logit) in expected {
      let count = recent.filter { $0 == token }.count
      guard count > 0 else { continue }
      let repeated = logit > 0 ? logit / 1.3 : logit * 1.3
      expected[token] = repeated - 0.25 * Float(count) - 0.5
    }
    let result = remaining(logits, history) {
      $0.repeatPenalty = 1.3
      $0.frequencyPenalty = 0.25
      $0.presencePenalty = 0.5
      $0.repeatLastN = window
    }
    #expect(result.keys == expected.keys)
    for (token, logit) in expected { #expect(abs((result[token] ?? .nan) - logit) < 1e-5) }
  }

  @Test func aPenaltyThatIgnoresTheSignRewardsNegativeLogits() {
    let result = remaining([-2, -2, 2, 2], [0, 2, 2]) {
      $0.repeatPenalty = 1.25
      $0.repeatPenaltyIgnoresSign = true
    }
    #expect(result == [0: -1.6, 1: -2, 2: 1.6, 3: 2])
  }

  @Test func penaltiesCanSpareThePrompt() {
    let result = remaining([1, 1, 1, 1], [0, 1, 1, 2], promptCount: 3) {
      $0.presencePenalty = 1
      $0.penalizesPrompt = false
    }
    #expect(result == [0: 1, 1: 1, 2: 0, 3: 1])
  }

  @Test(arguments: 1...4, [3, 9, 40])
  func noNgramRepeats(n: Int, length: Int) {
    let history = Self.history(UInt64(n * 100 + length), count: length)
    let logits = Self.logits(1)
    var banned: Set<Int32> = []
    for start in 0..<max(0, history.count - n + 1)
    where Array(history[start..<start + n - 1]) == Array(history.suffix(n - 1)) {
      banned.insert(history[start + n - 1])
    }
    let result = remaining(logits, history) { $0.noRepeatNgram = n }
    #expect(Set(result.keys) == Set(0..<Int32(Self.vocabularySize)).subtracting(banned))
  }

  @Test func aBanOfEverythingIsNone() {
    #expect(remaining([1, 2], [0, 1]) { $0.noRepeatNgram = 1 } == [0: 1, 1: 2])
    let result = remaining([1, 2]) { $0.logitBias = [0: -.infinity, 1: -.infinity] }
    #expect(result.count == 2)
  }

  @Test func logitBiasAddsAndBans() {
    let result = remaining([1, 2, 3]) { $0.logitBias = [0: 4, 2: -.infinity] }
    #expect(result == [0: 5, 1: 2])
  }

  @Test func temperatureAndCapKeepTheOrder() {
    let logits = Self.logits(3)
    let cooled = remaining(logits) { $0.temperature = 0.5 }
    #expect(cooled.allSatisfy { $0.value == logits[Int($0.key)] / 0.5 })
    let capped = remaining(logits.map { $0 * 100 }) { $0.softCap = 50 }
    #expect(capped.values.allSatisfy { abs($0) <= 50 })
    #expect(remaining(logits) { $0.temperature = 0 }.keys.first == Self.first(logits))
    #expect(remaining([1, 3, 3]) { $0.temperature = 0 } == [1: 3])
  }

  private static func first(_ logits: [Float]) -> Int32 {
    Int32(logits.firstIndex(of: logits.max() ?? 0) ?? 0)
  }

  /// The order matters: a frequency penalty behind the temperature does not scale with it.
  @Test func stagesActInTheirOrder() {
    let history: [Int32] = [1, 1, 2]
    let reference = remaining([2, 4, 1], history) {
      $0.stages = [.temperature, .frequencyPenalty, .topK, .topP]
      $0.temperature = 0.5
      $0.frequencyPenalty = 1.5
      $0.repeatLastN = 100
    }
    #expect(reference == [0: 4, 1: 5, 2: 0.5])
    let standard = remaining([2, 4, 1], history) {
      $0.temperature = 0.5
      $0.frequencyPenalty = 1.5
    }
    #expect(standard == [0: 4, 1: 2, 2: -1])
  }

  @Test func aStageThatIsSetMustBeInTheOrder() {
    var settings = SamplerSettings()
    settings.stages = [.temperature]
    #expect(settings.problem == nil)
    settings.topK = 5
    #expect(settings.problem?.stage == .topK)
  }

  /// Drawn frequencies follow the softmax of what is left.
  @Test func drawsFollowTheDistribution() {
    let logits = Self.logits(9)
    var settings = SamplerSettings()
    settings.topK = 8
    var sampler = Sampler(settings, vocabularySize: logits.count)
    let stream = RandomStream(seed: 4, purpose: .sampling)
    let draws = 20_000
    var counts: [Int32: Int] = [:]
    for draw in 0..<draws {
      let token = sampler.next(
        after: [], logits: logits, uniform: stream.uniform(at: UInt64(draw)))
      counts[token, default: 0] += 1
    }
    let kept = ranked(logits).prefix(8)
    let total = kept.reduce(0) { $0 + $1.probability }
    for (token, probability) in kept {
      let share = probability / total
      let deviation = (share * (1 - share) / Double(draws)).squareRoot()
      #expect(abs(Double(counts[token] ?? 0) / Double(draws) - share) < 5 * deviation)
    }
    #expect(counts.values.reduce(0, +) == draws)
    #expect(Set(counts.keys).isSubset(of: kept.map(\.token)))
  }

  @Test func theEndsOfTheUnitIntervalAreTokens() {
    var sampler = Sampler(SamplerSettings(), vocabularySize: 3)
    #expect(sampler.next(after: [], logits: [-.infinity, 0, 0], uniform: 0) == 1)
    #expect(sampler.next(after: [], logits: [0, 0, -.infinity], uniform: 1 - 0x1p-53) == 1)
  }

  @Test(arguments: 0..<200 as Range<UInt64>) func selectionFindsEachRank(seed: UInt64) {
    let stream = RandomStream(seed: seed, purpose: .sampling)
    let count = Int(stream.integer(at: 0, below: 40)) + 1
    let values = (0..<count).map { Float(stream.integer(at: UInt64($0 + 1), below: 9)) }
    var candidates = Candidates(vocabularySize: count)
    candidates.reset(values)
    var scratch: [Float] = []
    let sorted = values.sorted(by: >)
    for rank in 1...count {
      #expect(candidates.logit(ofRank: rank, &scratch) == sorted[rank - 1])
    }
  }
}
