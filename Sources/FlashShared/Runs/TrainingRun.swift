import Foundation

/// A training run from its data to its checkpoints.
///
/// Everything that the next step depends on is in the last checkpoint: a run that is stopped at any
/// moment and resumed ends with the same bits as one that was not, as long as its budget counts
/// steps or tokens and the number of workers is the same.
public final class TrainingRun {
  private let folder: RunFolder
  private let settings: TrainingSettings
  private let trainer: Trainer
  private let train: TokenWindows
  private let validation: ValidationLoss
  private let validationShards: ShardSet
  private let order: DataOrder
  private let log: EventLog
  private let pool: WorkerPool
  private var state: Checkpoint.State
  private var batch: StepBatch
  private let isQuiet: Bool
  /// Held by rank 0, which alone writes files.
  private let lock: FolderLock?
  private let ranks: any RankTransport

  /// What a run starts from.
  public struct Options: Sendable {
    /// Where the run's files go.
    public var output: String
    /// Whether to go on from the last checkpoint, if there is one.
    public var resumes: Bool
    /// The number of workers.
    public var threads: Int
    /// No progress bar.
    public var isQuiet: Bool
    /// Whether events are printed on standard output as well.
    public var printsEvents: Bool
    /// The processes that train together, each with as many workers.
    public var ranks: any RankTransport

    public init(
      output: String, resumes: Bool = false, threads: Int, isQuiet: Bool = false,
      printsEvents: Bool = true, ranks: any RankTransport = SingleRank()
    ) {
      self.ranks = ranks
      self.output = output
      self.resumes = resumes
      self.threads = threads
      self.isQuiet = isQuiet
      self.printsEvents = printsEvents
    }
  }

  /// Opens the data and the output folder and makes or restores the model.
  ///
  /// - Parameter given: the resolved recipe; its vocabulary size is replaced by the data's.
  public init(
    recipe given: Recipe, train: ShardSet, validation: ShardSet, tokenizerPath: String?,
    options: Options
  ) throws {
    var recipe = given
    recipe.set("model.vocab", .integer(train.vocabularySize))
    let model = try recipe.model()
    settings = try TrainingSettings(recipe, optimizer: model.optimizer)
    guard train.tokenizerHash == validation.tokenizerHash,
      train.vocabularySize == validation.vocabularySize
    else {
      throw TrainingError.differentTokenizers(train: train.path, validation: validation.path)
    }
    self.train = TokenWindows(
      train, length: settings.windowLength, stride: settings.windowStride)
    let validationWindows = TokenWindows(validation, length: settings.windowLength)
    for (windows, path) in [(self.train, train.path), (validationWindows, validation.path)]
    where windows.count == 0 {
      throw TrainingError.tooFewTokens(
        path: path, tokens: windows.shards.tokenCount, window: settings.windowLength)
    }
    folder = RunFolder(options.output)
    ranks = options.ranks
    let isFirst = ranks.rank == 0
    lock = isFirst ? try FolderLock(folder: options.output) : nil
    if isFirst, folder.hasCheckpoint, !options.resumes {
      throw TrainingError.runExists(path: options.output)
    }
    pool = WorkerPool(count: options.threads)
    isQuiet = options.isQuiet || !isFirst
    let objective = model.objective
    let store = ParameterStore(model.layout)
    trainer = Trainer(
      model, objective, store, optimizer: settings.optimizer, seed: settings.seed,
      groupSize: settings.groupSize, sequenceLength: settings.windowLength, pool: pool,
      ranks: ranks)
    self.validation = ValidationLoss(
      model, objective, store, windows: validationWindows,
      packedWeights: trainer.packedWeights, pool: pool, ranks: ranks)
    validationShards = validation
    order = DataOrder(count: self.train.count, seed: settings.seed)
    batch = StepBatch(sequences: settings.sequencesPerStep, time: settings.windowLength)

    try ranks.requireSame(recipe, train, validation, threads: pool.count)
    let resumes = try ranks.broadcast([folder.hasCheckpoint])[0]
    if !isFirst {
      state = Checkpoint.State()
    } else if resumes {
      let saved = try Recipe(path: folder.recipe)
      if let difference = TrainingRun.difference(saved, recipe) {
        throw TrainingError.otherRecipe(path: folder.recipe, member: difference)
      }
      state = try Checkpoint.read(folder.last, into: trainer)
    } else {
      state = Checkpoint.State()
      store.initialize(seed: settings.seed)
      try AtomicFile.write(
        JSONValue.object(recipe.settings).serialized(digits: 12, isPretty: true)
          + [UInt8(ascii: "\n")],
        to: folder.recipe)
      if let tokenizerPath {
        let bytes = try FileBytes(path: tokenizerPath)
        try AtomicFile.write(bytes.copy(0..<bytes.count), to: folder.tokenizer)
      }
    }
    try ranks.share(&state, trainer)
    log = try EventLog(
      path: isFirst ? folder.log : nil, truncatedTo: state.logSize,
      toStandardOutput: isFirst && options.printsEvents)
    try logStart(recipe, resumes: resumes, options: options)
    state.workers = workerCount
  }

