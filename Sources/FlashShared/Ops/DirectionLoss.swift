/// How far predictions point away from the mean of the hidden states that follow.
///
///     g_t = Σ_{s > t} n_s / (T − 1 − t);   c_t = p_t·g_t / (max(‖p_t‖, ε) max(‖g_t‖, ε)),   ε = 1e-8
///     loss = factor · (mean_{t < T − 1} (1 − c_t) + excess)
///
/// p and n are [batch, time, width], T is `time`. With detached targets, n has no gradient; else
/// dn_s gets dg_t / (T − 1 − t) of all t < s.
struct DirectionLoss: Operation {
  let predictions: Tensor
  let hidden: Tensor
  let targetsAreDetached: Bool
  let factor: Float
  /// A constant that published losses include.
  let excess: Float
  let slot: Int

  var inputs: [Tensor] { targetsAreDetached ? [predictions] : [predictions, hidden] }
  var outputs: [Tensor] { [] }
  var auxiliaries: [Tensor] { targetsAreDetached ? [hidden] : [] }
  var retained: [Tensor] { [predictions, hidden] }
  var lossSlots: [Int] { [slot] }
  private var batch: Int { hidden.shape[0] }
  private var time: Int { hidden.shape[1] }
  private var width: Int { hidden.width }
  /// The sum of later states, a target, and the gradients of all targets.
  var scratchCount: Int { (2 + time) * width }
  private static let epsilon: Float = 1e-8

  func forward(_ run: Execution) {
    let sum = run.scratch
    let target = sum + width
    var total = 0.0
    for sequence in 0..<batch {
      sum.update(repeating: 0, count: width)
      for t in stride(from: time - 2, through: 0, by: -1) {
        let row = sequence * time + t
        makeTarget(run, row, t, sum, target)
        total += 1 - Double(cosine(run.value(predictions) + row * width, target).value)
      }
    }
    run.losses[slot] +=
      Double(factor) * (total / Double(time - 1) + Double(excess) * Double(batch))
  }

  func backward(_ run: Execution) {
    guard let (gradient, accumulate) = run.inputGradient(0, predictions) else { return }
    let slope =
      -factor * run.context.lossWeights[slot]
      / Float((time - 1) * run.context.sequencesPerStep)
    let hiddenGradient = targetsAreDetached ? nil : run.inputGradient(1, hidden)
    if !accumulate { gradient.update(repeating: 0, count: predictions.count) }
    if let hiddenGradient, !hiddenGradient.accumulate {
      hiddenGradient.pointer.update(repeating: 0, count: hidden.count)
    }
    let sum = run.scratch
    let target = sum + width
    let targetGradients = target + width
    for sequence in 0..<batch {
      sum.update(repeating: 0, count: width)
      for t in stride(from: time - 2, through: 0, by: -1) {
        let row = sequence * time + t
        let p = run.value(predictions) + row * width
        makeTarget(run, row, t, sum, target)
        let c = cosine(p, target)
        let both = slope * c.inverseNorm * c.inverseTargetNorm
        let dp = gradient + row * width
        Kernel.axpy(both, target, dp, count: width)
        Kernel.axpy(-slope * c.value * c.inverseNorm * c.inverseNorm, p, dp, count: width)
        guard hiddenGradient != nil else { continue }
        let share = 1 / Float(time - 1 - t)
        let own = -slope * c.value * c.inverseTargetNorm * c.inverseTargetNorm
        Kernel.map(p, target, targetGradients + t * width, count: width) {
          ($0 * both + $1 * own) * share
        }
      }
      guard let hiddenGradient else { continue }
      sum.update(repeating: 0, count: width)
      for t in 1..<time {
        Kernel.add(sum, targetGradients + (t - 1) * width, sum, count: width)
        let dn = hiddenGradient.pointer + (sequence * time + t) * width
        Kernel.add(dn, sum, dn, count: width)
      }
    }
  }

  /// Adds the state after position t to the sum and makes the target of t from it.
  private func makeTarget(
    _ run: Execution, _ row: Int, _ t: Int, _ sum: UnsafeMutablePointer<Float>,
    _ target: UnsafeMutablePointer<Float>
  ) {
    Kernel.add(sum, run.value(hidden) + (row + 1) * width, sum, count: width)
    Kernel.scale(sum, by: 1 / Float(time - 1 - t), target, count: width)
  }

  private func cosine(
    _ p: UnsafePointer<Float>, _ g: UnsafePointer<Float>
  ) -> (value: Float, inverseNorm: Float, inverseTargetNorm: Float) {
    let norm = max(Kernel.dot(p, p, count: width).squareRoot(), Self.epsilon)
    let targetNorm = max(Kernel.dot(g, g, count: width).squareRoot(), Self.epsilon)
    return (Kernel.dot(p, g, count: width) / (norm * targetNorm), 1 / norm, 1 / targetNorm)
  }
}

extension Graph {
  /// Adds to the slot `name` how far `predictions` point away from the mean of the states of
  /// `hidden` that follow each position.
  ///
  /// - Parameters:
  ///   - factor, excess: the loss of a sequence is factor · (mean + excess).
  func directionLoss(
    _ predictions: Tensor, hidden: Tensor, targetsAreDetached: Bool, factor: Float = 1,
    excess: Float = 0, name: String
  ) {
    precondition(predictions.shape == hidden.shape && time > 1, "shapes differ")
    record(
      DirectionLoss(
        predictions: predictions, hidden: hidden, targetsAreDetached: targetsAreDetached,
        factor: factor, excess: excess, slot: lossSlot(name)))
  }
}
