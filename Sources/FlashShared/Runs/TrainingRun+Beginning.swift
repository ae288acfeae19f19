import Foundation

/// What must hold before the first step.
extension TrainingRun {
  /// Refuses sets that no one model can read.
  static func requireAgreement(_ train: ShardSet, _ validation: ShardSet) throws {
    guard train.tokenizerHash == validation.tokenizerHash,
      train.vocabularySize == validation.vocabularySize
    else {
      throw TrainingError.differentTokenizers(train: train.path, validation: validation.path)
    }
    if let first = train.endOfTextToken, let second = validation.endOfTextToken, first != second {
      throw TrainingError.differentEndOfText(train: train.path, validation: validation.path)
    }
  }

  /// Whether two sets hold the same tokens.
  static func isSameText(_ train: ShardSet, _ validation: ShardSet) -> Bool {
    train.manifest.shards.map(\.sha256) == validation.manifest.shards.map(\.sha256)
  }

  static func trainingWindows(
    _ shards: ShardSet, _ settings: TrainingSettings
  ) throws -> TokenWindows {
    let windows = TokenWindows(
      shards, length: settings.windowLength, stride: settings.windowStride)
    guard windows.count > 0 else {
      throw TrainingError.tooFewTokens(
        path: shards.path, tokens: shards.tokenCount, window: settings.windowLength)
    }
    return windows
  }

  /// The windows of a validation: as long as those of training, or one that the whole set fills.
  static func validationWindows(
    _ shards: ShardSet, _ settings: TrainingSettings, targetShift: Int
  ) throws -> TokenWindows {
    let length = min(settings.windowLength, shards.tokenCount - 1)
    guard length > targetShift else {
      throw TrainingError.tooFewTokens(
        path: shards.path, tokens: shards.tokenCount, window: 1 + targetShift)
    }
    return TokenWindows(shards, length: length)
  }

  /// Memory for a model's parameters, where its training fits into the machine's.
  static func store(
    for model: any LanguageModel, _ recipe: Recipe, _ settings: TrainingSettings,
    _ options: Options
  ) throws -> ParameterStore {
    try MemoryNeed.check(training: model, recipe, threads: options.threads)
    let store = ParameterStore(model.layout)
    let share = settings.sequencesPerStep / (options.threads * options.ranks.count) + 1
    try MemoryNeed.check(
      training: model, store, recipe, sequences: min(settings.groupSize, share),
      time: settings.windowLength, threads: options.threads)
    return store
  }

  /// How a run begins or goes on, on the rank that writes its folder.
  struct Beginning {
    let recipe: Recipe
    let folder: RunFolder
    let settings: TrainingSettings
    let tokenizer: RunTokenizer?
    let origin: RunOrigin
    /// What people should know.
    var notes: [String] = []
    /// What a resumed run has otherwise than before.
    private(set) var changes: [RunOrigin.Difference] = []

    init(
      recipe: Recipe, folder: RunFolder, settings: TrainingSettings, tokenizer: RunTokenizer?,
      origin: RunOrigin
    ) {
      self.recipe = recipe
      self.folder = folder
      self.settings = settings
      self.tokenizer = tokenizer
      self.origin = origin
    }

    /// Restores or draws the parameters, and leaves recipe and tokenizer in the folder.
    mutating func state(of trainer: Trainer, resumes: Bool) throws -> Checkpoint.State {
      var state = Checkpoint.State()
      if resumes {
        state = try restored(trainer)
      } else {
        trainer.store.initialize(seed: settings.seed)
      }
      state.origin = origin.json
      try writeRecipe()
      if let tokenizer { try tokenizer.copy(to: folder) }
      return state
    }

    private mutating func restored(_ trainer: Trainer) throws -> Checkpoint.State {
      let saved = try savedOrigin()
      let differences = saved?.differences(from: origin) ?? []
      let refused = differences.filter { !$0.isAllowed }
      guard refused.isEmpty else {
        throw TrainingError.otherStart(
          path: folder.path,
          members: refused.prefix(5).map { "\($0.member) (\($0.before), not \($0.now))" })
      }
      changes = differences
      var state = try Checkpoint.read(folder.last, into: trainer)
      if let saved {
        try followBudget(try? Budget(Recipe(saved.recipe, source: folder.recipe)), &state)
      }
      if state.bestLoss != nil, !FileManager.default.fileExists(atPath: folder.best) {
        state.bestLoss = nil
        state.validationIsDue = true
        notes.append(
          "\(folder.best): the parameters of the lowest validation loss are gone; they are made anew "
            + "from step \(state.step) on")
      }
      return state
    }

    /// What the run was started with: from its checkpoint; of checkpoints that do not say so, the
    /// recipe from its file.
    private func savedOrigin() throws -> RunOrigin? {
      if let json = try Checkpoint.origin(folder.last) {
        guard let saved = RunOrigin(json) else {
          throw SafetensorsError(path: folder.last, reason: "its training state is incomplete")
        }
        return saved
      }
      guard FileManager.default.fileExists(atPath: folder.recipe) else { return nil }
      var saved = origin
      saved.recipe = try Recipe(path: folder.recipe).settings
      return saved
    }

    /// Lets the schedule follow a budget that may be another than before.
    private func followBudget(_ before: Budget?, _ state: inout Checkpoint.State) throws {
      let budget = settings.budget
      if let progress = state.formerWarmupProgress {
        state.warmup = (before ?? budget).use(atProgress: progress)
        state.formerWarmupProgress = nil
      }
      guard before != nil, changes.contains(where: { $0.member.hasPrefix("budget.") }) else {
        return
      }
      guard budget.progress(state.use) < 1 else {
        throw TrainingError.budgetIsUsed(
          path: folder.path, used: budget.amount(state.use), budget: budget.description)
      }
      state.warmup = settings.schedule.endOfWarmup(
        budget, after: state.use, tokensPerStep: settings.tokensPerStep)
    }

    private func writeRecipe() throws {
      let text =
        JSONValue.object(recipe.settings).serialized(digits: 12, isPretty: true)
        + [UInt8(ascii: "\n")]
      try AtomicFile.write(text, to: folder.recipe)
    }
  }
}

extension Budget {
  /// What has been used in its own unit when a part of it is.
  fileprivate func use(atProgress progress: Double) -> Use {
    switch self {
    case .minutes(let minutes): Use(seconds: progress * 60 * minutes)
    case .steps(let count): Use(step: Int((progress * Double(count)).rounded()))
    case .tokens(let count): Use(tokens: Int((progress * Double(count)).rounded()))
    }
  }
}

extension LearningRateSchedule {
  /// What had been used before the first step after the warm-up, had a run had this budget from its
  /// start and taken the same time for each step; what it has used so far where that is still to
  /// come.
  fileprivate func endOfWarmup(
    _ budget: Budget, after now: Budget.Use, tokensPerStep: Int
  ) -> Budget.Use {
    let secondsPerStep = now.seconds / Double(max(1, now.step))
    func use(at step: Int) -> Budget.Use {
      Budget.Use(
        step: step, tokens: step * tokensPerStep, seconds: Double(step) * secondsPerStep)
    }
    var (low, high) = (0, now.step)
    while low < high {
      let middle = (low + high) / 2
      if isWarmingUp(step: middle, budgetProgress: budget.progress(use(at: middle))) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low == now.step ? now : use(at: low)
  }
}
