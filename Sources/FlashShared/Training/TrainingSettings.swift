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
  public enum NonfinitePolicy: String, Sendable {
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
    let count = 1...Int(Int32.max)
    windowLength = try recipe.integer("data.window", in: 1...(1 << 20))
    windowStride = try recipe.integer("data.stride", in: 1...(1 << 20), default: windowLength)
    sequences = try recipe.integer("batch.sequences", in: 1...65_536)
    accumulation = try recipe.integer("batch.accumulation", in: 1...65_536, default: 1)
    guard sequences * accumulation * windowLength <= Self.largestStep else {
      throw recipe.failure(
        "batch", "gives steps of more than \(Self.largestStep) tokens; take fewer sequences")
    }
    groupSize = try recipe.integer(
      "batch.group", in: 1...65_536, default: max(1, Self.groupRows / windowLength))
    let positive = Double.leastNormalMagnitude...1e6
    let fraction = 0...0.999_999_9
    var optimizer = base
    optimizer.beta1 = try recipe.number("optimizer.beta1", in: fraction, default: base.beta1)
    optimizer.beta2 = try recipe.number("optimizer.beta2", in: fraction, default: base.beta2)
    optimizer.epsilon = try recipe.number("optimizer.epsilon", in: 0...1, default: base.epsilon)
    optimizer.weightDecay = try recipe.number(
      "optimizer.weight_decay", in: 0...1e3, default: base.weightDecay)
    if let clip = recipe["optimizer.clip_norm"] {
      optimizer.clipNorm =
        clip == .null ? nil : try recipe.number("optimizer.clip_norm", in: positive)
    }
    self.optimizer = optimizer
    schedule = LearningRateSchedule(
      peak: try recipe.number("optimizer.learning_rate", in: 0...1e3),
      minimum: try recipe.number("optimizer.minimum_learning_rate", in: 0...1e3, default: 0),
      warmupSteps: try recipe.integer("optimizer.warmup_steps", in: 0...Int(Int32.max), default: 0),
      warmupShare: try recipe.number("optimizer.warmup_share", in: 1e-6...1, default: 0.1),
      firstFactor: try recipe.integer("optimizer.warmup_first", in: 0...1, default: 1),
      totalSteps: recipe.sets("optimizer.total_steps")
        ? try recipe.integer("optimizer.total_steps", in: count) : nil,
      isClamped: try recipe.boolean("optimizer.clamp_schedule", default: true))
    if recipe.sets("optimizer.restart_steps") {
      schedule.restarts = (
        try recipe.integer("optimizer.restart_steps", in: count),
        try recipe.number("optimizer.restart_factor", in: 0...1, default: 1)
      )
    }
    budget = try Self.budget(recipe)
    validationInterval = try recipe.integer("validation.every_steps", in: count, default: 200)
    validationWindows = try recipe.integer("validation.windows", in: count, default: 256)
    checkpointInterval = try recipe.integer("checkpoint.every_steps", in: count, default: 100)
    logInterval = try recipe.integer("log.every_steps", in: count, default: 10)
    seed = UInt64(try recipe.integer("seed", in: 0...Int.max, default: 1))
    let policy = try recipe.string("on_nonfinite", default: NonfinitePolicy.stop.rawValue)
    guard let onNonfinite = NonfinitePolicy(rawValue: policy) else {
      throw recipe.failure("on_nonfinite", "must be stop or skip")
    }
    self.onNonfinite = onNonfinite
    nonfiniteLimit = try recipe.integer("nonfinite_limit", in: count, default: 100)
  }

  /// The most input tokens of an optimiser step.
  private static let largestStep = 1 << 24

  /// Rows of activations that a worker works on at a time: enough for matrix products to run at
  /// full speed, few enough that tensors stay in the cache.
  private static let groupRows = 1024

  private static func budget(_ recipe: Recipe) throws -> Budget {
    let named = ["minutes", "steps", "tokens"].filter { recipe.sets("budget.\($0)") }
    guard named.count == 1 else {
      throw recipe.failure("budget", "must hold exactly one of minutes, steps, tokens")
    }
    switch named[0] {
    case "minutes": return .minutes(try recipe.number("budget.minutes", in: 1e-4...1e7))
    case "steps": return .steps(try recipe.integer("budget.steps", in: 1...(1 << 40)))
    default: return .tokens(try recipe.integer("budget.tokens", in: 1...(1 << 50)))
    }
  }
}
