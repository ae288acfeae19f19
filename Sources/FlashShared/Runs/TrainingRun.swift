import Foundation

/// A training run from its data to its checkpoints.
///
/// Everything that the next step depends on is in the last checkpoint: a run that is stopped at any
/// moment and resumed ends with the same bits as one that was not, as long as its budget counts
/// steps or tokens and the number of workers is the same.
public final class TrainingRun {
  let folder: RunFolder
  let settings: TrainingSettings
  let trainer: Trainer
  let train: TokenWindows
  let validation: ValidationLoss
  let validationShards: ShardSet
  private let order: DataOrder
  let log: EventLog
  let pool: WorkerPool
  var state: Checkpoint.State
  private var batch: StepBatch
  private let isQuiet: Bool
  /// Held by rank 0, which alone writes files.
  private let lock: FolderLock?
  let ranks: any RankTransport
  /// Whether the last checkpoint holds everything that was earned.
  var isSaved = false

  /// What a run starts from.
  public struct Options: Sendable {
    /// Where the run's files go.
    public var output: String
    /// What becomes of a run that is there already.
    public var claim: RunFolder.Claim
    /// The number of workers.
    public var threads: Int
    /// No progress bar.
    public var isQuiet: Bool
    /// Whether events are printed on standard output as well.
    public var printsEvents: Bool
    /// The processes that train together, each with as many workers.
    public var ranks: any RankTransport
    /// Takes what people should know.
    public var warn: @Sendable (String) -> Void

    /// - Parameters:
    ///   - resumes: goes on from the last checkpoint, if there is one.
    ///   - replaces: gives up a run that is there.
    public init(
      output: String, resumes: Bool = false, replaces: Bool = false, threads: Int,
      isQuiet: Bool = false, printsEvents: Bool = true, ranks: any RankTransport = SingleRank(),
      warn: @escaping @Sendable (String) -> Void = { _ in }
    ) {
      self.ranks = ranks
      self.output = output
      claim = replaces ? .replace : resumes ? .resume : .new
      self.threads = threads
      self.isQuiet = isQuiet
      self.printsEvents = printsEvents
      self.warn = warn
    }
  }

  /// Opens the data and the output folder and makes or restores the model.
  ///
  /// - Parameters:
  ///   - given: the resolved recipe; its vocabulary size is replaced by the data's.
  ///   - tokenizerPath: nil to look for it beside the training shards and above.
  public init(
    recipe given: Recipe, train: ShardSet, validation: ShardSet, tokenizerPath: String?,
    options: Options
  ) throws {
    var recipe = given
    recipe.set("model.vocab", .integer(train.vocabularySize))
    let model = try recipe.modelToTrain()
    settings = try TrainingSettings(recipe, optimizer: model.optimizer)
    ranks = options.ranks
    folder = RunFolder(options.output)
    let isFirst = ranks.rank == 0
    if isFirst { try folder.requirePossible(options.claim) }
    try Self.requireAgreement(train, validation)
    self.train = try Self.trainingWindows(train, settings)
    let validationWindows = try Self.validationWindows(
      validation, settings, targetShift: model.objective.targetShift)
    // Rank 0 alone needs the tokenizer: it writes the run's folder.
    let tokenizer =
      isFirst ? try RunTokenizer.find(given: tokenizerPath, for: train, run: folder) : nil
    try tokenizer?.checkEndOfText(recipe, train)

    let store = try Self.store(for: model, recipe, settings, options)
    lock = isFirst ? try folder.claim(options.claim) : nil
    pool = WorkerPool(count: options.threads)
    isQuiet = options.isQuiet || !isFirst
    trainer = Trainer(
      model, model.objective, store, optimizer: settings.optimizer, seed: settings.seed,
      groupSize: settings.groupSize, sequenceLength: settings.windowLength, pool: pool,
      ranks: ranks)
    self.validation = ValidationLoss(
      model, model.objective, store, windows: validationWindows,
      packedWeights: trainer.packedWeights, pool: pool, ranks: ranks)
    validationShards = validation
    order = DataOrder(count: self.train.count, seed: settings.seed)
    batch = StepBatch(sequences: settings.sequencesPerStep, time: settings.windowLength)

    try ranks.requireSame(recipe, train, validation, threads: pool.count)
    let resumes = try ranks.broadcast([folder.hasCheckpoint])[0]
    var beginning = Beginning(
      recipe: recipe, folder: folder, settings: settings, tokenizer: tokenizer,
      origin: RunOrigin(
        train: train, validation: validation, tokenizer: tokenizer?.sha256, recipe: recipe))
    state = isFirst ? try beginning.state(of: trainer, resumes: resumes) : Checkpoint.State()
    try ranks.share(&state, trainer)
    let (path, warn) = (folder.log, options.warn)
    log = try EventLog(
      path: isFirst ? path : nil, truncatedTo: state.logSize,
      toStandardOutput: isFirst && options.printsEvents
    ) { warn("\($0.description); the log goes on in \(path)") }
    if Self.isSameText(train, validation) {
      beginning.notes.append(
        "\(validation.path): holds the same tokens as \(train.path), so that validation tells "
          + "nothing of other text")
    }
    if isFirst { beginning.notes.forEach(warn) }
    try logStart(recipe, resumes: resumes, beginning)
    state.workers = workerCount
  }

