/// The next token, and the direction of the states that follow (v9.2's "Story Compass").
///
///     cross_entropy + weight · compass_loss
///
/// The compass loss is that of `DirectionLoss`. Published, its mean is taken over positions but not
/// over the micro-batch's sequences, counts the last position as a constant, and its gradient moves
/// the targets too; and the next token is the one after it.
public struct StoryCompass: Objective {
  public let targetShift: Int
  public var lossNames: [String] { ["cross_entropy", "compass_loss"] }
  let weight: Double
  let compass: Compass
  /// Sequences of a published micro-batch; nil for a sound loss.
  let publishedBatch: Int?

  /// Reads `compass_loss_weight` and, published, `batch`: the sequences of a micro-batch.
  init(_ configuration: ModelConfiguration, _ variant: Variant, compass: Compass) throws {
    self.compass = compass
    weight = try configuration.number("compass_loss_weight")
    targetShift = variant.targetShift
    publishedBatch =
      variant == .published ? try configuration.integer("batch") : nil
  }

  public func record(_ output: ModelOutput, in graph: Graph) -> ScoredPositions {
    let slots = lossNames.map { graph.lossSlot($0) }
    let scored = graph.crossEntropy(
      output.hidden, head: output.head, name: lossNames[slots[0]],
      positionsPerSequence: graph.time - targetShift)
    guard graph.mode == .training, graph.time > 1 else { return scored }
    graph.directionLoss(
      compass(output.hidden, in: graph), hidden: output.hidden,
      targetsAreDetached: publishedBatch == nil, factor: Float(publishedBatch ?? 1),
      excess: publishedBatch == nil ? 0 : 1 / Float(graph.time - 1), name: lossNames[slots[1]])
    return scored
  }

  public func lossWeight(_ slot: Int, step: Int) -> Float { slot == 0 ? 1 : Float(weight) }

  public func isActive(_ parameter: Parameter, step: Int, time: Int) -> Bool {
    !compass.owns(parameter) || (weight != 0 && time > 1)
  }
}
