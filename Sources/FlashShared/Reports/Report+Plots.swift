extension Report {
  /// The plots of the page.
  func plots() -> [String] {
    let sound = lines.compactMap(\.sound)
    let others = runs.filter { $0.variant != .sound }
    var plots: [LinePlot] = []
    for (runs, kind) in [(sound, "sound"), (others, "published")] where !runs.isEmpty {
      plots.append(
        LinePlot(
          title: "Loss over time, \(kind) variants (nats a token of each version's own target)",
          x: ("minutes of training", .linear), y: ("training loss, nats a token", .logarithmic),
          series: runs.map { run in
            Self.series(run, run.history.points.map { ($0.seconds / 60, $0.loss) })
          }))
      plots.append(
        LinePlot(
          title: "Loss over tokens, \(kind) variants (nats a token of each version's own target)",
          x: ("tokens seen", .logarithmic), y: ("training loss, nats a token", .logarithmic),
          series: runs.map { run in
            Self.series(run, run.history.points.map { (Double($0.tokens), $0.loss) })
          }))
    }
    plots.append(
      LinePlot(
        title: "Bits a character against compute, sound variants (validation while training)",
        x: ("training compute, FLOP (6 × parameters × tokens)", .logarithmic),
        y: ("bits a character", .logarithmic), series: sound.map(Self.bitsOverCompute)))
    return plots.compactMap { $0.svg() } + [Self.speed(sound + others).svg()].compactMap(\.self)
  }

  /// A run's curve, thinned out to what a plot can show: means over neighbours.
  static func series(_ run: ReportedRun, _ points: [(x: Double, y: Double)]) -> LinePlot.Series {
    let most = 160
    let size = max(1, (points.count + most - 1) / most)
    let means = stride(from: 0, to: points.count, by: size).map { first in
      let part = points[first..<min(first + size, points.count)]
      return (
        x: part.reduce(0) { $0 + $1.x } / Double(part.count),
        y: part.reduce(0) { $0 + $1.y } / Double(part.count)
      )
    }
    return LinePlot.Series(
      name: run.version, run: run.folder.path, points: means, isDashed: run.variant == .repaired)
  }

  private static func bitsOverCompute(_ run: ReportedRun) -> LinePlot.Series {
    let parameters = Double(run.figures["parameters"]?.integerValue ?? 0)
    func compute(_ tokens: Int) -> Double { 6 * parameters * Double(tokens) }
    var points = run.history.validations.compactMap { validation in
      validation.bitsPerCharacter.map { (x: compute(validation.tokens), y: $0) }
    }
    // The end of the curve is the evaluation over the whole text.
    if let bits = run.records[.evaluation]?["bits_per_character"]?.doubleValue {
      let end = compute(run.history.tokens)
      points.removeAll { $0.x >= end }
      points.append((end, bits))
    }
    return LinePlot.Series(
      name: run.version, run: run.folder.path, points: points, marks: true)
  }

  private static func speed(_ runs: [ReportedRun]) -> BarPlot {
    BarPlot(
      title: "Speed of training, validations included", axisTitle: "tokens a second",
      bars: runs.compactMap { run in
        run.history.tokensPerSecond.map { speed in
          BarPlot.Bar(
            name: "\(run.version) \(run.variant.rawValue)", run: run.folder.path, value: speed,
            label: "\(ReportTable.whole(speed)), \(run.history.threads ?? 0) threads")
        }
      })
  }
}
