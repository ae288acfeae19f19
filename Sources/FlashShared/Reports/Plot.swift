import Foundation

/// An axis: what it shows, its range and its ticks.
struct PlotAxis {
  enum Scale {
    case linear
    case logarithmic
  }

  let title: String
  let scale: Scale
  let low: Double
  let high: Double
  let ticks: [Double]

  /// Magnitudes beyond these are nothing that was measured, and would overflow in an axis.
  private static let magnitudes = 1e-100...1e100

  /// An axis over the values that it can show.
  init?(_ title: String, _ scale: Scale, over values: some Sequence<Double>) {
    let usable = values.filter { Self.shows($0, scale) }
    guard let least = usable.min(), let most = usable.max() else { return nil }
    self.title = title
    self.scale = scale
    switch scale {
    case .linear:
      // No finer than what floating-point numbers of that size can tell apart.
      let finest = max(abs(least), abs(most)) * 1e-12
      let step = Self.niceStep(max((most - least) / 5, finest))
      let first = (least / step).rounded(.down)
      let last = max((most / step).rounded(.up), first + 1)
      low = first * step
      high = last * step
      ticks = (0...Int(last - first)).map { (first + Double($0)) * step }
    case .logarithmic:
      low = least == most ? least / 2 : least / pow(most / least, 0.03)
      high = least == most ? most * 2 : most * pow(most / least, 0.03)
      ticks = Self.logarithmicTicks(low, high)
    }
  }

  /// Where a value lies, from 0 to 1.
  func fraction(_ value: Double) -> Double {
    scale == .linear
      ? (value - low) / (high - low) : (log(value) - log(low)) / (log(high) - log(low))
  }

  /// Whether a value can be shown: on a logarithmic axis, positive ones alone.
  func shows(_ value: Double) -> Bool { Self.shows(value, scale) }

  private static func shows(_ value: Double, _ scale: Scale) -> Bool {
    switch scale {
    case .linear: value == 0 || magnitudes.contains(abs(value))
    case .logarithmic: magnitudes.contains(value)
    }
  }

  /// 1, 2 or 5 times a power of ten, at least as large.
  static func niceStep(_ step: Double) -> Double {
    guard step > 0, step.isFinite else { return 1 }
    let power = pow(10, floor(log10(step)))
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= step * (1 - 1e-9) } ?? 10 * power
  }

  /// Powers of ten, with as many values in between as there is room for.
  private static func logarithmicTicks(_ low: Double, _ high: Double) -> [Double] {
    let decades = log10(high / low)
    let factors: [Double]
    switch decades {
    case ..<0.35: factors = stride(from: 1.0, to: 10, by: 0.25).map { $0 }
    case ..<0.8: factors = (1...9).map { Double($0) }
    case ..<3: factors = [1, 2, 5]
    default: factors = [1]
    }
    let exponents = Int(floor(log10(low)))...Int(floor(log10(high)))
    let ticks = exponents.flatMap { exponent in factors.map { $0 * pow(10, Double(exponent)) } }
      .filter { $0 >= low && $0 <= high }
    // As many as have room for their labels.
    let every = (ticks.count + mostTicks - 1) / mostTicks
    return every < 2 ? ticks : stride(from: 0, to: ticks.count, by: every).map { ticks[$0] }
  }

  private static let mostTicks = 10

  /// A tick's value as it is written.
  static func label(_ value: Double) -> String {
    let magnitude = abs(value)
    switch magnitude {
    case 0: return "0"
    case 1e15...: return String(format: "%.0e", value).replacing("e+", with: "e")
    case 1e12...: return "\(trimmed(value / 1e12))T"
    case 1e9...: return "\(trimmed(value / 1e9))G"
    case 1e6...: return "\(trimmed(value / 1e6))M"
    case 1e3...: return "\(trimmed(value / 1e3))k"
    default: return trimmed(value)
    }
  }

  private static func trimmed(_ value: Double) -> String { String(format: "%.4g", value) }
}

