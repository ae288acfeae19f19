/// What a value head is trained to predict: the mean of the losses of the next positions, a
/// position's own included.
///
///     g_t = (ℓ_t + … + ℓ_{t+horizon−1}) / horizon      for t with t + horizon ≤ scored positions
///
/// The losses are those that a cross-entropy left; no gradient flows back to them.
struct LookaheadTargets: Operation {
  /// [batch, time, 1].
  let losses: Tensor
  let horizon: Int
  /// Positions of a sequence that have a target.
  let count: Int
  /// [batch, time, 1]; 0 behind the last target.
  let targets: Tensor

  var inputs: [Tensor] { [] }
  var outputs: [Tensor] { [] }
  var auxiliaries: [Tensor] { [losses, targets] }

  func forward(_ run: Execution) {
    let time = losses.shape[1]
    for sequence in 0..<losses.shape[0] {
      let source = run.value(losses) + sequence * time
      let result = run.value(targets) + sequence * time
      Kernel.fill(result, 0, count: time)
      // Short sums from the numbers themselves: a running sum would carry its rounding along.
      for t in 0..<count {
        result[t] = Kernel.total(source + t, count: horizon) / Float(horizon)
      }
    }
  }

  func backward(_ run: Execution) {}
}

extension Graph {
  /// For the positions of `losses` ([batch, time, 1]), of which the first `scored` of a sequence
  /// count, the mean over `horizon` of them from each on: [batch, time, 1].
  func lookaheadTargets(_ losses: Tensor, scored: Int, horizon: Int) -> Tensor {
    precondition(horizon > 0 && scored >= horizon, "no position has a target")
    let targets = tensor(losses.shape)
    record(
      LookaheadTargets(
        losses: losses, horizon: horizon, count: scored - horizon + 1, targets: targets))
    return targets
  }
}
