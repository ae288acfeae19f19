/// One model in training: parameters, optimiser and workers.
public final class Trainer {
  /// The model.
  public let model: any LanguageModel
  /// What it is trained to do.
  public let objective: any Objective
  /// Its parameters.
  public let store: ParameterStore
  /// Optimiser steps so far.
  public internal(set) var step = 0
  /// Keys every random draw.
  public let seed: UInt64
  let optimizer: AdamW
  /// The matrices that the model multiplies with, packed at the start of every step.
  let packedWeights: PackedWeights?
  private let workers: GradientWorkers
  private let pool: WorkerPool
  private let ranks: any RankTransport
  private var isActive: [Bool]
  private let time: Int
  private var losses: [Double]
  /// The factors of the loss terms in the last step.
  private var termWeights: [Float]

  /// Prepares training; the store's values are left as they are.
  ///
  /// - Parameters:
  ///   - groupSize: sequences that a worker takes through the model at a time.
  ///   - sequenceLength: positions of each sequence.
  ///   - pool: the workers.
  ///   - ranks: the processes that train together, each with as many workers.
  public init(
    _ model: any LanguageModel, _ objective: any Objective, _ store: ParameterStore,
    optimizer settings: AdamWSettings, seed: UInt64, groupSize: Int, sequenceLength: Int,
    pool: WorkerPool, ranks: any RankTransport = SingleRank()
  ) {
    self.ranks = ranks
    self.model = model
    self.objective = objective
    self.store = store
    self.seed = seed
    self.pool = pool
    time = sequenceLength
    optimizer = AdamW(store, settings)
    // A recorded graph tells what it multiplies with; how many sequences it takes does not matter.
    let graph = Graph(store, mode: .training, batch: 1, time: sequenceLength)
    _ = objective.recordTerms(model(graph), in: graph)
    packedWeights = PackedWeights(
      graph.operations.flatMap(\.matrices), of: store, pool: pool)
    workers = GradientWorkers(
      model, objective, store, packedWeights: packedWeights, groupSize: groupSize, pool: pool,
      rank: (ranks.rank, ranks.count))
    isActive = store.layout.parameters.map { _ in true }
    losses = objective.lossNames.map { _ in 0 }
    termWeights = objective.lossNames.map { _ in 1 }
  }

  /// What a step did.
  public struct StepResult: Sendable {
    /// The weighted sum of the loss terms before the step, in nats.
    public var loss: Double
    /// The norm of the gradients before clipping.
    public var gradientNorm: Double
    /// Whether both are finite; if not, no parameter was changed.
    public var isFinite: Bool { loss.isFinite && gradientNorm.isFinite }
  }

  /// Computes the gradients of a batch and updates the parameters, unless the loss or a gradient
  /// is not finite: then nothing changes, and the step is not counted (`skipStep` does).
  public func step(_ batch: StepBatch, learningRate: Double) -> StepResult {
    precondition(ranks.count == 1, "a step of several ranks can fail")
    return update(
      loss: computeGradients(batch), gradients: workers.gradients, learningRate: learningRate)
  }

  /// The same together with the other ranks: bit for bit what one process with the workers of all of
  /// them does.
  public func stepOfAllRanks(_ batch: StepBatch, learningRate: Double) throws -> StepResult {
    guard ranks.count > 1 else { return step(batch, learningRate: learningRate) }
    computeGradients(batch)
    for slot in losses.indices {
      let sums = try ranks.gather(workers.lossSums(slot))
      losses[slot] = sums.reduce(0, +) / Double(batch.sequences)
    }
    try ranks.sumInOrder(workers.gradients)
    return update(
      loss: weighLosses(), gradients: [workers.gradients[0]], learningRate: learningRate)
  }

  private func update(
    loss: Double, gradients: [FloatBuffer], learningRate: Double
  ) -> StepResult {
    guard loss.isFinite else { return StepResult(loss: loss, gradientNorm: .nan) }
    let norm = optimizer.step(
      gradients: gradients, learningRate: learningRate, isActive: isActive, pool: pool)
    let result = StepResult(loss: loss, gradientNorm: norm)
    if result.isFinite {
      step += 1
      store.updateDerived()
    }
    return result
  }

  /// Counts a step in which nothing is learned.
  public func skipStep() { step += 1 }

  /// Computes the gradients of a batch at the current step without using them.
  ///
  /// - Returns: the weighted sum of the loss terms, in nats.
  @discardableResult
  func computeGradients(_ batch: StepBatch) -> Double {
    for parameter in store.layout.parameters {
      isActive[parameter.index] = objective.isActive(parameter, step: step, time: time)
    }
    packedWeights?.update()
    workers.run(batch, step: step, seed: seed, losses: &losses)
    return weighLosses()
  }

  /// Notes the factors of the terms.
  private func weighLosses() -> Double {
    var loss = 0.0
    for slot in losses.indices {
      termWeights[slot] = objective.lossWeight(slot, step: step)
      if termWeights[slot] != 0 { loss += losses[slot] * Double(termWeights[slot]) }
    }
    return loss
  }

  /// The mean of each loss term over the last step's sequences, by name, without factors; of the
  /// terms whose factor was not 0, since no others were computed.
  public var lossTerms: [(name: String, value: Double)] {
    losses.indices.filter { termWeights[$0] != 0 }
      .map { (name: objective.lossNames[$0], value: losses[$0]) }
  }

  /// The summed gradient of a parameter after `computeGradients` on one worker.
  func gradient(of parameter: Parameter) -> [Float] {
    var sum = Array(workers.gradients[0][parameter.range])
    for buffer in workers.gradients.dropFirst() {
      for (index, value) in buffer[parameter.range].enumerated() { sum[index] += value }
    }
    return sum
  }

  /// Whether a parameter had a gradient in the last step.
  func wasActive(_ parameter: Parameter) -> Bool { isActive[parameter.index] }

  /// Bytes of parameters, moments, gradients and tensors.
  public var memoryBytes: Int {
    12 * store.values.count + 4 * store.derivedValues.count + workers.memoryBytes
      + (packedWeights?.memoryBytes ?? 0)
  }
}