/// Curves in one coordinate system, drawn as SVG whose colours follow the page's style.
struct LinePlot {
  /// A curve, and the run that it comes from.
  struct Series {
    let name: String
    let run: String
    let points: [(x: Double, y: Double)]
    var isDashed = false
    /// Also mark each point.
    var marks = false
  }

  let title: String
  let x: (title: String, scale: PlotAxis.Scale)
  let y: (title: String, scale: PlotAxis.Scale)
  let series: [Series]

  static let width = 720.0
  static let height = 400.0
  private static let left = 64.0
  private static let right = 12.0
  private static let top = 14.0
  private static let bottom = 48.0

  /// The SVG element with its caption and legend; nil where there is nothing to draw.
  func svg() -> String? {
    let points = series.flatMap(\.points)
    guard let xAxis = PlotAxis(x.title, x.scale, over: points.map(\.x)),
      let yAxis = PlotAxis(y.title, y.scale, over: points.map(\.y))
    else { return nil }
    func place(_ point: (x: Double, y: Double)) -> (Double, Double)? {
      guard xAxis.shows(point.x), yAxis.shows(point.y) else { return nil }
      return (
        Self.left + xAxis.fraction(point.x) * (Self.width - Self.left - Self.right),
        Self.height - Self.bottom
          - yAxis.fraction(point.y) * (Self.height - Self.top - Self.bottom)
      )
    }
    var svg = Self.frame(title, xAxis, yAxis)
    for (index, line) in series.enumerated() {
      let places = line.points.compactMap(place)
      let path = places.map { "\(Self.number($0.0)),\(Self.number($0.1))" }
      svg += """
        <g class="series" style="\(Self.colour(index))"><title>\(markup(line.name)): \
        \(markup(line.run))</title>
        """
      if places.count > 1 {
        svg +=
          "<polyline fill=\"none\" points=\"\(path.joined(separator: " "))\"\(Self.dash(line, index))/>"
      }
      if line.marks || places.count == 1 {
        for (px, py) in places {
          svg += "<circle cx=\"\(Self.number(px))\" cy=\"\(Self.number(py))\" r=\"2.5\"/>"
        }
      }
      svg += "</g>\n"
    }
    svg += "</svg>\n<p class=\"legend\">"
    for (index, line) in series.enumerated() where !line.points.isEmpty {
      svg += """
        <span title="\(markup(line.run))" style="\(Self.colour(index))"><svg width="26" \
        height="10" aria-hidden="true"><g class="series"><polyline fill="none" points="1,5 25,5"\
        \(Self.dash(line, index))/></g></svg>\(markup(line.name)) <code>\(markup(line.run))</code>\
        </span>

        """
    }
    return "<figure><figcaption>\(markup(title))</figcaption>\n\(svg)</p></figure>\n"
  }

  /// Neighbours in a list have hues far apart.
  static func colour(_ index: Int) -> String { "--hue:\(index * 137 % 360)" }

  private static func dash(_ line: Series, _ index: Int) -> String {
    if line.isDashed { return " stroke-dasharray=\"6 4\"" }
    return ["", " stroke-dasharray=\"2 2\"", " stroke-dasharray=\"9 3 2 3\""][index / 8 % 3]
  }

  static func number(_ value: Double) -> String { String(format: "%.1f", value) }

