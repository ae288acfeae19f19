import Foundation
import Testing

@testable import FlashShared

@Suite struct ScheduleTests {
  private let published = LearningRateSchedule(
    peak: 5e-4, minimum: 1e-5, warmupSteps: 100, totalSteps: 703, isClamped: false)

  private func rate(_ schedule: LearningRateSchedule, _ step: Int) -> Double {
    schedule.rate(step: step, budgetProgress: 0, warmupProgress: 0)
  }

  @Test func theWarmUpIsThatOfTheReference() {
    for step in 0..<5 { #expect(abs(rate(published, step) - 5e-6 * Double(step + 1)) < 1e-12) }
    #expect(abs(rate(published, 100) - 5e-4) < 1e-12)
  }

  /// The figures of v5.2's card: the published cosine is not clamped and rises again.
  @Test func anUnclampedCosineRisesAgain() {
    #expect(abs(rate(published, 703) - 1e-5) < 1e-9)
    #expect(abs(rate(published, 1000) - 2.5e-4) < 1e-5)
    #expect(abs(rate(published, 1306) - 5e-4) < 1e-7)
    var clamped = published
    clamped.isClamped = true
    #expect(abs(rate(clamped, 1306) - 1e-5) < 1e-12)
  }

  @Test func theScheduleFollowsTheBudget() {
    let schedule = LearningRateSchedule(peak: 1, minimum: 0, warmupSteps: 10)
    func rate(_ progress: Double) -> Double {
      schedule.rate(step: 50, budgetProgress: progress, warmupProgress: 0.2)
    }
    #expect(abs(rate(0.2) - 1) < 1e-12)
    #expect(abs(rate(0.6) - 0.5) < 1e-12)
    #expect(abs(rate(1)) < 1e-12)
    #expect(abs(rate(1.5)) < 1e-12)
  }

  /// With 1,000 steps of warm-up and a budget of 100, the peak is reached after a tenth of it.
  @Test func theWarmUpTakesNoMoreThanItsShareOfTheBudget() {
    let schedule = LearningRateSchedule(peak: 1, minimum: 0, warmupSteps: 1000, warmupShare: 0.1)
    var ended = 0.0
    let rates = (0..<100).map { step in
      let progress = Double(step) / 100
      if schedule.isWarmingUp(step: step - 1, budgetProgress: ended) { ended = progress }
      return schedule.rate(step: step, budgetProgress: progress, warmupProgress: ended)
    }
    #expect(abs(rates[0] - 1e-3) < 1e-12)
    #expect(abs(rates[5] - 0.5) < 1e-12)
    #expect(ended == 0.1)
    #expect(rates.firstIndex(of: 1) == 10)
    #expect(zip(rates[10...], rates[11...]).allSatisfy { $0 > $1 })
    #expect(rates[99] < 1e-3)
  }

  /// Where the steps of warm-up are the smaller part, they alone count.
  @Test func aShortWarmUpIsNotStretched() {
    let schedule = LearningRateSchedule(peak: 1, minimum: 0, warmupSteps: 4, warmupShare: 0.1)
    let rates = (0..<4).map {
      schedule.rate(step: $0, budgetProgress: Double($0) / 100, warmupProgress: 0)
    }
    #expect(rates == [0.25, 0.5, 0.75, 1])
    var published = schedule
    published.totalSteps = 20
    #expect(published.isWarmingUp(step: 3, budgetProgress: 0.9))
  }
}

@Suite struct DataOrderTests {
  @Test(arguments: [1, 2, 3, 17, 64, 1000]) func eachEpochIsAPermutation(_ count: Int) {
    let order = DataOrder(count: count, seed: 3)
    for epoch in 0..<3 {
      let windows = (0..<count).map { order.window(at: epoch * count + $0) }
      #expect(windows.sorted() == Array(0..<count))
    }
  }

  @Test func epochsAndSeedsDiffer() {
    let order = DataOrder(count: 1000, seed: 3)
    let first = (0..<1000).map { order.window(at: $0) }
    #expect(first != (1000..<2000).map { order.window(at: $0) })
    #expect(first != (0..<1000).map { DataOrder(count: 1000, seed: 4).window(at: $0) })
    #expect(zip(first, first.dropFirst()).filter { $1 == $0 + 1 }.count < 20)
  }
}
