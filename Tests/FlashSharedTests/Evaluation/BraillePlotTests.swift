import Foundation
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

  /// A loss that halves with every step is a straight line on the logarithmic axis.
  @Test func lossesAreDrawnLogarithmically() throws {
    var history = TrainingHistory()
    for step in 0...8 {
      history.add([
        "event": "step", "step": .integer(step), "tokens": .integer(step * 1000),
        "loss": .number(exp2(Double(8 - step))), "elapsed": .integer(step),
      ])
    }
    let lines = TrainingChart(history, name: "run", budget: nil)
      .lines(width: 60, height: 30, isColoured: false)
    let rows = lines.compactMap { line in
      line.firstIndex { $0 == "│" || $0 == "┤" }.map { Array(line[line.index(after: $0)...]) }
    }
    #expect(rows.count == 24)
    // In each column the first row with a dot; the curve spans 8,000 tokens of an axis up to 8,000.
    let heights = (0..<52).compactMap { column in
      rows.firstIndex { (0x2801...0x28FF).contains($0[column].unicodeScalars.first?.value ?? 0) }
    }
    #expect(heights.count == 52)
    let (top, bottom) = (try #require(heights.first), try #require(heights.last))
    #expect(top <= 1 && bottom >= 22)
    for (column, height) in heights.enumerated() {
      let straight = Double(top) + Double(bottom - top) * Double(column) / 51
      #expect(abs(Double(height) - straight) <= 1, "column \(column)")
    }
  }
}
