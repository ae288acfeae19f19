import Foundation

/// The learning rate over a run: linear warm-up, then half a cosine from the peak to the minimum.
///
///     s < warmup:  peak·(s + firstFactor)/warmup
///     then:        minimum + (peak − minimum)·(1 + cos(π·progress))/2
///
/// Progress is 0 at the end of the warm-up and 1 at the end of the budget, whatever that counts:
/// steps, tokens or minutes. The warm-up follows the budget too: where its steps would take more than
/// a share of it, it is over, and the peak is reached, when that share is used.
///
/// Published recipes fix the number of steps instead and some let progress run past 1, where the
/// cosine rises again. Others restart the cosine every so many steps from a peak that shrinks each
/// time, and never anneal it to an end.
public struct LearningRateSchedule: Sendable, Equatable {
  /// The largest rate.
  public var peak: Double
  /// The smallest rate, at the end.
  public var minimum: Double
  /// Steps of warm-up.
  public var warmupSteps: Int
  /// The most of the budget that the warm-up may take, in schedules that follow the budget.
  public var warmupShare: Double
  /// 1 if the first step has a rate of peak/warmup, 0 if it has none.
  public var firstFactor: Int
  /// The number of steps at which the minimum is reached; nil to follow the budget.
  public var totalSteps: Int?
  /// Whether the rate stays at the minimum after that.
  public var isClamped: Bool
  /// The length of a cosine that is started again and again, and the factor of the peak each time;
  /// nil for one cosine.
  public var restarts: (steps: Int, factor: Double)? {
    get { restartSteps.map { ($0, restartFactor) } }
    set {
      restartSteps = newValue?.steps
      restartFactor = newValue?.factor ?? 1
    }
  }
  private var restartSteps: Int?
  private var restartFactor = 1.0

  public init(
    peak: Double, minimum: Double, warmupSteps: Int, warmupShare: Double = 1, firstFactor: Int = 1,
    totalSteps: Int? = nil, isClamped: Bool = true
  ) {
    self.peak = peak
    self.minimum = minimum
    self.warmupSteps = warmupSteps
    self.warmupShare = warmupShare
    self.firstFactor = firstFactor
    self.totalSteps = totalSteps
    self.isClamped = isClamped
  }

  private var followsBudget: Bool { totalSteps == nil && restartSteps == nil }

  /// Whether the rate still rises at a step.
  ///
  /// - Parameters:
  ///   - step: from 0.
  ///   - budgetProgress: the part of the budget that is used before this step, 0 to 1.
  public func isWarmingUp(step: Int, budgetProgress: Double) -> Bool {
    step < warmupSteps && (!followsBudget || budgetProgress < warmupShare)
  }

  /// The rate of a step.
  ///
  /// - Parameters:
  ///   - step: from 0.
  ///   - budgetProgress: the part of the budget that is used before this step, 0 to 1.
  ///   - warmupProgress: the part that was used before the first step after the warm-up.
  public func rate(step: Int, budgetProgress: Double, warmupProgress: Double) -> Double {
    if isWarmingUp(step: step, budgetProgress: budgetProgress) {
      let rate = peak * Double(step + firstFactor) / Double(warmupSteps)
      return followsBudget ? max(rate, peak * budgetProgress / warmupShare) : rate
    }
    if let restartSteps {
      let (cycle, place) = (step - warmupSteps).quotientAndRemainder(dividingBy: restartSteps)
      let top = peak * pow(restartFactor, Double(cycle))
      let progress = Double(place) / Double(restartSteps)
      return minimum + (top - minimum) / 2 * (1 + cos(.pi * progress))
    }
    var progress: Double
    if let totalSteps {
      progress = Double(step - warmupSteps) / Double(max(1, totalSteps - warmupSteps))
    } else {
      progress = (budgetProgress - warmupProgress) / max(1e-9, 1 - warmupProgress)
    }
    if isClamped { progress = min(max(progress, 0), 1) }
    return minimum + (peak - minimum) / 2 * (1 + cos(.pi * progress))
  }
}
