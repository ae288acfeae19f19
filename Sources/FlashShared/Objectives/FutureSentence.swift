/// The next token, and the set of the tokens that follow within a span ("future sentence
/// prediction").
///
///     cross_entropy + weight · fsp
///
/// At every `interval`-th position that has `span` targets, the set of these is predicted; see
/// `FutureSetLoss`. Nothing uses the prediction but training.
public struct FutureSentence: Objective {
  /// What the projection is called in checkpoints.
  static let projectionName = "fsp_proj.weight"

  public var targetShift: Int { 0 }
  public var lossNames: [String] { ["cross_entropy", "fsp"] }
  let weight: Double
  let span: Int
  let interval: Int
  let positiveWeight: Double

  /// Reads the card's weights: `fsp_alpha`, `fsp_tau`, `fsp_rate` and `fsp_pos_weight`.
  init(_ configuration: ModelConfiguration) throws {
    weight = try configuration.number("fsp_alpha", default: 0.1)
    span = try configuration.integer("fsp_tau", in: 1...(1 << 20))
    interval = try configuration.integer("fsp_rate", in: 1...(1 << 20))
    positiveWeight = try configuration.number("fsp_pos_weight", default: 50)
  }

  /// Whether windows are long enough to hold a set.
  private func hasSets(time: Int) -> Bool { time > span }

  public func record(_ output: ModelOutput, in graph: Graph) -> ScoredPositions {
    let slots = lossNames.map { graph.lossSlot($0) }
    let scored = graph.crossEntropy(
      output.hidden, head: output.head, name: lossNames[slots[0]],
      positionsPerSequence: graph.time)
    guard graph.mode == .training, let projection = output.futureSetProjection,
      hasSets(time: graph.time)
    else { return scored }
    let sampled = graph.sampledPositions(
      output.hidden, interval: interval, count: (graph.time - span - 1) / interval + 1)
    graph.futureSetLoss(
      graph.linear(sampled, projection), head: output.head, interval: interval, span: span,
      positiveWeight: Float(positiveWeight), name: lossNames[slots[1]])
    return scored
  }

  public func lossWeight(_ slot: Int, step: Int) -> Float { slot == 0 ? 1 : Float(weight) }

  public func isActive(_ parameter: Parameter, step: Int, time: Int) -> Bool {
    parameter.name != Self.projectionName || (weight != 0 && hasSets(time: time))
  }
}
