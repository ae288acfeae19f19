import Foundation

/// The binary cross-entropy of a vocabulary head with the set of tokens that follow a position.
///
///     f = x·Eᵀ;   z_v = 1 if v is among the `span` targets from the position on, else 0
///     loss = mean over positions and vocabulary of −(w z ln σ(f) + (1 − z) ln(1 − σ(f)))
///     df = σ(f) where z = 0, w (σ(f) − 1) where z = 1
///
/// x is [batch, positions, width]: row p of a sequence stands for its position p · interval. As in
/// `CrossEntropy`, the gradients are computed in the forward pass, when the logits are at hand.
struct FutureSetLoss: Operation {
  let hidden: Tensor
  /// E, [vocabulary, width].
  let head: LinearWeight
  /// The gradient of `hidden`.
  let hiddenGradient: Tensor
  /// Positions of a sequence in the graph.
  let time: Int
  let interval: Int
  let span: Int
  /// w.
  let positiveWeight: Float
  let slot: Int

  private static let chunkRows = 128

  var inputs: [Tensor] { [hidden] }
  var outputs: [Tensor] { [] }
  var auxiliaries: [Tensor] { [hiddenGradient] }
  var lossSlots: [Int] { [slot] }
  var matrices: [Parameter] { [head.parameter] }
  private var positions: Int { hidden.shape[1] }
  private var vocabularySize: Int { head.outputWidth }
  private var chunk: Int { min(Self.chunkRows, hidden.rows) }
  /// Logits, and a mark for each token.
  var scratchCount: Int { (chunk + 1) * vocabularySize }

  func forward(_ run: Execution) {
    let terms = Double(positions * vocabularySize)
    let weight =
      run.context.lossWeights[slot] / Float(terms * Double(run.context.sequencesPerStep))
    let marks = run.scratch + chunk * vocabularySize
    marks.update(repeating: 0, count: vocabularySize)
    var total = 0.0
    for first in stride(from: 0, to: hidden.rows, by: Self.chunkRows) {
      let rows = min(Self.chunkRows, hidden.rows - first)
      let input = run.value(hidden) + first * hidden.width
      head.multiply(run, input, into: run.scratch, rows: rows)
      for row in first..<first + rows {
        let place = row / positions * time + row % positions * interval
        total += Kernel.setCrossEntropy(
          logits: run.scratch + (row - first) * vocabularySize, count: vocabularySize,
          members: run.targets + place, memberCount: span, positiveWeight: positiveWeight,
          weight: weight, marks: marks)
      }
      head.inputGradient(
        run, run.scratch, into: run.value(hiddenGradient) + first * hidden.width, rows: rows,
        accumulate: false)
      head.addGradient(run, run.scratch, input, rows: rows)
    }
    run.losses[slot] += total / terms
  }

  func backward(_ run: Execution) {
    run.passGradient(run.value(hiddenGradient), to: 0, hidden)
  }
}

extension Kernel {
  /// The binary cross-entropy of a row of logits with a set of tokens, summed over the vocabulary.
  ///
  /// - Parameters:
  ///   - logits: [count], replaced by `weight` times their gradient.
  ///   - members: tokens of the set, repetitions allowed; negative ones are none.
  ///   - positiveWeight: the factor of the terms of the set.
  ///   - marks: [count] zeros, which they are again afterwards.
  static func setCrossEntropy(
    logits: Destination, count: Int, members: UnsafePointer<Int32>, memberCount: Int,
    positiveWeight: Float, weight: Float, marks: Destination
  ) -> Double {
    // ln(1 + eᶠ) is the loss of a token outside the set, and less by f that of one inside it.
    var correction = 0.0
    for index in 0..<memberCount {
      let member = Int(members[index])
      guard member >= 0, marks[member] == 0 else { continue }
      marks[member] = 1
      let f = Double(logits[member])
      let outside = max(f, 0) + log1p(exp(-abs(f)))
      correction += Double(positiveWeight) * (outside - f) - outside
    }
    var losses = Vector.zero
    forEachBlock(count: count) { i, n in
      let f = load(logits + i, count: n, padding: -Float.infinity)
      let e = exponential(-magnitude(f))
      losses += maximum(f, Vector.zero) + logarithm(1 + e)
      let numerator = e.replacing(with: Vector(repeating: 1), where: f .> Vector.zero)
      store(numerator / (1 + e) * weight, logits + i, count: n)
    }
    for index in 0..<memberCount {
      let member = Int(members[index])
      guard member >= 0, marks[member] == 1 else { continue }
      marks[member] = 0
      logits[member] = positiveWeight * (logits[member] - weight)
    }
    return Double(sum(losses)) + correction
  }
}

extension Graph {
  /// Adds to the slot `name` the binary cross-entropy of `hidden`·`head`ᵀ with the sets of the
  /// `span` targets from each position on; row p of `hidden` stands for position p · `interval`.
  func futureSetLoss(
    _ hidden: Tensor, head: Parameter, interval: Int, span: Int, positiveWeight: Float,
    name: String
  ) {
    precondition((hidden.shape[1] - 1) * interval + span <= time, "the sets do not fit")
    record(
      FutureSetLoss(
        hidden: hidden, head: LinearWeight(head, rows: hidden.rows, in: self),
        hiddenGradient: tensor(hidden.shape), time: time,
        interval: interval, span: span, positiveWeight: positiveWeight, slot: lossSlot(name)))
  }
}
