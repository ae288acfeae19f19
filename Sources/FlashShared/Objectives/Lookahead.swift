/// The next token, and for each block a value: how hard the next tokens will be (v8 to v8.3).
///
///     cross_entropy − entropy weight · entropy + λ(step) · value
///
/// The value loss is the mean over the blocks of (v − g)², g_t the mean cross-entropy of position t
/// and the ones after it within a horizon. Targets are constants; the values train the blocks too.
/// λ is 0 before `warmup` steps and its weight from then on.
public struct Lookahead: Objective {
  public let targetShift: Int
  let horizon: Int
  let valueWeight: Double
  let warmup: Int
  let entropyWeight: Double
  /// A head for each block's output, [1, width].
  let valueHeads: [Parameter]

  public var lossNames: [String] {
    ["cross_entropy", "value"] + (entropyWeight == 0 ? [] : ["entropy"])
  }

  /// Reads the card's weights.
  ///
  /// - Parameter warmup: steps before the value loss where the configuration does not say.
  init(_ configuration: ModelConfiguration, targetShift: Int, valueHeads: [Parameter]) throws {
    self.targetShift = targetShift
    self.valueHeads = valueHeads
    horizon = try configuration.integer("lookahead_horizon")
    valueWeight = try configuration.number("lookahead_weight")
    warmup = try configuration.integer("lookahead_warmup")
    entropyWeight = try configuration.number("entropy_weight")
  }

  public func record(_ output: ModelOutput, in graph: Graph) -> ScoredPositions {
    let slots = lossNames.map { graph.lossSlot($0) }
    let positions = graph.time - targetShift
    var scored = graph.crossEntropy(
      output.hidden, head: output.head, name: lossNames[0], positionsPerSequence: positions,
      regularization: slots.count > 2 ? SoftmaxRegularization(entropySlot: slots[2]) : nil)
    guard hasTargets(time: graph.time) else { return scored }
    let targets = graph.lookaheadTargets(scored.losses, scored: positions, horizon: horizon)
    scored.namedTensors.append(.init("value_targets", targets))
    guard graph.mode == .training else { return scored }
    for (hidden, head) in zip(output.blockOutputs, valueHeads) {
      graph.valueLoss(
        hidden, head: head, targets: targets, count: positions - horizon + 1,
        share: 1 / Float(valueHeads.count), name: lossNames[1])
    }
    return scored
  }

  public func predictions(_ output: ModelOutput, in graph: Graph) -> [(String, [Tensor])] {
    [("value_pred", zip(output.blockOutputs, valueHeads).map { graph.linear($0, $1) })]
  }

  public func lossWeight(_ slot: Int, step: Int) -> Float {
    switch slot {
    case 0: 1
    case 1: step < warmup ? 0 : Float(valueWeight)
    default: Float(-entropyWeight)
    }
  }

  /// Whether windows are long enough for more than one target.
  private func hasTargets(time: Int) -> Bool { time - targetShift > horizon }

  public func isActive(_ parameter: Parameter, step: Int, time: Int) -> Bool {
    !valueHeads.contains(parameter)
      || (lossWeight(1, step: step) != 0 && hasTargets(time: time))
  }
}
