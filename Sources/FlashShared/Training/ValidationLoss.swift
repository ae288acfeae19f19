/// The loss over windows of a validation set, windows in order, shared out to the workers.
///
/// Losses are added up in window order: the result does not depend on the number of workers.
final class ValidationLoss: WorkerTask, @unchecked Sendable {
  // Workers touch only the elements of their own windows; the rest is set while none runs.

  private let windows: TokenWindows
  private let objective: any Objective
  private let packedWeights: PackedWeights?
  private let pool: WorkerPool
  private let ranks: any RankTransport
  private var scorers: [Scorer]
  private var count = 0

  /// One worker's graph and what it found.
  private final class Scorer {
    let graph: Graph
    let scored: ScoredPositions
    var batch: StepBatch
    var sums: [Double] = []
    var failure: (any Error)?

    init(
      _ model: any LanguageModel, _ objective: any Objective, _ store: ParameterStore, time: Int,
      packedWeights: PackedWeights?
    ) {
      graph = Graph(
        store, mode: .evaluation, batch: 1, time: time, packedWeights: packedWeights)
      scored = objective.recordTerms(model(graph), in: graph)
      batch = StepBatch(sequences: 1, time: time)
    }
  }

  init(
    _ model: any LanguageModel, _ objective: any Objective, _ store: ParameterStore,
    windows: TokenWindows, packedWeights: PackedWeights?, pool: WorkerPool,
    ranks: any RankTransport = SingleRank()
  ) {
    self.ranks = ranks
    self.windows = windows
    self.packedWeights = packedWeights
    self.objective = objective
    self.pool = pool
    scorers = (0..<pool.count).map { _ in
      Scorer(
        model, objective, store, time: windows.length, packedWeights: packedWeights)
    }
  }

  /// The mean loss in nats a token over the first windows; nil if a signal asked for an end before
  /// they were through. Several ranks finish their windows first: none may leave the others waiting.
  func mean(windows limit: Int) throws -> Double? {
    count = min(limit, windows.count)
    packedWeights?.update()
    pool.run(self)
    for scorer in scorers {
      if let failure = scorer.failure { throw failure }
    }
    if isInterrupted { return nil }
    let sum = try ranks.gather(scorers.flatMap(\.sums)).reduce(0, +)
    return sum / Double(count * (windows.length - objective.targetShift))
  }

  private var isInterrupted: Bool { ranks.count == 1 && Interruption.pending != nil }

  func run(worker: Int) {
    let scorer = scorers[worker]
    scorer.sums.removeAll(keepingCapacity: true)
    scorer.failure = nil
    do {
      let share = WorkerPool.share(
        of: count, worker: ranks.rank * pool.count + worker, workers: ranks.count * pool.count)
      for window in share {
        if isInterrupted { return }
        try windows.fill(
          &scorer.batch, sequence: 0, window: window, targetShift: objective.targetShift)
        _ = scorer.graph.tokens.update(fromContentsOf: scorer.batch.tokens)
        _ = scorer.graph.targets.update(fromContentsOf: scorer.batch.targets)
        scorer.graph.forward()
        let losses = scorer.graph.values(of: scorer.scored.losses)
        scorer.sums.append(losses.reduce(0) { $0 + Double($1) })
      }
    } catch {
      scorer.failure = error
    }
  }
}
