/// A model in stages: behind each but the last, an early exit; a token whose exit is confident enough
/// goes no further.
///
/// The confidence of an exit is 1 − H/ln V, where H is the entropy of its distribution at the
/// temperature of sampling, over a vocabulary of V.
public struct AdaptiveDepth: Sendable {
  /// By exit: what its confidence has to exceed.
  public let thresholds: [Double]
  /// Whether the exit has to be confident at every position of the context, as a script had it;
  /// else at the last one.
  public let needsAllPositions: Bool
  /// Records a stage: from the states of the one before it (nil for the first) to its own, both
  /// [batch, time, width].
  let stage: @Sendable (_ index: Int, _ states: Tensor?, _ graph: Graph) -> Tensor
  /// Records what a stage's logits are made of: the exit's, or of the last stage the model's own.
  let exit: @Sendable (_ index: Int, _ states: Tensor, _ graph: Graph) -> ExitHead

  /// Normalised states [batch, time, width] and the vocabulary head behind them.
  struct ExitHead {
    let hidden: Tensor
    let head: Parameter
  }

  /// The number of stages.
  var stageCount: Int { thresholds.count + 1 }
}
