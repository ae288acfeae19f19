/// Everything that a run needs to go on: parameters, moments, and where it was. One file, which is
/// replaced whole.
struct Checkpoint {
  /// Where a run is.
  struct State: Equatable {
    var step = 0
    var tokens = 0
    /// Seconds of training over all resumptions.
    var seconds = 0.0
    /// The part of the budget that the warm-up has used, or had when it ended.
    var warmupProgress = 0.0
    /// The lowest validation loss so far, nats per token.
    var bestLoss: Double?
    /// The length of the log when the checkpoint was written.
    var logSize = 0
    /// Updates of each parameter, in the layout's order.
    var updateCounts: [Int] = []
    /// The number of workers that the bits depend on.
    var workers = 1
  }

  private static let firstPrefix = "optimizer.first_moment."
  private static let secondPrefix = "optimizer.second_moment."
  private static let stateName = "training_state"

  /// Writes parameters under their names, the moments beside them, and the state as metadata.
  static func write(_ trainer: Trainer, _ state: State, to path: String) throws {
    let parameters = trainer.store.layout.parameters
    let optimizer = trainer.optimizer
    var tensors = trainer.store.tensors
    for (prefix, moments) in [
      (firstPrefix, optimizer.firstMoments), (secondPrefix, optimizer.secondMoments),
    ] {
      for parameter in parameters {
        tensors.append((prefix + parameter.name, parameter.shape, Array(moments[parameter.range])))
      }
    }
    let bestLoss = JSONValue(state.bestLoss)
    let object: JSONValue = [
      "step": .integer(state.step), "tokens": .integer(state.tokens),
      "seconds": .number(state.seconds), "warmup_progress": .number(state.warmupProgress),
      "best_loss": bestLoss,
      "log_size": .integer(state.logSize), "workers": .integer(state.workers),
      "update_counts": .array(optimizer.updateCounts.map { .integer($0) }),
    ]
    try Safetensors.write(
      tensors, metadata: [stateName: String(decoding: object.serialized(), as: UTF8.self)],
      to: path)
  }

  /// Reads a checkpoint into a trainer.
  ///
  /// - Returns: where the run was.
  static func read(_ path: String, into trainer: Trainer) throws -> State {
    let file = try Safetensors(path: path)
    guard let text = file.metadata[stateName] else {
      throw SafetensorsError(path: path, reason: "holds no training state")
    }
    let object = try JSONValue(parsing: Array(text.utf8), source: path)
    let parameters = trainer.store.layout.parameters
    let counts = object["update_counts"]?.arrayValue?.compactMap(\.integerValue) ?? []
    // Bounds far beyond any run, within which products of these numbers cannot overflow.
    guard let step = object["step"]?.integerValue, 0...(1 << 40) ~= step,
      let tokens = object["tokens"]?.integerValue, 0...(1 << 56) ~= tokens,
      let seconds = object["seconds"]?.doubleValue, 0...1e12 ~= seconds,
      let warmupProgress = object["warmup_progress"]?.doubleValue, 0...1e12 ~= warmupProgress,
      let logSize = object["log_size"]?.integerValue, logSize >= 0,
      let workers = object["workers"]?.integerValue, 1...(1 << 20) ~= workers,
      counts.count == parameters.count, counts.allSatisfy({ 0...(1 << 40) ~= $0 })
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
    trainer.step = step
    return State(
      step: step, tokens: tokens, seconds: seconds, warmupProgress: warmupProgress,
      bestLoss: object["best_loss"]?.doubleValue, logSize: logSize, updateCounts: counts,
      workers: workers)
  }

  /// Whether a tensor of a checkpoint belongs to the optimiser, not to the model.
  static func isOptimizerTensor(_ name: String) -> Bool { name.hasPrefix("optimizer.") }
}
