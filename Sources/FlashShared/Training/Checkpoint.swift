/// Everything that a run needs to go on: parameters, moments, and where it was. One file, which is
/// replaced whole.
struct Checkpoint {
  /// Where a run is.
  struct State: Equatable {
    var step = 0
    var tokens = 0
    /// Seconds of training over all resumptions.
    var seconds = 0.0
    /// What had been used before the first step after the warm-up; while that lasts, before the step.
    var warmup = Budget.Use()
    /// The lowest validation loss so far, nats per token.
    var bestLoss: Double?
    /// The length of the log when the checkpoint was written.
    var logSize = 0
    /// The number of workers that the bits depend on.
    var workers = 1
    /// How many of the last steps had a loss or gradient that was not finite.
    var nonfiniteInRow = 0
    /// Whether the step's validation is still to be done.
    var validationIsDue = false
    /// What the run was started with, where the checkpoint says so.
    var origin: JSONObject?
    /// Of a checkpoint that does not know `warmup`: the part of the budget that it had used.
    var formerWarmupProgress: Double?

    /// What has been used.
    var use: Budget.Use { Budget.Use(step: step, tokens: tokens, seconds: seconds) }
  }

  private static let firstPrefix = "optimizer.first_moment."
  private static let secondPrefix = "optimizer.second_moment."
  private static let stateName = "training_state"

  /// Writes parameters under their names, the moments beside them, and the state as metadata. The
  /// numbers go to the file from where they are.
  static func write(_ trainer: Trainer, _ state: State, to path: String) throws {
    let optimizer = trainer.optimizer
    var tensors = trainer.store.layout.parameters.map {
      TensorSource($0.name, $0.shape, trainer.store.values, $0.range)
    }
    for (prefix, moments) in [
      (firstPrefix, optimizer.firstMoments), (secondPrefix, optimizer.secondMoments),
    ] {
      tensors += trainer.store.layout.parameters.map {
        TensorSource(prefix + $0.name, $0.shape, moments, $0.range)
      }
    }
    let object = JSONValue.object(json(state, updateCounts: optimizer.updateCounts))
    try Safetensors.write(
      tensors, metadata: [stateName: String(decoding: object.serialized(), as: UTF8.self)],
      to: path)
  }

  private static func json(_ state: State, updateCounts: [Int]) -> JSONObject {
    var object: JSONObject = [
      "step": .integer(state.step), "tokens": .integer(state.tokens),
      "seconds": .number(state.seconds),
      "warmup": [
        "step": .integer(state.warmup.step), "tokens": .integer(state.warmup.tokens),
        "seconds": .number(state.warmup.seconds),
      ],
      "best_loss": JSONValue(state.bestLoss), "log_size": .integer(state.logSize),
      "workers": .integer(state.workers),
      "nonfinite_in_row": .integer(state.nonfiniteInRow),
      "validation_is_due": .boolean(state.validationIsDue),
      "update_counts": .array(updateCounts.map { .integer($0) }),
    ]
    if let origin = state.origin { object["origin"] = .object(origin) }
    return object
  }

  /// Reads a checkpoint into a trainer.
  ///
  /// - Returns: where the run was.
  static func read(_ path: String, into trainer: Trainer) throws -> State {
    let file = try Safetensors(path: path)
    let object = try stateObject(file)
    let parameters = trainer.store.layout.parameters
    let counts = object["update_counts"]?.arrayValue?.compactMap(\.integerValue) ?? []
    guard let state = state(object), counts.count == parameters.count,
      counts.allSatisfy({ Self.steps ~= $0 })
    else {
      throw SafetensorsError(path: path, reason: "its training state is incomplete")
    }
    try trainer.store.load(file, ignoring: isOptimizerTensor)
    for parameter in parameters {
      for (prefix, moments) in [
        (firstPrefix, trainer.optimizer.firstMoments),
        (secondPrefix, trainer.optimizer.secondMoments),
      ] {
        guard file.shape(of: prefix + parameter.name) == parameter.shape else {
          throw SafetensorsError(path: path, reason: "the moments of \(parameter.name) are missing")
        }
        _ = moments[parameter.range].update(from: try file.values(of: prefix + parameter.name))
      }
    }
    trainer.optimizer.restore(updateCounts: counts)
    trainer.step = state.step
    return state
  }

  /// What a run was started with, from its checkpoint; nil where that does not say.
  static func origin(_ path: String) throws -> JSONObject? {
    try stateObject(Safetensors(path: path))["origin"]?.objectValue
  }

  private static func stateObject(_ file: Safetensors) throws -> JSONValue {
    guard let text = file.metadata[stateName] else {
      throw SafetensorsError(path: file.path, reason: "holds no training state")
    }
    return try JSONValue(parsing: Array(text.utf8), source: file.path)
  }

  // Bounds far beyond any run, within which products of these numbers cannot overflow.
  private static let steps = 0...(1 << 40)
  private static let tokens = 0...(1 << 56)
  private static let seconds = 0...1e12

  private static func state(_ object: JSONValue) -> State? {
    guard let use = use(object), let logSize = object["log_size"]?.integerValue, logSize >= 0,
      let workers = object["workers"]?.integerValue, 1...(1 << 20) ~= workers
    else { return nil }
    var state = State(step: use.step, tokens: use.tokens, seconds: use.seconds)
    state.bestLoss = object["best_loss"]?.doubleValue
    state.logSize = logSize
    state.workers = workers
    state.origin = object["origin"]?.objectValue
    if let warmup = object["warmup"] {
      guard let use = self.use(warmup), let inRow = object["nonfinite_in_row"]?.integerValue,
        Self.steps ~= inRow, let isDue = object["validation_is_due"]?.booleanValue
      else { return nil }
      state.warmup = use
      state.nonfiniteInRow = inRow
      state.validationIsDue = isDue
    } else {
      guard let progress = object["warmup_progress"]?.doubleValue, 0...1e12 ~= progress
      else { return nil }
      state.formerWarmupProgress = progress
    }
    return state
  }

  private static func use(_ object: JSONValue) -> Budget.Use? {
    guard let step = object["step"]?.integerValue, Self.steps ~= step,
      let tokens = object["tokens"]?.integerValue, Self.tokens ~= tokens,
      let seconds = object["seconds"]?.doubleValue, Self.seconds ~= seconds
    else { return nil }
    return Budget.Use(step: step, tokens: tokens, seconds: seconds)
  }

  /// Whether a tensor of a checkpoint belongs to the optimiser, not to the model.
  static func isOptimizerTensor(_ name: String) -> Bool { name.hasPrefix("optimizer.") }
}
