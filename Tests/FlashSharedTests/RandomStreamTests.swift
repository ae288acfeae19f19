import Testing

@testable import FlashShared

@Suite struct RandomStreamTests {
  @Test func streamsOfDifferentPartsDiffer() {
    let first = RandomStream(seed: 1, purpose: .dropout, 2, 3)
    #expect(first != RandomStream(seed: 1, purpose: .dropout, 3, 2))
    #expect(first != RandomStream(seed: 1, purpose: .sampling, 2, 3))
    #expect(first == RandomStream(seed: 1, purpose: .dropout, 2, 3))
    #expect(RandomStream(seed: 1, purpose: .dropout, 2).narrowed(by: 3) == first)
  }

  @Test func uniformNumbersHaveTheMomentsOfTheirDistribution() {
    let stream = RandomStream(seed: 7, purpose: .evaluation)
    let draws = (0..<100_000).map { stream.uniform(at: UInt64($0)) }
    let mean = draws.reduce(0, +) / Double(draws.count)
    let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(draws.count)
    #expect(abs(mean - 0.5) < 0.005)
    #expect(abs(variance - 1.0 / 12) < 0.002)
  }

  @Test func normalNumbersHaveTheMomentsOfTheirDistribution() {
    let stream = RandomStream(seed: 7, purpose: .initialization)
    let draws = (0..<100_000).map { stream.normal(at: UInt64($0)) }
    let mean = draws.reduce(0, +) / Double(draws.count)
    let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(draws.count)
    #expect(abs(mean) < 0.02)
    #expect(abs(variance - 1) < 0.02)
  }
}
