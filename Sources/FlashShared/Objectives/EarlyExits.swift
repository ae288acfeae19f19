/// Next-token prediction at the last layer and at early exits, each with a gate that learns whether
/// it agrees with the last layer.
///
///     L = main + Σ_j w_j e_j + consistency · Σ_j c_j + diversity · Σ_j d_j
///
/// The terms of an exit are those of `EarlyExitLoss`; its layer's number names them.
public struct EarlyExits: Objective {
  /// An exit behind a layer, counted from 1, and the factor of its cross-entropy.
  public struct Exit: Sendable {
    public let layer: Int
    public let weight: Float

    public init(layer: Int, weight: Float) {
      self.layer = layer
      self.weight = weight
    }
  }

  public let targetShift: Int
  public let lossNames: [String]
  private let exits: [Exit]
  private let weights: [Float]

  /// - Parameter exits: at most two.
  public init(exits: [Exit], consistencyWeight: Float, diversityWeight: Float, targetShift: Int) {
    self.exits = exits
    self.targetShift = targetShift
    lossNames =
      ["main"] + exits.flatMap { ["e\($0.layer)", "e\($0.layer)_c", "e\($0.layer)_d"] }
    weights = [1] + exits.flatMap { [$0.weight, consistencyWeight, diversityWeight] }
  }

  public func record(_ output: ModelOutput, in graph: Graph) -> ScoredPositions {
    let positions = graph.time - targetShift
    let scored = graph.crossEntropy(
      output.hidden, head: output.head, name: lossNames[0], positionsPerSequence: positions,
      predicts: true)
    for (exit, states) in zip(exits, output.exits) {
      guard let predictions = scored.predictions else { break }
      graph.earlyExitLoss(
        states, predictions: predictions, name: "e\(exit.layer)",
        positionsPerSequence: positions)
    }
    return scored
  }

  public func lossWeight(_ slot: Int, step: Int) -> Float { weights[slot] }
}