  /// The axes with their ticks.
  private static func frame(_ title: String, _ x: PlotAxis, _ y: PlotAxis) -> String {
    let floor = height - bottom
    var svg = """
      <svg class="plot" viewBox="0 0 \(number(width)) \(number(height))" role="img" \
      aria-label="\(markup(title))">

      """
    for tick in x.ticks {
      let at = number(left + x.fraction(tick) * (width - left - right))
      svg += "<line class=\"grid\" x1=\"\(at)\" y1=\"\(top)\" x2=\"\(at)\" y2=\"\(floor)\"/>"
      svg += """
        <text x="\(at)" y="\(floor + 16)" text-anchor="middle">\(PlotAxis.label(tick))</text>

        """
    }
    for tick in y.ticks {
      let at = floor - y.fraction(tick) * (floor - top)
      svg += """
        <line class="grid" x1="\(left)" y1="\(number(at))" x2="\(width - right)" \
        y2="\(number(at))"/><text x="\(left - 6)" y="\(number(at + 4))" text-anchor="end">\
        \(PlotAxis.label(tick))</text>

        """
    }
    svg += """
      <line class="axis" x1="\(left)" y1="\(floor)" x2="\(width - right)" y2="\(floor)"/>\
      <line class="axis" x1="\(left)" y1="\(top)" x2="\(left)" y2="\(floor)"/>\
      <text x="\(number((left + width - right) / 2))" y="\(height - 8)" text-anchor="middle">\
      \(markup(x.title))</text>\
      <text transform="translate(14 \(number((top + floor) / 2))) rotate(-90)" \
      text-anchor="middle">\(markup(y.title))</text>

      """
    return svg
  }
}

/// Horizontal bars, one a run.
struct BarPlot {
  struct Bar {
    let name: String
    let run: String
    let value: Double
    /// What is written behind the bar.
    let label: String
  }

  let title: String
  /// What the bars' lengths are, with its unit.
  let axisTitle: String
  let bars: [Bar]

  /// The SVG element with its caption; nil without bars.
  func svg() -> String? {
    guard let axis = PlotAxis(axisTitle, .linear, over: [0] + bars.map(\.value)), !bars.isEmpty
    else { return nil }
    let rowHeight = 20.0
    let left = 190.0
    let width = LinePlot.width
    let floor = 8 + rowHeight * Double(bars.count)
    let length = width - left - 70
    var svg = """
      <svg class="plot" viewBox="0 0 \(width) \(floor + 44)" role="img" \
      aria-label="\(markup(title))">

      """
    for tick in axis.ticks {
      let at = LinePlot.number(left + axis.fraction(tick) * length)
      svg += """
        <line class="grid" x1="\(at)" y1="4" x2="\(at)" y2="\(floor)"/>\
        <text x="\(at)" y="\(floor + 16)" text-anchor="middle">\(PlotAxis.label(tick))</text>

        """
    }
    for (index, bar) in bars.enumerated() {
      let y = 8 + rowHeight * Double(index)
      let end = axis.fraction(bar.value) * length
      svg += """
        <g class="bar" style="\(LinePlot.colour(index))"><title>\(markup(bar.run))</title>\
        <text x="\(left - 6)" y="\(y + 13)" text-anchor="end">\(markup(bar.name))</text>\
        <rect x="\(left)" y="\(y + 3)" width="\(LinePlot.number(max(0.5, end)))" height="13"/>\
        <text x="\(LinePlot.number(left + end + 5))" y="\(y + 13)">\(markup(bar.label))</text></g>

        """
    }
    svg += """
      <text x="\(LinePlot.number(left + length / 2))" y="\(floor + 36)" text-anchor="middle">\
      \(markup(axisTitle))</text></svg>

      """
    return "<figure><figcaption>\(markup(title))</figcaption>\n\(svg)</figure>\n"
  }
}

/// Text as it stands in HTML, what stands between backquotes as code.
func markupWithCode(_ text: String) -> String {
  text.split(separator: "`", omittingEmptySubsequences: false).enumerated().map { index, part in
    index.isMultiple(of: 2) ? markup(String(part)) : "<code>\(markup(String(part)))</code>"
  }.joined()
}

/// Text as it stands in HTML, attributes included.
func markup(_ text: String) -> String {
  text.reduce(into: "") { result, character in
    switch character {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    default: result.append(character)
    }
  }
}
