import Foundation

/// Linear attention whose memory decays (Katharopoulos et al., arXiv:2006.16236, with the decay of
/// Sun et al., arXiv:2307.08621, constant or given by the data).
///
///     o_t = scale · Σ_{s ≤ t} d_ts (q_t·k_s) v_s,   d_ts = exp(l_{s+1} + … + l_t)
///
/// q, k are [batch, time, keyWidth], v is [batch, time, valueWidth], l is [batch, time, 1] or one
/// number. Computed in chunks, linear in time; when decoding, the state is the matrix
/// S ← exp(l_t) S + k_t ⊗ v_t with o_t = scale · q_t·S.
///
/// Reversed, each position reads from itself and those *after* it instead, with the decay of their
/// distance: a withdrawn published setting, which sees the future.
struct DecayedLinearAttention: Operation {
  let queries: Tensor
  let keys: Tensor
  let values: Tensor
  /// [batch, time, 1].
  let logDecays: Tensor?
  /// Where there are none.
  let logDecay: Float
  let scale: Float
  let isReversed: Bool
  let chunk: Int
  let output: Tensor
  let isDecoding: Bool

  var inputs: [Tensor] { [queries, keys, values] + (logDecays.map { [$0] } ?? []) }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { inputs }
  private var batch: Int { output.shape[0] }
  private var time: Int { output.shape[1] }
  private var keyWidth: Int { queries.width }
  private var valueWidth: Int { output.width }
  private var shape: DecayedAttentionShape {
    DecayedAttentionShape(
      time: time, keyWidth: keyWidth, valueWidth: valueWidth, chunk: chunk, scale: scale)
  }
  /// Copies of a sequence's queries, keys, values, outputs and their gradients in reverse.
  private var reversedCount: Int { isReversed ? 4 * time * (keyWidth + valueWidth) : 0 }
  var scratchCount: Int {
    max(shape.scratchCount, shape.gradientScratchCount) + reversedCount
  }
  var stateCount: Int { batch * shape.stateCount }

  func forward(_ run: Execution) {
    let shape = shape
    for sequence in 0..<batch {
      var q = run.value(queries) + sequence * time * keyWidth
      var k = run.value(keys) + sequence * time * keyWidth
      var v = run.value(values) + sequence * time * valueWidth
      let o = run.value(output) + sequence * time * valueWidth
      let l = logDecays.map { UnsafePointer(run.value($0) + sequence * time) }
      if isDecoding {
        for t in 0..<time {
          Kernel.decayedAttentionStep(
            query: q + t * keyWidth, key: k + t * keyWidth, value: v + t * valueWidth,
            decay: exp(l?[t] ?? logDecay), state: run.state + sequence * shape.stateCount,
            output: o + t * valueWidth, shape: shape)
        }
        continue
      }
      var scratch = run.scratch
      if isReversed { (q, k, v, scratch) = reversed(q, k, v, scratch) }
      Kernel.decayedAttention(
        queries: q, keys: k, values: v, logDecays: l, logDecay: logDecay, output: o, shape: shape,
        scratch: scratch)
      if isReversed { Kernel.reverseRows(o, rows: time, width: valueWidth) }
    }
  }