  /// The workers of all ranks, whose number the bits depend on.
  private var workerCount: Int { ranks.count * pool.count }

  /// Trains until the budget is used up or a signal asks for an end.
  public func run() throws {
    var bar = ProgressBar("train", isQuiet: isQuiet)
    // Time in which the machine sleeps, and changes of the time of day, do not count.
    let clock = SuspendingClock()
    let secondsBefore = state.seconds
    let tokensBefore = state.tokens
    let started = clock.now
    let schedule = settings.schedule
    var lastLoss = Double.nan
    var progress = settings.budget.progress(
      step: trainer.step, tokens: state.tokens, seconds: state.seconds)

    while progress < 1 {
      try fillBatch()
      // The last time this holds is at the first step after the warm-up, whatever ended it.
      if schedule.isWarmingUp(step: trainer.step - 1, budgetProgress: state.warmupProgress) {
        state.warmupProgress = progress
      }
      let rate = schedule.rate(
        step: trainer.step, budgetProgress: progress, warmupProgress: state.warmupProgress)
      let result = try trainer.stepOfAllRanks(batch, learningRate: rate)
      // All ranks go by the clock of rank 0, and by a signal that any of them has received.
      let signal: Int32?
      (state.seconds, signal) = try ranks.agree(
        seconds: secondsBefore + (clock.now - started) / .seconds(1), signal: Interruption.pending)
      guard result.isFinite else {
        try handleNonfinite(result)
        continue
      }
      state.tokens += settings.tokensPerStep
      lastLoss = result.loss
      let speed = Double(state.tokens - tokensBefore) / (state.seconds - secondsBefore)
      if trainer.step % settings.logInterval == 0 || trainer.step == 1 {
        try logStep(result, rate: rate, speed: speed)
      }
      if trainer.step % settings.validationInterval == 0 {
        try validate()
        state.seconds = try ranks.agree(
          seconds: secondsBefore + (clock.now - started) / .seconds(1), signal: nil
        ).seconds
      }
      if trainer.step % settings.checkpointInterval == 0 { try writeCheckpoint() }
      progress = settings.budget.progress(
        step: trainer.step, tokens: state.tokens, seconds: state.seconds)
      bar.update(
        fraction: progress,
        detail: "step \(trainer.step) loss \(lastLoss.rounded(to: 3)) \(Int(speed)) tok/s")
      if let number = signal {
        bar.finish()
        try writeCheckpoint()
        try log.write("interrupted", ["signal": .integer(Int(number)), "step": step])
        throw Interrupted(signal: number)
      }
    }
    bar.finish()
    if trainer.step % settings.validationInterval != 0 { try validate() }
    try writeCheckpoint()
    var fields: JSONObject = [
      "step": step, "tokens": .integer(state.tokens), "elapsed": .number(state.seconds),
      "best_val_loss": JSONValue(state.bestLoss),
      "peak_memory_bytes": .integer(MemoryUse.peakBytes),
    ]
    if ranks.count > 1 { fields["exchanged_bytes"] = .integer(ranks.exchangedBytes) }
    try log.write("end", fields)
  }

  private var step: JSONValue { .integer(trainer.step) }

  private func fillBatch() throws {
    let first = trainer.step * settings.sequencesPerStep
    for sequence in 0..<settings.sequencesPerStep {
      try train.fill(
        &batch, sequence: sequence, window: order.window(at: first + sequence),
        targetShift: trainer.objective.targetShift)
    }
  }

