/// The cross-entropy of a vocabulary head, fused so that the logits of a whole batch never exist.
///
///     z = x·Eᵀ,   loss = Σ_scored weight·(ln Σ_v exp z_v − z_target)      x [rows, width], E [V, width]
///     dz = weight·(softmax(z) − onehot),   dx = dz·E,   dE += dzᵀ·x
///
/// Unlikelihood and entropy of the same softmax are added where wanted (`softmaxTerms` has their
/// formulas). Rows are taken in chunks whose logits stay in the cache. While training, the gradients
/// are computed in the forward pass, when the probabilities are at hand: the head's is added at
/// once, the input's is kept for the backward pass. Targets of −1 are not scored.
struct CrossEntropy: Operation {
  let hidden: Tensor
  let head: LinearWeight
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
  /// How many positions after its own a position's target is read from.
  var targetOffset = 0
  /// A factor of loss and gradient, where several heads share a slot.
  var share: Float = 1
  /// Further terms; only while training.
  var regularization: SoftmaxRegularization?

  /// Rows whose logits are computed at a time.
  private static let chunkRows = 128

  var inputs: [Tensor] { [hidden] }
  var outputs: [Tensor] { [] }
  var auxiliaries: [Tensor] {
    [positionLosses]
      + [hits, predictions, hiddenGradient, regularization?.seenTokens].compactMap { $0 }
  }
  var lossSlots: [Int] {
    [slot] + [regularization?.unlikelihoodSlot, regularization?.entropySlot].compactMap { $0 }
  }
  var matrices: [Parameter] { [head.parameter] }
  private var vocabularySize: Int { head.outputWidth }
  private var chunkCount: Int { min(Self.chunkRows, hidden.rows) }
  /// Logits; target and penalised tokens; unlikelihoods and entropies.
  var scratchCount: Int { chunkCount * vocabularySize + 4 * chunkCount }

  func forward(_ run: Execution) {
    let width = hidden.width
    let losses = run.value(positionLosses)
    let weight = factor(of: slot, run)
    let tokens = ChunkTokens(run.scratch + chunkCount * vocabularySize, capacity: chunkCount)
    var total = 0.0
    for first in stride(from: 0, to: hidden.rows, by: Self.chunkRows) {
      let rows = min(Self.chunkRows, hidden.rows - first)
      let input = run.value(hidden) + first * width
      head.multiply(run, input, into: run.scratch, rows: rows)
      let targets = chunkTargets(run, tokens, first: first, rows: rows)
      if hits != nil || predictions != nil { markLargest(run, targets, first: first, rows: rows) }
      if let regularization {
        regularize(run, regularization, tokens, targets, first: first, rows: rows, weight: weight)
      } else {
        Kernel.softmaxCrossEntropy(
          logits: run.scratch, targets: targets, losses: losses + first, weight: weight,
          rows: rows, width: vocabularySize, withGradient: hiddenGradient != nil)
      }
      if let hiddenGradient {
        head.inputGradient(
          run, run.scratch, into: run.value(hiddenGradient) + first * width, rows: rows,
          accumulate: false)
        head.addGradient(run, run.scratch, input, rows: rows)
      }
      for row in first..<first + rows { total += Double(losses[row]) }
    }
    run.losses[slot] += total * Double(share) / Double(positionsPerSequence)
  }

  func backward(_ run: Execution) {
    if let hiddenGradient { run.passGradient(run.value(hiddenGradient), to: 0, hidden) }
  }

  /// What a position's gradient of a term is multiplied with.
  private func factor(of slot: Int, _ run: Execution) -> Float {
    run.context.lossWeights[slot] * share
      / Float(positionsPerSequence * run.context.sequencesPerStep)
  }

  /// The targets of a chunk's rows: the graph's, or those some positions on.
  private func chunkTargets(
    _ run: Execution, _ tokens: ChunkTokens, first: Int, rows: Int
  ) -> UnsafePointer<Int32> {
    guard targetOffset > 0 else { return run.targets + first }
    let time = hidden.shape[1]
    for row in 0..<rows {
      let isInside = (first + row) % time + targetOffset < time
      tokens.targets[row] = isInside ? run.targets[first + row + targetOffset] : -1
    }
    return UnsafePointer(tokens.targets)
  }

