import Testing

@testable import FlashShared

@Suite struct ScoringPlanTests {
  /// Every token is scored once, in order, by windows that lie inside the stream and give each
  /// target the context that is promised.
  @Test(arguments: [1, 2, 5, 8, 9, 16, 17, 63], [1, 3, 8])
  func everyTokenIsScoredOnce(tokenCount: Int, stride: Int) {
    for length in [stride, stride + 1, 2 * stride, 40] {
      for (lead, hasStart) in [(1, true), (1, false), (2, true), (2, false)] {
        let plan = ScoringPlan(
          tokenCount: tokenCount, length: length, stride: stride, lead: lead,
          hasStartToken: hasStart)
        var next = plan.first
        #expect(plan.first == (hasStart ? 0 : min(lead, tokenCount)))
        for window in 0..<plan.count {
          let scored = plan.scored(window)
          let begin = plan.begin(window)
          #expect(scored.lowerBound == next)
          #expect(!scored.isEmpty)
          #expect(begin >= plan.first && begin <= scored.lowerBound)
          #expect(begin + plan.length == scored.upperBound)
          // Inputs of a target, counted back to the window's begin.
          if window > 0 { #expect(scored.lowerBound - begin + 1 >= length - stride + 1) }
          next = scored.upperBound
        }
        #expect(next == tokenCount)
      }
    }
  }

  @Test func nothingGivesNoWindow() {
    for tokens in [0, 1] {
      let plan = ScoringPlan(
        tokenCount: tokens, length: 4, stride: 4, lead: 1, hasStartToken: false)
      #expect(plan.count == 0)
    }
  }
}
