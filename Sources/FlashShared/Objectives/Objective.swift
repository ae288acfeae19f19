/// What a model is trained to do: the loss terms that are recorded behind its forward pass.
public protocol Objective: Sendable {
  /// How many tokens further than the next one the targets lie: 0, or 1 for recipes that shift
  /// twice.
  var targetShift: Int { get }
  /// The names of the loss terms, by slot; at most eight.
  var lossNames: [String] { get }

  /// Records the loss terms of a training or evaluation graph.
  ///
  /// - Returns: the scored positions of the next-token term, for evaluation.
  func record(_ output: ModelOutput, in graph: Graph) -> ScoredPositions
  /// Records what the objective's own heads predict.
  ///
  /// - Returns: what golden vectors call a prediction, and its parts by head.
  func predictions(_ output: ModelOutput, in graph: Graph) -> [(String, [Tensor])]
  /// The factor of a loss term in a step. A term whose factor is 0 has no gradient.
  func lossWeight(_ slot: Int, step: Int) -> Float
  /// Whether a parameter has a gradient in a step. Others are left alone by the optimiser.
  ///
  /// - Parameter time: positions of a sequence. Terms that look ahead need enough of them.
  func isActive(_ parameter: Parameter, step: Int, time: Int) -> Bool
}

extension Objective {
  public func isActive(_ parameter: Parameter, step: Int, time: Int) -> Bool { true }

  public func predictions(_ output: ModelOutput, in graph: Graph) -> [(String, [Tensor])] { [] }

  /// Records the loss terms and makes sure that each adds up in the slot that factors and names are
  /// looked up by.
  func recordTerms(_ output: ModelOutput, in graph: Graph) -> ScoredPositions {
    let scored = record(output, in: graph)
    precondition(
      graph.mode == .training
        ? graph.lossNames == lossNames : lossNames.starts(with: graph.lossNames),
      "loss terms \(graph.lossNames) were recorded where \(lossNames) are announced")
    return scored
  }
}

/// Predicting the token that follows, by the mean cross-entropy over the positions of a sequence.
public struct NextToken: Objective {
  public let targetShift: Int
  public var lossNames: [String] { ["cross_entropy"] }

  private let unusedParameters: Set<String>

  /// - Parameters:
  ///   - targetShift: 0 for the next token; 1 for the one after it, as recipes that shift twice do.
  ///   - unusedParameters: the names of those that the logits do not depend on.
  public init(targetShift: Int = 0, unusedParameters: Set<String> = []) {
    self.targetShift = targetShift
    self.unusedParameters = unusedParameters
  }

  public func isActive(_ parameter: Parameter, step: Int, time: Int) -> Bool {
    !unusedParameters.contains(parameter.name)
  }

  public func record(_ output: ModelOutput, in graph: Graph) -> ScoredPositions {
    graph.crossEntropy(
      output.hidden, head: output.head, name: lossNames[0],
      positionsPerSequence: graph.time - targetShift)
  }

  public func lossWeight(_ slot: Int, step: Int) -> Float { 1 }
}
