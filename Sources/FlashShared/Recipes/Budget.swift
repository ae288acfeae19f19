/// What ends a run.
public enum Budget: Sendable, Equatable {
  /// Time of training, evaluations and checkpoints included, over all resumptions. The time in
  /// which a machine is suspended does not count, nor does a change of its clock.
  case minutes(Double)
  /// Optimiser steps.
  case steps(Int)
  /// Input tokens.
  case tokens(Int)

  /// The part that is used, from 0 at the start to 1 at the end.
  public func progress(step: Int, tokens: Int, seconds: Double) -> Double {
    switch self {
    case .minutes(let minutes): seconds / (60 * minutes)
    case .steps(let count): Double(step) / Double(count)
    case .tokens(let count): Double(tokens) / Double(count)
    }
  }
}