  /// Cross-entropy, unlikelihood and entropy of a chunk.
  private func regularize(
    _ run: Execution, _ terms: SoftmaxRegularization, _ tokens: ChunkTokens,
    _ targets: UnsafePointer<Int32>, first: Int, rows: Int, weight: Float
  ) {
    let seen = run.seenTokens(terms.seenTokens)
    for row in 0..<rows {
      // Where the penalised token lies behind the sequence, nothing is scored.
      let place = min(first + row + terms.penalizedOffset, hidden.rows - 1)
      tokens.penalized[row] = seen[place]
    }
    Kernel.softmaxTerms(
      logits: run.scratch, targets: targets, penalized: tokens.penalized,
      crossEntropies: run.value(positionLosses) + first, unlikelihoods: tokens.unlikelihoods,
      entropies: tokens.entropies,
      weights: SoftmaxTermWeights(
        crossEntropy: weight,
        unlikelihood: terms.unlikelihoodSlot.map { factor(of: $0, run) } ?? 0,
        entropy: factor(of: terms.entropySlot, run)), rows: rows, width: vocabularySize)
    var unlikelihood = 0.0
    var entropy = 0.0
    for row in 0..<rows {
      unlikelihood += Double(tokens.unlikelihoods[row])
      entropy += Double(tokens.entropies[row])
    }
    if let slot = terms.unlikelihoodSlot {
      run.losses[slot] += unlikelihood / Double(positionsPerSequence)
    }
    run.losses[terms.entropySlot] += entropy / Double(positionsPerSequence)
  }

  /// Notes the largest logit of each row, and whether it is the target's.
  private func markLargest(
    _ run: Execution, _ targets: UnsafePointer<Int32>, first: Int, rows: Int
  ) {
    for row in 0..<rows {
      let logits = run.scratch + row * vocabularySize
      let largest = Kernel.indexOfLargest(logits, count: vocabularySize)
      if let hits { run.value(hits)[first + row] = largest == targets[row] ? 1 : 0 }
      if let predictions { run.value(predictions)[first + row] = Float(largest) }
    }
  }
}

/// Terms besides the cross-entropy that are computed from the same softmax.
struct SoftmaxRegularization: Sendable {
  /// The slot of the unlikelihood of a token (Welleck et al., arXiv:1908.04319); nil without it.
  var unlikelihoodSlot: Int?
  /// How many positions after its own a position's penalised token is: 0 for its input.
  var penalizedOffset = 0
  /// What word dropout made of the tokens.
  var seenTokens: Tensor?
  /// The slot of the entropy.
  var entropySlot: Int
}

/// Scratch for what a chunk of rows is scored with.
private struct ChunkTokens {
  let targets: UnsafeMutablePointer<Int32>
  let penalized: UnsafeMutablePointer<Int32>
  let unlikelihoods: UnsafeMutablePointer<Float>
  let entropies: UnsafeMutablePointer<Float>

  init(_ memory: UnsafeMutablePointer<Float>, capacity: Int) {
    let raw = UnsafeMutableRawPointer(memory)
    targets = raw.assumingMemoryBound(to: Int32.self)
    penalized = targets + capacity
    unlikelihoods = memory + 2 * capacity
    entropies = memory + 3 * capacity
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
  /// Further results that golden vectors name.
  public var namedTensors: [NamedTensor] = []
}

extension Graph {
  /// Scores the graph's targets with the logits `hidden`·`head`ᵀ and adds the loss to the slot
  /// `name`: for each sequence the mean over `positionsPerSequence` positions.
  ///
  /// - Parameters:
  ///   - targetOffset: how many positions after its own a position's target is read from.
  ///   - share: a factor of the loss, where several heads share a slot.
  ///   - predicts: whether to note the most probable tokens.
  ///   - regularization: further terms; without effect outside training.
  @discardableResult
  func crossEntropy(
    _ hidden: Tensor, head: Parameter, name: String, positionsPerSequence: Int,
    targetOffset: Int = 0, share: Float = 1, predicts: Bool = false,
    regularization: SoftmaxRegularization? = nil
  ) -> ScoredPositions {
    let isTraining = mode == .training
    let losses = tensor([batch, time, 1])
    let hits = isTraining ? nil : tensor([batch, time, 1])
    let predictions = predicts ? tensor([batch, time, 1]) : nil
    record(
      CrossEntropy(
        hidden: hidden, head: LinearWeight(head, rows: hidden.rows, in: self),
        positionLosses: losses, hits: hits,
        predictions: predictions, hiddenGradient: isTraining ? tensor(hidden.shape) : nil,
        positionsPerSequence: positionsPerSequence, slot: lossSlot(name),
        targetOffset: targetOffset, share: share,
        regularization: isTraining ? regularization : nil))
    keep(losses)
    if let hits { keep(hits) }
    return ScoredPositions(losses: losses, hits: hits, predictions: predictions)
  }
}
