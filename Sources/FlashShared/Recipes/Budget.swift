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

  /// What a run has used, whatever its budget counts.
  public struct Use: Sendable, Equatable {
    public var step: Int
    public var tokens: Int
    /// Seconds of training.
    public var seconds: Double

    public init(step: Int = 0, tokens: Int = 0, seconds: Double = 0) {
      self.step = step
      self.tokens = tokens
      self.seconds = seconds
    }
  }

  /// The part that is used, from 0 at the start to 1 at the end.
  public func progress(_ use: Use) -> Double {
    progress(step: use.step, tokens: use.tokens, seconds: use.seconds)
  }
}

extension Budget: CustomStringConvertible {
  /// The amount and its unit, such as "200 steps".
  public var description: String {
    switch self {
    case .minutes(let minutes): "\(minutes) minutes"
    case .steps(let count): "\(count) steps"
    case .tokens(let count): "\(count) tokens"
    }
  }

  /// What a run has used, in the unit of this budget.
  func amount(_ use: Use) -> String {
    switch self {
    case .minutes: "\((use.seconds / 0.6).rounded() / 100) minutes"
    case .steps: "\(use.step) steps"
    case .tokens: "\(use.tokens) tokens"
    }
  }
}
