import Foundation

/// A run's curves and current figures as lines of text.
public struct TrainingChart {
  private let history: TrainingHistory
  private let name: String
  private let budget: Budget?

  /// - Parameters:
  ///   - name: what the run is called.
  ///   - budget: what will end it, where that is known.
  public init(_ history: TrainingHistory, name: String, budget: Budget?) {
    self.history = history
    self.name = name
    self.budget = budget
  }

  /// The chart.
  ///
  /// - Parameters:
  ///   - width, height: of the whole text, in characters and lines.
  ///   - isColoured: whether validations stand out by colour.
  public func lines(width: Int, height: Int, isColoured: Bool) -> [String] {
    let heading = [
      history.version, history.variant,
      history.parameters.map { "\(ReportTable.count($0)) parameters" },
      history.threads.map { "\($0) threads" }, name,
    ].compactMap(\.self).joined(separator: ", ").withVisibleControls(keepingLines: false)
    return [heading] + plot(width: width, height: height - 6, isColoured)
      + figures()
      .map { String($0.prefix(width)) }
  }

  private func plot(width: Int, height: Int, _ isColoured: Bool) -> [String] {
    let training = history.points.map { (x: Double($0.tokens), y: $0.loss) }
    let validation = history.validations.map { (x: Double($0.tokens), y: $0.loss) }
    guard let y = PlotAxis("", .logarithmic, over: (training + validation).map(\.y)),
      let x = PlotAxis("", .linear, over: [0] + (training + validation).map(\.x))
    else { return ["no step was logged yet"] }
    let labelWidth = 7
    var plot = BraillePlot(width: max(10, width - labelWidth - 1), height: max(4, height))
    func place(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
      points.filter { x.shows($0.x) && y.shows($0.y) }.map { (x.fraction($0.x), y.fraction($0.y)) }
    }
    plot.draw(place(training))
    for point in place(validation) { plot.mark(point.x, point.y) }

    var labels = [String](repeating: "", count: plot.height)
    for tick in y.ticks {
      labels[plot.height - 1 - Int((y.fraction(tick) * Double(plot.height - 1)).rounded())] =
        PlotAxis.label(tick)
    }
    var lines: [String] = []
    for (label, row) in zip(labels, plot.rows()) {
      let padding = String(repeating: " ", count: max(0, labelWidth - 1 - label.count))
      var line = "\(padding)\(label) \(label.isEmpty ? "│" : "┤")"
      for (character, isMark) in row {
        line += isMark && isColoured ? "\u{1B}[33m\(character)\u{1B}[0m" : String(character)
      }
      lines.append(line)
    }
    lines.append(
      String(repeating: " ", count: labelWidth) + "└" + String(repeating: "─", count: plot.width))
    lines.append(Self.ruler(x, offset: labelWidth + 1, width: plot.width))
    return lines
  }

  /// The labels below the horizontal axis; those that would touch are left out.
  private static func ruler(_ axis: PlotAxis, offset: Int, width: Int) -> String {
    var line = String(repeating: " ", count: offset)
    for tick in axis.ticks {
      let label = PlotAxis.label(tick) + (tick == axis.ticks.first ? " tokens" : "")
      let centre = offset + Int(axis.fraction(tick) * Double(width - 1))
      let begin = min(max(offset, centre - label.count / 2), offset + width - label.count)
      guard begin == offset ? line.count == offset : begin > line.count else { continue }
      line += String(repeating: " ", count: begin - line.count) + label
    }
    return line
  }

  /// Where the run is, how good the model is, how it trains: a line each.
  private func figures() -> [String] {
    var place = ["step \(ReportTable.grouped(history.steps))"]
    place.append("tokens \(ReportTable.count(history.tokens))")
    place.append("elapsed \(ProgressBar.clock(history.seconds))")
    if history.state == .running {
      if let left = secondsLeft { place.append("left \(ProgressBar.clock(left))") }
    } else {
      place.append(history.state.rawValue)
    }
    var losses: [String] = []
    if let point = history.points.last { losses.append("loss \(ReportTable.fixed(point.loss, 4))") }
    if let last = history.validations.last {
      let best = history.validations.map(\.loss).min() ?? last.loss
      losses.append(
        "● validation \(ReportTable.fixed(last.loss, 4)) (best \(ReportTable.fixed(best, 4)))")
      if let bits = last.bitsPerCharacter {
        losses.append("bits/character \(ReportTable.fixed(bits, 3))")
      }
    }
    var training: [String] = []
    if let speed = history.points.last?.tokensPerSecond ?? history.tokensPerSecond {
      training.append("\(ReportTable.whole(speed)) tokens/s")
    }
    if let rate = history.points.last?.learningRate {
      training.append("learning rate \(ReportTable.short(rate))")
    }
    if let norm = history.points.last?.gradientNorm {
      training.append("gradient \(ReportTable.short(norm))")
    }
    if let bytes = history.peakMemoryBytes { training.append(ReportTable.memory(bytes)) }
    return [place, losses, training].map { $0.joined(separator: "  ") }
  }

  /// How long the run will go on at its present speed; nil where that cannot be told.
  var secondsLeft: Double? {
    guard let budget, history.seconds > 0 else { return nil }
    let progress = budget.progress(
      step: history.steps, tokens: history.tokens, seconds: history.seconds)
    return progress > 0 ? max(0, history.seconds * (1 - progress) / progress) : nil
  }
}