  /// The workers of all ranks, whose number the bits depend on.
  var workerCount: Int { ranks.count * pool.count }

  /// Trains until the budget is used up or a signal asks for an end.
  public func run() throws {
    var bar = ProgressBar("train", isQuiet: isQuiet)
    defer { bar.finish() }
    do {
      try train(&bar)
    } catch {
      // Steps are whole or not at all: whatever ends the run, what it has earned stays.
      if !isSaved { try? writeCheckpoint() }
      throw error
    }
  }

  private func train(_ bar: inout ProgressBar) throws {
    // Time in which the machine sleeps, and changes of the time of day, do not count.
    let clock = SuspendingClock()
    let started = clock.now
    let before = state.use
    func seconds() -> Double { before.seconds + (clock.now - started) / .seconds(1) }
    if state.validationIsDue { try validate() }
    var progress = settings.budget.progress(state.use)
    while progress < 1 {
      try fillBatch()
      let rate = learningRate(progress)
      let result = try trainer.stepOfAllRanks(batch, learningRate: rate)
      if result.isFinite { countStep(nonfiniteInRow: 0) }
      // All ranks go by the clock of rank 0, and by a signal that any of them has received.
      let signal: Int32?
      (state.seconds, signal) = try ranks.agree(seconds: seconds(), signal: Interruption.pending)
      let speed = Double(state.tokens - before.tokens) / max(1e-9, state.seconds - before.seconds)
      if !result.isFinite {
        try handleNonfinite(result)
      } else if state.step % settings.logInterval == 0 || state.step == 1 {
        try logStep(result, rate: rate, speed: speed)
      }
      if state.step % settings.validationInterval == 0 {
        try validate()
        state.seconds = try ranks.agree(seconds: seconds(), signal: nil).seconds
      }
      if state.step % settings.checkpointInterval == 0 { try writeCheckpoint() }
      progress = settings.budget.progress(state.use)
      bar.update(
        fraction: progress,
        detail: "step \(state.step) loss \(result.loss.rounded(to: 3)) \(Int(speed)) tok/s")
      if let number = signal { try endInterrupted(number) }
      if state.validationIsDue, let number = Interruption.pending { try endInterrupted(number) }
    }
    if state.step % settings.validationInterval != 0 { try validate() }
    if state.validationIsDue, let number = Interruption.pending { try endInterrupted(number) }
    try writeCheckpoint()
    try logEnd()
  }

  /// The rate of the next step.
  private func learningRate(_ progress: Double) -> Double {
    let schedule = settings.schedule
    let budget = settings.budget
    // The last time this holds is at the first step after the warm-up, whatever ended it.
    if schedule.isWarmingUp(
      step: state.step - 1, budgetProgress: budget.progress(state.warmup))
    {
      state.warmup = state.use
    }
    return schedule.rate(
      step: state.step, budgetProgress: progress, warmupProgress: budget.progress(state.warmup))
  }

  /// Takes over the trainer's step, finite or not.
  private func countStep(nonfiniteInRow: Int) {
    state.step = trainer.step
    state.tokens += settings.tokensPerStep
    state.nonfiniteInRow = nonfiniteInRow
    isSaved = false
  }

  private func handleNonfinite(_ result: Trainer.StepResult) throws {
    try logNonfinite(result)
    switch settings.onNonfinite {
    case .stop:
      try writeCheckpoint()
      throw TrainingError.notFinite(step: state.step, checkpoint: folder.last)
    case .skip:
      trainer.skipStep()
      countStep(nonfiniteInRow: state.nonfiniteInRow + 1)
      guard state.nonfiniteInRow >= settings.nonfiniteLimit else { return }
      let first = state.step - state.nonfiniteInRow
      // Whoever goes on from here anyway has as many again.
      state.nonfiniteInRow = 0
      try writeCheckpoint()
      throw TrainingError.stayedNotFinite(
        steps: first...state.step - 1, checkpoint: folder.last)
    }
  }

  private func endInterrupted(_ number: Int32) throws -> Never {
    try writeCheckpoint()
    try log.write(
      "interrupted", ["signal": .integer(Int(number)), "step": .integer(state.step)])
    throw Interrupted(signal: number)
  }

  private func fillBatch() throws {
    let first = trainer.step * settings.sequencesPerStep
    for sequence in 0..<settings.sequencesPerStep {
      try train.fill(
        &batch, sequence: sequence, window: order.window(at: first + sequence),
        targetShift: trainer.objective.targetShift)
    }
  }

  private func validate() throws {
    guard let loss = try validation.mean(windows: settings.validationWindows) else {
      state.validationIsDue = true
      return
    }
    state.validationIsDue = false
    try logValidation(loss)
    guard loss < state.bestLoss ?? .infinity else { return }
    state.bestLoss = loss
    guard ranks.rank == 0 else { return }
    try trainer.store.write(
      to: folder.best, metadata: ["step": "\(state.step)", "val_loss": "\(loss)"])
  }

  private func writeCheckpoint() throws {
    guard ranks.rank == 0 else { return }
    state.logSize = log.size
    try Checkpoint.write(trainer, state, to: folder.last)
    isSaved = true
  }
}

extension Double {
  /// Rounded to a number of decimal places, for people.
  fileprivate func rounded(to places: Int) -> Double {
    let factor = pow(10, Double(places))
    return (self * factor).rounded() / factor
  }
}
