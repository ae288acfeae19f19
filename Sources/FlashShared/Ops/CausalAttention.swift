/// Causal self-attention (Vaswani et al., arXiv:1706.03762) over a packed projection, with rotary
/// positions (Su et al., arXiv:2104.09864) and a sliding window where wanted.
///
///     [q | k | v] = projected, each heads × headWidth, head-major
///     q, k ← rotated by position
///     S_ij = q_i·k_j / sqrt(headWidth) where 0 ≤ i − j < window, else −∞
///     y_i = Σ_j Dropout(softmax_j(S_ij)) v_j
///
/// The scores are never stored: forward keeps each row's log-sum-exp, from which backward computes
/// the probabilities again, tile by tile. The rotation is done in place, so nothing else may read
/// the projection. When decoding, keys and values go to a ring of as many positions as the window,
/// or the context, holds.
struct CausalAttention: Operation {
  let projected: Tensor
  let shape: AttentionShape
  let rotary: RotaryTable?
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
  var overwritten: [Tensor] { rotary == nil ? [] : [projected] }
  private var batch: Int { projected.shape[0] }
  private var time: Int { projected.shape[1] }
  private var innerWidth: Int { shape.heads * shape.headWidth }
  private var scale: Float { 1 / Float(shape.headWidth).squareRoot() }
  var stateCount: Int { 2 * batch * cacheLength * innerWidth }
  var scratchCount: Int {
    cacheLength > 0
      ? cacheLength
      : Kernel.attentionScratchCount(time: time, heads: shape.heads, headWidth: shape.headWidth)
  }

  func forward(_ run: Execution) {
    for sequence in 0..<batch {
      let rows = run.value(projected) + sequence * time * projected.width
      let result = run.value(output) + sequence * time * innerWidth
      rotate(rows, firstPosition: run.context.position, inverse: false)
      if cacheLength > 0 {
        step(run, sequence: sequence, rows, result)
      } else {
        Kernel.attention(
          queries: rows, keys: rows + innerWidth, values: rows + 2 * innerWidth,
          rowStride: projected.width, output: result, outputStride: innerWidth,
          logSumExp: run.value(logSumExp) + sequence * shape.heads * time, time: time,
          heads: shape.heads, headWidth: shape.headWidth, window: shape.window, scale: scale,
          dropout: mask(run, sequence), scratch: run.scratch)
      }
    }
  }

  func backward(_ run: Execution) {
    guard let (projectedGradient, accumulate) = run.inputGradient(0, projected) else { return }
    precondition(!accumulate, "only the attention reads its projection")
    for sequence in 0..<batch {
      let rows = run.value(projected) + sequence * time * projected.width
      let gradient = projectedGradient + sequence * time * projected.width
      let offset = sequence * time * innerWidth
      Kernel.attentionGradient(
        outputGradient: run.gradient(output) + offset, outputStride: innerWidth, queries: rows,
        keys: rows + innerWidth,
        values: rows + 2 * innerWidth, rowStride: projected.width,
        logSumExp: run.value(logSumExp) + sequence * shape.heads * time,
        queryGradient: gradient, keyGradient: gradient + innerWidth,
        valueGradient: gradient + 2 * innerWidth, gradientStride: projected.width, time: time,
        heads: shape.heads, headWidth: shape.headWidth, window: shape.window, scale: scale,
        dropout: mask(run, sequence), scratch: run.scratch)
      rotate(gradient, firstPosition: 0, inverse: true)
    }
  }

  /// Appends each position to the cache and attends to what is there.
  private func step(
    _ run: Execution, sequence: Int, _ rows: UnsafeMutablePointer<Float>,
    _ result: UnsafeMutablePointer<Float>
  ) {
    let keys = run.state + 2 * sequence * cacheLength * innerWidth
    let values = keys + cacheLength * innerWidth
    let headStride = cacheLength * shape.headWidth
    for offset in 0..<time {
      let position = run.context.position + offset
      let place = position % cacheLength * shape.headWidth
      let row = rows + offset * projected.width
      for head in 0..<shape.heads {
        let source = row + innerWidth + head * shape.headWidth
        let target = head * headStride + place
        (keys + target).update(from: source, count: shape.headWidth)
        (values + target).update(from: source + innerWidth, count: shape.headWidth)
      }
      Kernel.attentionStep(
        query: row, keys: keys, values: values, positionStride: shape.headWidth,
        headStride: headStride, output: result + offset * innerWidth,
        positions: min(position + 1, cacheLength), heads: shape.heads,
        headWidth: shape.headWidth, scale: scale, scratch: run.scratch)
    }
  }

  private func rotate(
    _ rows: UnsafeMutablePointer<Float>, firstPosition: Int, inverse: Bool
  ) {
    guard let rotary else { return }
    for part in 0..<2 {
      rotary.rotate(
        rows, rowStride: projected.width, rowCount: time, heads: shape.heads,
        headOffset: part * innerWidth, firstPosition: firstPosition, inverse: inverse)
    }
  }

  private func mask(_ run: Execution, _ sequence: Int) -> DropoutMask? {
    guard dropoutProbability > 0 else { return nil }
    return run.context.dropoutMask(dropoutProbability, site: site, sequence: sequence)
  }
}

/// The extents of an attention.
public struct AttentionShape: Sendable, Equatable {
  /// Independent attentions side by side.
  public let heads: Int
  /// Channels of a head.
  public let headWidth: Int
  /// Positions that a query sees, its own included; nil for all before it.
  public let window: Int?

  public init(heads: Int, headWidth: Int, window: Int? = nil) {
    self.heads = heads
    self.headWidth = headWidth
    self.window = window
  }
}

extension Graph {
  /// Causal attention over `projected`, [batch, time, 3 · heads · headWidth]: [batch, time,
  /// heads · headWidth].
  ///
  /// The graph owns the projection from here on: it is rotated in place.
  func causalAttention(
    _ projected: Tensor, _ shape: AttentionShape, rotary: RotaryTable? = nil,
    dropout probability: Float = 0
  ) -> Tensor {
    let innerWidth = shape.heads * shape.headWidth
    precondition(projected.shape == [batch, time, 3 * innerWidth], "not a packed projection")
    let output = tensor([batch, time, innerWidth])
    let logSumExp = tensor([batch, shape.heads, time])
    let isTraining = mode == .training
    record(
      CausalAttention(
        projected: projected, shape: shape, rotary: rotary,
        dropoutProbability: isTraining ? probability : 0, site: isTraining ? nextRandomSite() : 0,
        output: output, logSumExp: logSumExp,
        cacheLength: mode == .decoding ? min(shape.window ?? contextLength, contextLength) : 0))
    return output
  }
}