  private func validate() throws {
    let loss = try validation.mean(windows: settings.validationWindows)
    var fields: JSONObject = [
      "step": step, "val_loss": .number(loss), "val_ppl": .number(exp(loss)),
    ]
    if let characters = validationShards.sourceCharacters, characters > 0 {
      let tokens = Double(validationShards.tokenCount)
      fields["val_bpc"] = .number(loss / log2 * tokens / Double(characters))
    }
    fields["tokens"] = .integer(state.tokens)
    fields["elapsed"] = .number(state.seconds)
    try log.write("validation", fields)
    if loss < state.bestLoss ?? .infinity {
      state.bestLoss = loss
      guard ranks.rank == 0 else { return }
      try Safetensors.write(
        trainer.store.tensors,
        metadata: ["step": "\(trainer.step)", "val_loss": "\(loss)"], to: folder.best)
    }
  }

  private func writeCheckpoint() throws {
    guard ranks.rank == 0 else { return }
    state.step = trainer.step
    state.logSize = log.size
    try Checkpoint.write(trainer, state, to: folder.last)
  }

  private func handleNonfinite(_ result: Trainer.StepResult) throws {
    let policy = settings.onNonfinite
    try log.write(
      "nonfinite",
      [
        "step": step, "loss": .number(result.loss), "grad_norm": .number(result.gradientNorm),
        "action": .string(policy.rawValue),
      ])
    switch policy {
    case .skip: trainer.skipStep()
    case .stop:
      try writeCheckpoint()
      throw TrainingError.notFinite(step: trainer.step, checkpoint: folder.last)
    }
  }

  private func logStep(_ result: Trainer.StepResult, rate: Double, speed: Double) throws {
    var fields: JSONObject = [
      "step": step, "tokens": .integer(state.tokens), "loss": .number(result.loss),
    ]
    if trainer.lossTerms.count > 1 {
      for (name, value) in trainer.lossTerms { fields["loss_\(name)"] = .number(value) }
    }
    fields["lr"] = .number(rate)
    fields["grad_norm"] = .number(result.gradientNorm)
    fields["tok_per_sec"] = .number(speed)
    fields["elapsed"] = .number(state.seconds)
    fields["memory_bytes"] = .integer(MemoryUse.peakBytes)
    try log.write("step", fields)
  }

  private func logStart(_ recipe: Recipe, resumes: Bool, options: Options) throws {
    var fields: JSONObject = [
      "version": recipe["version"] ?? .null, "variant": .string(recipe.variant.rawValue),
      "parameters": .integer(trainer.store.layout.count), "step": .integer(state.step),
      "threads": .integer(pool.count), "seed": .integer(Int(settings.seed)),
      "train_tokens": .integer(train.shards.tokenCount),
      "val_tokens": .integer(validationShards.tokenCount),
      "vocabulary": .integer(train.shards.vocabularySize),
      "tokens_per_step": .integer(settings.tokensPerStep),
    ]
    if ranks.count > 1 { fields["ranks"] = .integer(ranks.count) }
    if resumes, state.workers != workerCount {
      fields["note"] = .string(
        "resumed with \(workerCount) threads after \(state.workers): same up to rounding only")
    }
    try log.write(resumes ? "resume" : "start", fields)
    for defect in recipe["defects"]?.arrayValue ?? [] {
      try log.write("defect", ["text": defect])
    }
  }

  /// The first member in which two recipes differ, apart from what only ends or reports a run.
  private static func difference(_ saved: Recipe, _ given: Recipe) -> String? {
    let free: Set = ["budget", "log", "checkpoint", "defects", "published", "prompts", "sampling"]
    let names = saved.settings.members.map(\.name) + given.settings.members.map(\.name)
    return names.first {
      !free.contains($0)
        && saved.settings[$0].map(JSONValue.canonical)
          != given.settings[$0].map(JSONValue.canonical)
    }
  }
}

private let log2 = Foundation.log(2.0)

extension Double {
  /// Rounded to a number of decimal places, for people.
  fileprivate func rounded(to places: Int) -> Double {
    let factor = pow(10, Double(places))
    return (self * factor).rounded() / factor
  }
}

extension JSONValue {
  /// The value as it is after being written and read again.
  fileprivate static func canonical(_ value: JSONValue) -> [UInt8] { value.serialized(digits: 12) }
}
