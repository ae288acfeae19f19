import Foundation

/// What the ranks of a training run tell each other.
extension RankTransport {
  /// The seconds of rank 0, and a signal that any rank has received.
  func agree(seconds: Double, signal: Int32?) throws -> (seconds: Double, signal: Int32?) {
    guard count > 1 else { return (seconds, signal) }
    let all = try gather([seconds, Double(signal ?? 0)])
    let signals = stride(from: 1, to: all.count, by: 2).map { Int32(all[$0]) }
    return (all[0], signals.first { $0 != 0 })
  }

  /// Makes sure that all ranks do the same: recipe, data, number of threads.
  func requireSame(
    _ recipe: Recipe, _ train: ShardSet, _ validation: ShardSet, threads: Int
  ) throws {
    guard count > 1 else { return }
    var hasher = SHA256()
    hasher.update(JSONValue.object(recipe.settings).serialized(digits: 12))
    for set in [train, validation] { hasher.update(set.manifest.json.serialized()) }
    hasher.update([
      UInt8(truncatingIfNeeded: threads), UInt8(truncatingIfNeeded: threads >> 8),
    ])
    // Six bytes are exact in a Double.
    let mine = hasher.finalize().prefix(6).reduce(0.0) { $0 * 256 + Double($1) }
    let all = try gather([mine])
    for other in all.indices where all[other] != all[0] { throw RankError.different(rank: other) }
  }

  /// Gives all ranks the parameters, moments and state of rank 0.
  func share(_ state: inout Checkpoint.State, _ trainer: Trainer) throws {
    guard count > 1 else { return }
    let optimizer = trainer.optimizer
    for buffer in [trainer.store.values, optimizer.firstMoments, optimizer.secondMoments] {
      let range = 0..<buffer.count
      let numbers = try broadcast(rank == 0 ? Array(buffer[range]) : [])
      guard numbers.count == buffer.count else { throw RankError.different(rank: rank) }
      _ = buffer[range].update(from: numbers)
    }
    let integers = try broadcast(
      [
        trainer.step, state.tokens, state.workers, state.warmup.step, state.warmup.tokens,
        state.nonfiniteInRow, state.validationIsDue ? 1 : 0,
      ] + optimizer.updateCounts)
    let numbers = try broadcast(
      [state.seconds, state.warmup.seconds, state.bestLoss ?? .nan])
    trainer.step = integers[0]
    (state.step, state.tokens, state.workers) = (integers[0], integers[1], integers[2])
    state.warmup = Budget.Use(step: integers[3], tokens: integers[4], seconds: numbers[1])
    (state.nonfiniteInRow, state.validationIsDue) = (integers[5], integers[6] == 1)
    optimizer.restore(updateCounts: Array(integers[7...]))
    state.seconds = numbers[0]
    state.bestLoss = numbers[2].isNaN ? nil : numbers[2]
    trainer.store.updateDerived()
  }
}
