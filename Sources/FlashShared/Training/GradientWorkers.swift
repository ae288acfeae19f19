/// Computes the gradients of a step: each worker takes whole sequences and runs them through a graph
/// of its own, in groups, with single-threaded kernels. Weights are shared and only read.
///
/// The sums of losses are added in worker order, and so are the gradients (by `ParameterUpdate`):
/// the same number of workers gives the same bits.
final class GradientWorkers: WorkerTask, @unchecked Sendable {
  // Workers touch only the elements of their own index; the rest is set while none runs.

  /// The gradients of each worker.
  let gradients: [FloatBuffer]
  private let pool: WorkerPool
  private let model: any LanguageModel
  private let objective: any Objective
  private let store: ParameterStore
  private let packedWeights: PackedWeights?
  private let groupSize: Int
  /// The place of this process's first worker among those of all ranks, and their number.
  private let firstWorker: Int
  private let workersOfAllRanks: Int
  private var graphs: [GroupGraphs]
  private var batch = StepBatch(sequences: 0, time: 1)
  private static let noBatch = StepBatch(sequences: 0, time: 1)
  private var context = StepContext()

  /// The graphs of one worker by the number of sequences that they take.
  private final class GroupGraphs {
    var graphs: [Int: Graph] = [:]
    var losses: [Double] = []
  }

  /// - Parameters:
  ///   - groupSize: sequences that a worker takes through the model at a time.
  ///   - rank: this process's place among those that train together, and their number.
  init(
    _ model: any LanguageModel, _ objective: any Objective, _ store: ParameterStore,
    packedWeights: PackedWeights?, groupSize: Int, pool: WorkerPool,
    rank: (index: Int, count: Int) = (0, 1)
  ) {
    firstWorker = rank.index * pool.count
    workersOfAllRanks = rank.count * pool.count
    self.model = model
    self.objective = objective
    self.store = store
    self.packedWeights = packedWeights
    self.groupSize = groupSize
    self.pool = pool
    gradients = (0..<pool.count).map { _ in FloatBuffer(count: store.layout.storageCount) }
    graphs = (0..<pool.count).map { _ in GroupGraphs() }
    for worker in graphs { worker.losses = objective.lossNames.map { _ in 0 } }
  }

  /// Runs a step's sequences forward and backward.
  ///
  /// - Parameters:
  ///   - step: the optimiser step, from 0.
  ///   - losses: receives the mean of each loss term over the sequences, without its factor.
  func run(_ batch: StepBatch, step: Int, seed: UInt64, losses: inout [Double]) {
    self.batch = batch
    context.step = step
    context.seed = seed
    context.sequencesPerStep = batch.sequences
    for slot in losses.indices {
      context.lossWeights[slot] = objective.lossWeight(slot, step: step)
    }
    pool.run(self)
    // So that the caller alone holds its arrays and may fill them again in place.
    self.batch = Self.noBatch
    for slot in losses.indices {
      var sum = 0.0
      for worker in graphs.indices { sum += graphs[worker].losses[slot] }
      losses[slot] = sum / Double(batch.sequences)
    }
  }

  /// The sums of a loss term over the sequences of each worker of this process.
  func lossSums(_ slot: Int) -> [Double] { graphs.map { $0.losses[slot] } }

  func run(worker: Int) {
    let share = WorkerPool.share(
      of: batch.sequences, worker: firstWorker + worker, workers: workersOfAllRanks)
    let mine = graphs[worker]
    for slot in mine.losses.indices { mine.losses[slot] = 0 }
    gradients[worker].clear()
    var first = share.lowerBound
    while first < share.upperBound {
      let count = min(groupSize, share.upperBound - first)
      let graph = graph(of: count, for: mine)
      let range = first * batch.time..<(first + count) * batch.time
      _ = graph.tokens.update(fromContentsOf: batch.tokens[range])
      _ = graph.targets.update(fromContentsOf: batch.targets[range])
      graph.context = context
      graph.context.firstSequence = first
      graph.forwardAndBackward(addingTo: gradients[worker])
      for slot in mine.losses.indices { mine.losses[slot] += graph.loss(slot) }
      first += count
    }
  }

  private func graph(of sequences: Int, for worker: GroupGraphs) -> Graph {
    if let graph = worker.graphs[sequences] { return graph }
    let graph = Graph(
      store, mode: .training, batch: sequences, time: batch.time, packedWeights: packedWeights)
    _ = objective.recordTerms(model(graph), in: graph)
    worker.graphs[sequences] = graph
    return graph
  }

  /// Bytes that all graphs and gradients take.
  var memoryBytes: Int {
    gradients.reduce(0) { $0 + 4 * $1.count }
      + graphs.reduce(0) { $0 + $1.graphs.values.reduce(0) { $0 + $1.memoryBytes } }
  }
}
