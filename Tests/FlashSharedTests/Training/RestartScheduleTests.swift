import Foundation
import Testing

@testable import FlashShared

/// The published schedules of v6 and v7, which start their cosine again every 500 steps.
@Suite struct RestartScheduleTests {
  private func rate(_ schedule: LearningRateSchedule, _ step: Int) -> Double {
    schedule.rate(step: step, budgetProgress: 0.5, warmupProgress: 0)
  }

  @Test func v7RestartsFromNineTenths() {
    var schedule = LearningRateSchedule(peak: 3e-3, minimum: 3e-4, warmupSteps: 200)
    schedule.restarts = (500, 0.9)
    #expect(abs(rate(schedule, 0) - 3e-3 / 200) < 1e-12)
    #expect(abs(rate(schedule, 200) - 3e-3) < 1e-12)
    #expect(abs(rate(schedule, 699) - 3e-4) < 1e-7)
    #expect(abs(rate(schedule, 700) - 2.7e-3) < 1e-12)
  }

  /// The peak falls below the minimum after 23 cycles, and the rate then rises within each.
  @Test func v6RisesInTheEnd() {
    var schedule = LearningRateSchedule(peak: 4e-3, minimum: 1e-4, warmupSteps: 100)
    schedule.restarts = (500, 0.85)
    #expect(abs(rate(schedule, 11_600) - 9.5e-5) < 5e-7)
    #expect(abs(rate(schedule, 12_100) - 8.1e-5) < 5e-7)
    #expect(rate(schedule, 12_599) > rate(schedule, 12_100))
    #expect(abs(rate(schedule, 37_099) - 1e-4) < 1e-6)
  }
}
