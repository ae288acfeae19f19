/// The cross-entropy of a vocabulary head, fused so that the logits of a whole batch never exist.
///
///     z = x·Eᵀ,   loss = Σ_scored weight·(ln Σ_v exp z_v − z_target)      x [rows, width], E [V, width]
///     dz = weight·(softmax(z) − onehot),   dx = dz·E,   dE += dzᵀ·x
///
/// Rows are taken in chunks whose logits stay in the cache. While training, the gradients are
/// computed in the forward pass, when the probabilities are at hand: the head's is added at once,
/// the input's is kept for the backward pass. Targets of −1 are not scored.
struct CrossEntropy: Operation {
  let hidden: Tensor
  let head: Parameter
  /// [rows, 1]: each position's loss in nats, 0 where nothing is scored.
  let positionLosses: Tensor
  /// [rows, 1]: 1 where the largest logit is the target's, else 0; only outside training.
  let hits: Tensor?
  /// [rows, 1]: the most probable token, where something reads it.
  let predictions: Tensor?
  /// [rows, width]: the gradient of `hidden`; only while training.
  let hiddenGradient: Tensor?
  /// Scored positions of each sequence: the loss is a mean over them.
  let positionsPerSequence: Int
  let slot: Int

  /// Rows whose logits are computed at a time.
  private static let chunkRows = 128

  var inputs: [Tensor] { [hidden] }
  var outputs: [Tensor] { [] }
  var auxiliaries: [Tensor] {
    [positionLosses] + [hits, predictions, hiddenGradient].compactMap { $0 }
  }
  var isLoss: Bool { true }
  private var vocabularySize: Int { head.shape[0] }
  var scratchCount: Int { min(Self.chunkRows, hidden.rows) * vocabularySize }

  func forward(_ run: Execution) {
    let width = hidden.width
    let losses = run.value(positionLosses)
    let weight =
      run.context.lossWeights[slot]
      / Float(positionsPerSequence * run.context.sequencesPerStep)
    var total = 0.0
    for first in stride(from: 0, to: hidden.rows, by: Self.chunkRows) {
      let rows = min(Self.chunkRows, hidden.rows - first)
      let input = run.value(hidden) + first * width
      Kernel.linear(
        input, run.value(head), run.scratch, rows: rows, inputWidth: width,
        outputWidth: vocabularySize)
      if hits != nil || predictions != nil { markLargest(run, first: first, rows: rows) }
      Kernel.softmaxCrossEntropy(
        logits: run.scratch, targets: run.targets + first, losses: losses + first, weight: weight,
        rows: rows, width: vocabularySize, withGradient: hiddenGradient != nil)
      if let hiddenGradient {
        Kernel.linearInputGradient(
          run.scratch, run.value(head), run.value(hiddenGradient) + first * width, rows: rows,
          inputWidth: width, outputWidth: vocabularySize, accumulate: false)
        Kernel.linearWeightGradient(
          run.scratch, input, run.gradient(head), rows: rows, inputWidth: width,
          outputWidth: vocabularySize)
      }
      for row in first..<first + rows { total += Double(losses[row]) }
    }
    run.losses[slot] += total / Double(positionsPerSequence)
  }

  func backward(_ run: Execution) {
    guard let hiddenGradient, let (gradient, accumulate) = run.inputGradient(0, hidden) else {
      return
    }
    let source = run.value(hiddenGradient)
    if accumulate {
      Kernel.add(gradient, source, gradient, count: hidden.count)
    } else {
      gradient.update(from: source, count: hidden.count)
    }
  }

  /// Notes the largest logit of each row, and whether it is the target's.
  private func markLargest(_ run: Execution, first: Int, rows: Int) {
    for row in 0..<rows {
      let logits = run.scratch + row * vocabularySize
      let largest = Kernel.indexOfLargest(logits, count: vocabularySize)
      if let hits { run.value(hits)[first + row] = largest == run.targets[first + row] ? 1 : 0 }
      if let predictions { run.value(predictions)[first + row] = Float(largest) }
    }
  }
}

/// What a cross-entropy leaves for evaluation.
public struct ScoredPositions: Sendable {
  /// [batch, time, 1]: nats of each position, 0 where nothing was scored.
  public let losses: Tensor
  /// [batch, time, 1]: 1 where the most probable token is the target; nil while training.
  public let hits: Tensor?
  /// [batch, time, 1]: the most probable token, where it was asked for.
  public var predictions: Tensor?
}

extension Graph {
  /// Scores the graph's targets with the logits `hidden`·`head`ᵀ and adds the loss to the slot
  /// `name`: for each sequence the mean over `positionsPerSequence` positions. Notes the most
  /// probable tokens if `predicts`.
  @discardableResult
  func crossEntropy(
    _ hidden: Tensor, head: Parameter, name: String, positionsPerSequence: Int,
    predicts: Bool = false
  ) -> ScoredPositions {
    let isTraining = mode == .training
    let losses = tensor([batch, time, 1])
    let hits = isTraining ? nil : tensor([batch, time, 1])
    let predictions = predicts ? tensor([batch, time, 1]) : nil
    record(
      CrossEntropy(
        hidden: hidden, head: head, positionLosses: losses, hits: hits,
        predictions: predictions, hiddenGradient: isTraining ? tensor(hidden.shape) : nil,
        positionsPerSequence: positionsPerSequence, slot: lossSlot(name)))
    keep(losses)
    if let hits { keep(hits) }
    return ScoredPositions(losses: losses, hits: hits, predictions: predictions)
  }
}
