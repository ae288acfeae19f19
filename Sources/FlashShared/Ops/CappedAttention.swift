/// Causal self-attention over a packed projection with softly capped scores.
///
///     [q | k | v] = projected, each heads × headWidth, head-major
///     S_ij = cap · tanh(q_i·k_j / (sqrt(headWidth) · cap)) where j ≤ i, else −∞
///     y_i = Σ_j Dropout(softmax_j(S_ij)) v_j
///
/// Forward keeps each row's log-sum-exp, from which backward computes the probabilities again.
/// When decoding, keys and values of the whole context are kept.
struct CappedAttention: Operation {
  let projected: Tensor
  let shape: AttentionShape
  let cap: Float
  let dropoutProbability: Float
  let site: UInt64
  let output: Tensor
  /// [batch, heads, time].
  let logSumExp: Tensor
  /// Positions that the cache holds; 0 unless the graph decodes.
  let cacheLength: Int

  var inputs: [Tensor] { [projected] }
  var outputs: [Tensor] { [output] }
  var auxiliaries: [Tensor] { [logSumExp] }
  var retained: [Tensor] { [projected] }
  private var batch: Int { projected.shape[0] }
  private var time: Int { projected.shape[1] }
  private var inner: Int { shape.heads * shape.headWidth }
  private var scale: Float { 1 / Float(shape.headWidth).squareRoot() }
  var stateCount: Int { 2 * batch * cacheLength * inner }
  var scratchCount: Int {
    cacheLength > 0 ? cacheLength : Kernel.cappedAttentionScratchCount(time: time)
  }

  func forward(_ run: Execution) {
    for sequence in 0..<batch {
      let rows = run.value(projected) + sequence * time * 3 * inner
      let result = run.value(output) + sequence * time * inner
      if cacheLength > 0 {
        step(run, sequence: sequence, rows, result)
      } else {
        Kernel.cappedAttention(
          queries: rows, keys: rows + inner, values: rows + 2 * inner, rowStride: 3 * inner,
          output: result, outputStride: inner,
          logSumExp: run.value(logSumExp) + sequence * shape.heads * time, time: time,
          heads: shape.heads, headWidth: shape.headWidth, scale: scale, cap: cap,
          dropout: mask(run, sequence), scratch: run.scratch)
      }
    }
  }

  func backward(_ run: Execution) {
    guard let (projectedGradient, accumulate) = run.inputGradient(0, projected) else { return }
    precondition(!accumulate, "only the attention reads its projection")
    for sequence in 0..<batch {
      let rows = run.value(projected) + sequence * time * 3 * inner
      let gradient = projectedGradient + sequence * time * 3 * inner
      Kernel.cappedAttentionGradient(
        outputGradient: run.gradient(output) + sequence * time * inner, outputStride: inner,
        queries: rows, keys: rows + inner, values: rows + 2 * inner, rowStride: 3 * inner,
        logSumExp: run.value(logSumExp) + sequence * shape.heads * time,
        queryGradient: gradient, keyGradient: gradient + inner,
        valueGradient: gradient + 2 * inner, gradientStride: 3 * inner, time: time,
        heads: shape.heads, headWidth: shape.headWidth, scale: scale, cap: cap,
        dropout: mask(run, sequence), scratch: run.scratch)
    }
  }

  /// Appends each position to the cache and attends to what is there; behind the context's length
  /// the oldest are overwritten.
  private func step(
    _ run: Execution, sequence: Int, _ rows: UnsafePointer<Float>,
    _ result: UnsafeMutablePointer<Float>
  ) {
    let keys = run.state + 2 * sequence * cacheLength * inner
    let values = keys + cacheLength * inner
    let headStride = cacheLength * shape.headWidth
    for offset in 0..<time {
      let position = run.context.position + offset
      let row = rows + offset * 3 * inner
      for head in 0..<shape.heads {
        let source = row + inner + head * shape.headWidth
        let place = head * headStride + position % cacheLength * shape.headWidth
        Kernel.copy(source, keys + place, count: shape.headWidth)
        Kernel.copy(source + inner, values + place, count: shape.headWidth)
      }
      Kernel.cappedAttentionStep(
        query: row, keys: keys, values: values, headStride: headStride,
        output: result + offset * inner, positions: min(position + 1, cacheLength),
        heads: shape.heads, headWidth: shape.headWidth, scale: scale, cap: cap,
        scratch: run.scratch)
    }
  }

  private func mask(_ run: Execution, _ sequence: Int) -> DropoutMask? {
    guard dropoutProbability > 0 else { return nil }
    return run.context.dropoutMask(dropoutProbability, site: site, sequence: sequence)
  }
}

extension Graph {
  /// Causal attention over `projected`, [batch, time, 3 · heads · headWidth], with scores bounded
  /// by a soft cap: [batch, time, heads · headWidth].
  func cappedAttention(
    _ projected: Tensor, _ shape: AttentionShape, cap: Float, dropout probability: Float = 0
  ) -> Tensor {
    let inner = shape.heads * shape.headWidth
    precondition(projected.shape == [batch, time, 3 * inner], "not a packed projection")
    precondition(shape.window == nil && cap > 0, "no window, and a positive cap")
    let isTraining = mode == .training
    let output = tensor([batch, time, inner])
    record(
      CappedAttention(
        projected: projected, shape: shape, cap: cap,
        dropoutProbability: isTraining ? probability : 0, site: isTraining ? nextRandomSite() : 0,
        output: output, logSumExp: tensor([batch, shape.heads, time]),
        cacheLength: mode == .decoding ? contextLength : 0))
    return output
  }
}
