import Foundation

/// What a recipe says about a training run, read and checked.
public struct TrainingSettings: Sendable, Equatable {
  /// Inputs of a training window.
  public var windowLength: Int
  /// Tokens from one window's begin to the next one's.
  public var windowStride: Int
  /// Sequences of a micro-batch.
  public var sequences: Int
  /// Micro-batches of an optimiser step.
  public var accumulation: Int
  /// Sequences that a worker takes through the model at a time.
  public var groupSize: Int
  public var optimizer: AdamWSettings
  public var schedule: LearningRateSchedule
  public var budget: Budget
  /// Steps between validations; one follows the last step in any case.
  public var validationInterval: Int
  /// Windows of a validation, the same ones each time: only then is one loss better than another.
  public var validationWindows: Int
  /// Steps between checkpoints.
  public var checkpointInterval: Int
  /// Steps between log lines.
  public var logInterval: Int
  /// Keys every random draw.
  public var seed: UInt64
  /// What to do if a loss or gradient is not finite.
  public var onNonfinite: NonfinitePolicy
  /// Steps in a row that are not finite at which a run that skips them ends.
  public var nonfiniteLimit: Int

  /// What to do if a loss or gradient is not finite.
  public enum NonfinitePolicy: String, Sendable, CaseIterable {
    /// End the run with a checkpoint of the state before the step.
    case stop
    /// Leave the parameters as they are and go on with the next step.
    case skip
  }

  /// Sequences of an optimiser step.
  public var sequencesPerStep: Int { sequences * accumulation }
  /// Input tokens of an optimiser step.
  public var tokensPerStep: Int { sequencesPerStep * windowLength }

  /// Reads and checks a recipe.
  ///
  /// - Parameter base: the optimiser's settings where the recipe is silent: the version's.
  public init(_ recipe: Recipe, optimizer base: AdamWSettings) throws {
    windowLength = try recipe.integer("data.window")
    windowStride = try recipe.integer("data.stride", default: windowLength)
    sequences = try recipe.integer("batch.sequences")
    accumulation = try recipe.integer("batch.accumulation")
    guard sequences * accumulation * windowLength <= Self.largestStep else {
      throw recipe.failure(
        "batch", "gives steps of more than \(Self.largestStep) tokens; take fewer sequences")
    }
    groupSize = try recipe.integer("batch.group", default: max(1, Self.groupRows / windowLength))
    optimizer = try Self.optimizer(recipe, base)
    schedule = try Self.schedule(recipe)
    budget = try Budget(recipe)
    validationInterval = try recipe.integer("validation.every_steps")
    validationWindows = try recipe.integer("validation.windows")
    checkpointInterval = try recipe.integer("checkpoint.every_steps")
    logInterval = try recipe.integer("log.every_steps")
    seed = UInt64(try recipe.integer("seed"))
    onNonfinite = try recipe.choice("on_nonfinite")
    nonfiniteLimit = try recipe.integer("nonfinite_limit")
  }

  /// The most input tokens of an optimiser step.
  private static let largestStep = 1 << 24

  /// Rows of activations that a worker works on at a time: enough for matrix products to run at
  /// full speed, few enough that tensors stay in the cache.
  private static let groupRows = 1024

  private static func optimizer(_ recipe: Recipe, _ base: AdamWSettings) throws -> AdamWSettings {
    var optimizer = base
    optimizer.beta1 = try recipe.number("optimizer.beta1", default: base.beta1)
    optimizer.beta2 = try recipe.number("optimizer.beta2", default: base.beta2)
    optimizer.epsilon = try recipe.number("optimizer.epsilon", default: base.epsilon)
    optimizer.weightDecay = try recipe.number("optimizer.weight_decay", default: base.weightDecay)
    // Null is a value here: no clipping.
    let clipNorm = try recipe.ifSet("optimizer.clip_norm") { try recipe.number($0) }
    if clipNorm != nil || recipe["optimizer.clip_norm"] == .null { optimizer.clipNorm = clipNorm }
    return optimizer
  }

  private static func schedule(_ recipe: Recipe) throws -> LearningRateSchedule {
    let peak = try recipe.number("optimizer.learning_rate")
    let minimum = try recipe.number("optimizer.minimum_learning_rate")
    guard minimum <= peak else {
      throw recipe.failure(
        "optimizer.minimum_learning_rate",
        "\(minimum) is more than the peak, optimizer.learning_rate = \(peak)")
    }
    var schedule = LearningRateSchedule(
      peak: peak, minimum: minimum,
      warmupSteps: try recipe.integer("optimizer.warmup_steps"),
      warmupShare: try recipe.number("optimizer.warmup_share"),
      firstFactor: try recipe.integer("optimizer.warmup_first"),
      totalSteps: try recipe.ifSet("optimizer.total_steps") { try recipe.integer($0) },
      isClamped: try recipe.boolean("optimizer.clamp_schedule"))
    let factor = try recipe.number("optimizer.restart_factor")
    if let steps = try recipe.ifSet("optimizer.restart_steps", { try recipe.integer($0) }) {
      schedule.restarts = (steps, factor)
    }
    return schedule
  }
}
