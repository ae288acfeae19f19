import Foundation

/// The losses of an early exit: an inner layer with a vocabulary head of its own and a gate that says
/// how far it can be trusted.
///
///     z = e·Hᵀ;   q = argmax z;   q* = the last layer's argmax
///     cross-entropy of z with the target
///     consistency: the binary cross-entropy of sigmoid(a) with [q = q*]
///     diversity: [q ≠ q*]·(1 − H(softmax z)/ln V), H with ln(p + 1e-10)
///
/// e is [batch, time, width], a [batch, time, 1]. All three are means over the scored positions. As in
/// `CrossEntropy`, gradients of e and H are computed in the forward pass. Argmaxes have none.
struct EarlyExitLoss: Operation {
  let hidden: Tensor
  let head: LinearWeight
  let confidence: Tensor
  /// [batch, time, 1]: q*.
  let predictions: Tensor
  /// The gradient of `hidden`; only while training.
  let hiddenGradient: Tensor?
  /// The gradient of `confidence` without the factor of its loss.
  let confidenceGradient: Tensor
  let positionsPerSequence: Int
  let slots: Slots

  struct Slots: Sendable {
    let crossEntropy: Int
    let consistency: Int
    let diversity: Int
  }

  private static let chunkRows = 128

  var inputs: [Tensor] { [hidden, confidence] }
  var outputs: [Tensor] { [] }
  var auxiliaries: [Tensor] {
    [predictions, confidenceGradient] + (hiddenGradient.map { [$0] } ?? [])
  }
  var lossSlots: [Int] { [slots.crossEntropy, slots.consistency, slots.diversity] }
  var matrices: [Parameter] { [head.parameter] }
  private var vocabularySize: Int { head.outputWidth }
  var scratchCount: Int { min(Self.chunkRows, hidden.rows) * vocabularySize }

  private func weight(_ run: Execution, _ slot: Int) -> Float {
    run.context.lossWeights[slot]
      / Float(positionsPerSequence * run.context.sequencesPerStep)
  }

  func forward(_ run: Execution) {
    var sums = Kernel.ExitLosses()
    let crossEntropyWeight = weight(run, slots.crossEntropy)
    let diversityWeight = weight(run, slots.diversity)
    for first in stride(from: 0, to: hidden.rows, by: Self.chunkRows) {
      let rows = min(Self.chunkRows, hidden.rows - first)
      let input = run.value(hidden) + first * hidden.width
      head.multiply(run, input, into: run.scratch, rows: rows)
      for row in 0..<rows {
        sums += Kernel.exitLosses(
          logits: run.scratch + row * vocabularySize, count: vocabularySize,
          target: Int(run.targets[first + row]),
          prediction: Int(run.value(predictions)[first + row]),
          confidence: run.value(confidence)[first + row],
          confidenceGradient: run.value(confidenceGradient) + first + row,
          crossEntropyWeight: crossEntropyWeight, diversityWeight: diversityWeight)
      }
      if let hiddenGradient {
        head.inputGradient(
          run, run.scratch, into: run.value(hiddenGradient) + first * hidden.width, rows: rows,
          accumulate: false)
        head.addGradient(run, run.scratch, input, rows: rows)
      }
    }
    run.losses[slots.crossEntropy] += sums.crossEntropy / Double(positionsPerSequence)
    run.losses[slots.consistency] += sums.consistency / Double(positionsPerSequence)
    run.losses[slots.diversity] += sums.diversity / Double(positionsPerSequence)
  }

  func backward(_ run: Execution) {
    if let hiddenGradient { run.passGradient(run.value(hiddenGradient), to: 0, hidden) }
    if let (gradient, accumulate) = run.inputGradient(1, confidence) {
      if !accumulate { gradient.update(repeating: 0, count: confidence.count) }
      Kernel.axpy(
        weight(run, slots.consistency), run.value(confidenceGradient), gradient,
        count: confidence.count)
    }
  }
}

extension Kernel {
  /// Sums of the losses of an early exit, in nats.
  struct ExitLosses {
    var crossEntropy = 0.0
    var consistency = 0.0
    var diversity = 0.0