  func backward(_ run: Execution) {
    guard let (queryGradient, a) = run.inputGradient(0, queries),
      let (keyGradient, b) = run.inputGradient(1, keys),
      let (valueGradient, c) = run.inputGradient(2, values)
    else { return }
    precondition(!a && !b && !c, "only the attention reads its projections")
    let decayGradient = logDecays.flatMap { run.inputGradient(3, $0) }
    precondition(decayGradient?.accumulate != true, "only the attention reads its decays")
    let shape = shape
    for sequence in 0..<batch {
      var q = run.value(queries) + sequence * time * keyWidth
      var k = run.value(keys) + sequence * time * keyWidth
      var v = run.value(values) + sequence * time * valueWidth
      var dO = run.gradient(output) + sequence * time * valueWidth
      let dQ = queryGradient + sequence * time * keyWidth
      let dK = keyGradient + sequence * time * keyWidth
      let dV = valueGradient + sequence * time * valueWidth
      var scratch = run.scratch
      if isReversed {
        (q, k, v, scratch) = reversed(q, k, v, scratch)
        scratch.update(from: dO, count: time * valueWidth)
        dO = scratch
        Kernel.reverseRows(dO, rows: time, width: valueWidth)
        scratch += time * valueWidth
      }
      Kernel.decayedAttentionGradient(
        outputGradient: dO, queries: q, keys: k, values: v,
        logDecays: logDecays.map { UnsafePointer(run.value($0) + sequence * time) },
        logDecay: logDecay, queryGradient: dQ, keyGradient: dK, valueGradient: dV,
        logDecayGradient: decayGradient.map { $0.pointer + sequence * time }, shape: shape,
        scratch: scratch)
      if isReversed {
        Kernel.reverseRows(dQ, rows: time, width: keyWidth)
        Kernel.reverseRows(dK, rows: time, width: keyWidth)
        Kernel.reverseRows(dV, rows: time, width: valueWidth)
      }
    }
  }

  private typealias Memory = UnsafeMutablePointer<Float>

  /// Copies in reverse, and the scratch memory behind them.
  private func reversed(
    _ q: Memory, _ k: Memory, _ v: Memory, _ scratch: Memory
  ) -> (Memory, Memory, Memory, Memory) {
    let copiedQueries = scratch
    let copiedKeys = copiedQueries + time * keyWidth
    let copiedValues = copiedKeys + time * keyWidth
    copiedQueries.update(from: q, count: time * keyWidth)
    copiedKeys.update(from: k, count: time * keyWidth)
    copiedValues.update(from: v, count: time * valueWidth)
    Kernel.reverseRows(copiedQueries, rows: time, width: keyWidth)
    Kernel.reverseRows(copiedKeys, rows: time, width: keyWidth)
    Kernel.reverseRows(copiedValues, rows: time, width: valueWidth)
    return (copiedQueries, copiedKeys, copiedValues, copiedValues + time * valueWidth)
  }
}

extension Kernel {
  /// Puts rows into the opposite order.
  fileprivate static func reverseRows(_ matrix: Destination, rows: Int, width: Int) {
    for row in 0..<rows / 2 {
      let first = matrix + row &* width
      let last = matrix + (rows &- 1 &- row) &* width
      for column in 0..<width { swap(&first[column], &last[column]) }
    }
  }
}

extension Graph {
  /// The decay of a linear attention's memory from one position to the next.
  enum Decay {
    /// The same everywhere.
    case constant(Float)
    /// exp of a tensor of [batch, time, 1], none positive.
    case logarithms(Tensor)
  }

  /// Linear attention over memories that decay: [batch, time, valueWidth].
  func decayedLinearAttention(
    queries: Tensor, keys: Tensor, values: Tensor, decay: Decay, scale: Float,
    isReversed: Bool = false, chunk: Int = 64
  ) -> Tensor {
    precondition(queries.shape == keys.shape && keys.rows == values.rows, "shapes differ")
    precondition(!isReversed || mode != .decoding, "a reader of the future cannot decode")
    let output = tensor(values.shape)
    var logDecays: Tensor?
    var logDecay: Float = 0
    switch decay {
    case .constant(let factor): logDecay = log(factor)
    case .logarithms(let tensor): logDecays = tensor
    }
    precondition(logDecays == nil || !isReversed, "reversed decays are constant")
    record(
      DecayedLinearAttention(
        queries: queries, keys: keys, values: values, logDecays: logDecays, logDecay: logDecay,
        scale: scale, isReversed: isReversed, chunk: chunk, output: output,
        isDecoding: mode == .decoding))
    return output
  }
}
