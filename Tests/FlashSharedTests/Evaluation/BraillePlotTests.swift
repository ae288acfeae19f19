import Testing

@testable import FlashShared

@Suite struct BraillePlotTests {
  private func text(_ plot: BraillePlot) -> [String] {
    plot.rows().map { String($0.map(\.character)) }
  }

  @Test func cornersAreDots() {
    var plot = BraillePlot(width: 2, height: 2)
    plot.draw([(0, 0)])
    plot.draw([(1, 1)])
    #expect(text(plot) == [" ⠈", "⡀ "])
  }

  @Test func lineIsUnbroken() {
    var plot = BraillePlot(width: 3, height: 1)
    plot.draw([(0, 0), (1, 0)])
    #expect(text(plot) == ["⣀⣀⣀"])
    var steep = BraillePlot(width: 1, height: 2)
    steep.draw([(0, 1), (0, 0)])
    #expect(text(steep) == ["⡇", "⡇"])
  }

  @Test func marksStandOverDots() {
    var plot = BraillePlot(width: 2, height: 1)
    plot.draw([(0, 0), (1, 0)])
    plot.mark(1, 0)
    #expect(text(plot) == ["⣀●"])
    #expect(plot.rows()[0].map(\.isMark) == [false, true])
  }

  @Test func whatLiesOutsideIsOnTheEdge() {
    var plot = BraillePlot(width: 1, height: 1)
    plot.draw([(-5, 7)])
    plot.mark(9, -9)
    #expect(text(plot) == ["●"])
  }

  @Test func aChartFitsItsSize() throws {
    var history = TrainingHistory()
    for step in 1...500 {
      history.add([
        "event": "step", "step": .integer(step), "tokens": .integer(step * 8192),
        "loss": .number(9 / Double(step)), "elapsed": .integer(step),
      ])
    }
    for (width, height) in [(80, 24), (40, 12), (200, 40)] {
      let lines = TrainingChart(history, name: "run", budget: .steps(1000))
        .lines(width: width, height: height, isColoured: false)
      #expect(lines.count <= height)
      #expect(lines.allSatisfy { $0.count <= width }, "\(lines)")
      #expect(lines.joined().contains("┤"))
    }
    let chart = TrainingChart(history, name: "run", budget: .steps(1000))
    #expect(chart.secondsLeft == 500)
    #expect(TrainingChart(history, name: "run", budget: nil).secondsLeft == nil)
    #expect(
      TrainingChart(TrainingHistory(), name: "run", budget: nil)
        .lines(width: 80, height: 24, isColoured: false).contains("no step was logged yet"))
  }
}
