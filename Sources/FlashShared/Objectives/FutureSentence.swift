/// The next token, and the set of the tokens that follow within a span ("future sentence
/// prediction").
///
///     cross_entropy + weight · fsp
///
/// At every `interval`-th position that has `span` targets, the set of these is predicted; see
/// `FutureSetLoss`. Nothing uses the prediction but training.
public struct FutureSentence: Objective {
  public var targetShift: Int { 0 }
  public var lossNames: [String] { ["cross_entropy", "fsp"] }
  let weight: Double
  let span: Int
  let interval: Int
  let positiveWeight: Double
  /// What predicts the set of the tokens that follow, [width, width]: with the vocabulary head behind
  /// it.
  let projection: Parameter

  /// Reads the card's weights: `fsp_alpha`, `fsp_tau`, `fsp_rate` and `fsp_pos_weight`.
  init(_ configuration: ModelConfiguration, projection: Parameter) throws {
    self.projection = projection
    weight = try configuration.number("fsp_alpha")
    span = try configuration.integer("fsp_tau")
    interval = try configuration.integer("fsp_rate")
    positiveWeight = try configuration.number("fsp_pos_weight")
  }

  /// Whether windows are long enough to hold a set.
  private func hasSets(time: Int) -> Bool { time > span }

  public func record(_ output: ModelOutput, in graph: Graph) -> ScoredPositions {
    let slots = lossNames.map { graph.lossSlot($0) }
    let scored = graph.crossEntropy(
      output.hidden, head: output.head, name: lossNames[slots[0]],
      positionsPerSequence: graph.time)
    guard graph.mode == .training, hasSets(time: graph.time) else { return scored }
    let sampled = graph.sampledPositions(
      output.hidden, interval: interval, count: (graph.time - span - 1) / interval + 1)
    graph.futureSetLoss(
      graph.linear(sampled, projection), head: output.head, interval: interval, span: span,
      positiveWeight: Float(positiveWeight), name: lossNames[slots[1]])
    return scored
  }

  public func lossWeight(_ slot: Int, step: Int) -> Float { slot == 0 ? 1 : Float(weight) }

  public func isActive(_ parameter: Parameter, step: Int, time: Int) -> Bool {
    parameter != projection || (weight != 0 && hasSets(time: time))
  }
}