    static func += (sums: inout ExitLosses, other: ExitLosses) {
      sums.crossEntropy += other.crossEntropy
      sums.consistency += other.consistency
      sums.diversity += other.diversity
    }
  }

  /// The losses of one position of an early exit; `logits` are replaced by their gradient.
  ///
  /// With p = softmax z and l = ln(p + 1e-10) + p/(p + 1e-10), the gradient of 1 − H/ln V is
  /// p ⊙ (l − Σ p ⊙ l)/ln V.
  ///
  /// - Parameters:
  ///   - target: −1 if the position is not scored; all losses and gradients are then 0.
  ///   - prediction: the last layer's argmax.
  ///   - confidence: the gate before its sigmoid; `confidenceGradient` receives its gradient.
  static func exitLosses(
    logits: Destination, count: Int, target: Int, prediction: Int, confidence: Float,
    confidenceGradient: Destination, crossEntropyWeight: Float, diversityWeight: Float
  ) -> ExitLosses {
    guard target >= 0 else {
      fill(logits, 0, count: count)
      confidenceGradient[0] = 0
      return ExitLosses()
    }
    var losses = ExitLosses()
    let agrees = indexOfLargest(logits, count: count) == prediction
    let correct = logits[target]
    let (peak, total) = exponentials(logits, logits, count: count)
    losses.crossEntropy = Double((peak - correct) + log(total))
    let gate = 1 / (1 + exp(-confidence))
    let likelihood = agrees ? gate : 1 - gate
    losses.consistency = Double(-max(log(likelihood), -100))
    confidenceGradient[0] = gate - (agrees ? 1 : 0)
    let scale = 1 / total
    if agrees {
      let factor = crossEntropyWeight * scale
      map(logits, logits, count: count) { $0 * factor }
    } else {
      let small = Vector(repeating: 1e-10)
      var entropy = Vector.zero
      var slopes = Vector.zero
      forEachBlock(count: count) { i, n in
        let p = load(logits + i, count: n) * scale
        let l = logarithm(p + small)
        entropy -= p * l
        slopes = multiplyAdd(p, l + p / (p + small), slopes)
      }
      let logarithmOfCount = log(Float(count))
      losses.diversity = Double(1 - sum(entropy) / logarithmOfCount)
      let mean = sum(slopes)
      let factor = diversityWeight / logarithmOfCount
      forEachBlock(count: count) { i, n in
        let p = load(logits + i, count: n) * scale
        let slope = logarithm(p + small) + p / (p + small) - mean
        store(p * (slope * factor + crossEntropyWeight), logits + i, count: n)
      }
    }
    logits[target] -= crossEntropyWeight
    return losses
  }
}

/// What a vocabulary head behind an inner layer gave, with a gate that says how far it can be trusted.
public struct EarlyExit: Sendable {
  /// [batch, time, width]: the layer's output, normalised.
  public let hidden: Tensor
  /// [vocabulary, width].
  public let head: Parameter
  /// [batch, time, 1]: the confidence before its sigmoid.
  public let confidence: Tensor
}

extension Graph {
  /// Records the losses of an early exit under `name`, `name`_c (consistency) and `name`_d
  /// (diversity).
  func earlyExitLoss(
    _ exit: EarlyExit, predictions: Tensor, name: String, positionsPerSequence: Int
  ) {
    let slots = EarlyExitLoss.Slots(
      crossEntropy: lossSlot(name), consistency: lossSlot("\(name)_c"),
      diversity: lossSlot("\(name)_d"))
    record(
      EarlyExitLoss(
        hidden: exit.hidden, head: LinearWeight(exit.head, rows: exit.hidden.rows, in: self),
        confidence: exit.confidence,
        predictions: predictions,
        hiddenGradient: mode == .training ? tensor(exit.hidden.shape) : nil,
        confidenceGradient: tensor(exit.confidence.shape),
        positionsPerSequence: positionsPerSequence, slots: slots))
  }
}
