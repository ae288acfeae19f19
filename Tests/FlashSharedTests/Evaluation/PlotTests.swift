import Foundation
import Testing

@testable import FlashShared

@Suite struct PlotTests {
  @Test func linearAxesHoldAllValuesBetweenRoundTicks() throws {
    let axis = try #require(PlotAxis("x", .linear, over: [0.13, 0.98, 0.5]))
    #expect(axis.low <= 0.13 && axis.high >= 0.98)
    #expect(axis.ticks.map { PlotAxis.label($0) } == ["0", "0.2", "0.4", "0.6", "0.8", "1"])
    #expect(axis.fraction(axis.low) == 0)
    #expect(axis.fraction(axis.high) == 1)
  }

  @Test(arguments: [(1.2, 2.1), (1.5, 9.0), (3.0, 700.0), (1.0, 1e9), (5.0, 5.0)])
  func logarithmicAxesHaveTicks(low: Double, high: Double) throws {
    let axis = try #require(PlotAxis("x", .logarithmic, over: [low, high, 0, -.infinity, .nan]))
    #expect(axis.low <= low && axis.high >= high)
    #expect((2...16).contains(axis.ticks.count))
    #expect(axis.ticks.allSatisfy { $0 >= axis.low && $0 <= axis.high })
  }

  /// Equal factors are equal distances.
  @Test func logarithmicAxesSpaceFactorsEvenly() throws {
    let axis = try #require(PlotAxis("x", .logarithmic, over: [1, 10_000]))
    let places = [1.0, 10, 100, 1000, 10_000].map { axis.fraction($0) }
    #expect(abs(axis.fraction(100) - 0.5) < 1e-12)
    for (place, next) in zip(places, places.dropFirst()) {
      #expect(abs(next - place - (places[4] - places[0]) / 4) < 1e-12)
    }
    #expect(axis.ticks == [1, 10, 100, 1000, 10_000])
    let linear = try #require(PlotAxis("x", .linear, over: [0, 10_000]))
    #expect(linear.fraction(100) == 0.01)
  }

  /// The points of a curve as an SVG places them.
  private func points(_ svg: String) throws -> [[Double]] {
    let line = try #require(svg.firstMatch(of: /polyline fill="none" points="([^"]*)"/)).output.1
    return line.split(separator: " ").map { $0.split(separator: ",").compactMap { Double($0) } }
  }

  @Test func curvesFollowTheScaleOfEachAxis() throws {
    func drawn(_ x: PlotAxis.Scale, _ y: PlotAxis.Scale) throws -> [[Double]] {
      let plot = LinePlot(
        title: "", x: ("x", x), y: ("y", y),
        series: [.init(name: "", run: "", points: [(1, 1), (10, 10), (100, 100)])])
      return try points(#require(plot.svg()))
    }
    /// How far the middle point lies between the others.
    func middle(_ points: [[Double]], _ axis: Int) -> Double {
      (points[1][axis] - points[0][axis]) / (points[2][axis] - points[0][axis])
    }
    let mixed = try drawn(.linear, .logarithmic)
    #expect(abs(middle(mixed, 0) - 1.0 / 11) < 1e-3)
    #expect(abs(middle(mixed, 1) - 0.5) < 1e-3)
    // Up is more.
    #expect(mixed[0][1] > mixed[2][1])
    let other = try drawn(.logarithmic, .linear)
    #expect(abs(middle(other, 0) - 0.5) < 1e-3)
    #expect(abs(middle(other, 1) - 1.0 / 11) < 1e-3)
  }

  @Test func oneValueAndNone() throws {
    let axis = try #require(PlotAxis("x", .linear, over: [3.0]))
    #expect(axis.low <= 3 && axis.high > 3 && axis.ticks.count > 1)
    #expect(PlotAxis("x", .linear, over: []) == nil)
    #expect(PlotAxis("x", .logarithmic, over: [0.0]) == nil)
  }

  @Test func labelsAreShort() {
    #expect(PlotAxis.label(0) == "0")
    #expect(PlotAxis.label(2000) == "2k")
    #expect(PlotAxis.label(1.5e6) == "1.5M")
    #expect(PlotAxis.label(3e13) == "30T")
    #expect(PlotAxis.label(2e15) == "2e15")
  }

  @Test func curvesNameTheirRuns() throws {
    let plot = LinePlot(
      title: "a < b", x: ("tokens", .linear), y: ("nats", .logarithmic),
      series: [
        .init(name: "v1", run: "runs/\"one\"", points: [(0, 1), (1, 0.5), (2, .nan)]),
        .init(name: "v2", run: "runs/two", points: []),
      ])
    let svg = try #require(plot.svg())
    #expect(svg.contains("a &lt; b"))
    #expect(svg.contains("runs/&quot;one&quot;"))
    #expect(!svg.contains("runs/two</code>"))
    #expect(!svg.contains("nan"))
    #expect(svg.contains(">tokens</text>"))
    try expectWellFormed(svg)
    #expect(LinePlot(title: "", x: ("", .linear), y: ("", .linear), series: []).svg() == nil)
  }

  @Test func barsNameTheirRuns() throws {
    let plot = BarPlot(
      title: "speed", axisTitle: "tokens a second",
      bars: [.init(name: "v1", run: "runs/one", value: 1234, label: "1,234")])
    let svg = try #require(plot.svg())
    #expect(svg.contains("<title>runs/one</title>"))
    try expectWellFormed(svg)
    #expect(BarPlot(title: "", axisTitle: "", bars: []).svg() == nil)
  }

  /// Every element that opens closes in its turn.
  private func expectWellFormed(_ text: String) throws {
    var open: [Substring] = []
    for tag in text.matches(of: /<(\/?)([a-z]+)[^>]*?(\/?)>/) {
      if !tag.output.3.isEmpty { continue }
      if tag.output.1.isEmpty {
        open.append(tag.output.2)
      } else {
        #expect(open.popLast() == tag.output.2)
      }
    }
    #expect(open.isEmpty)
  }
}
