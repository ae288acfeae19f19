/// Normalises the queries and keys of a packed projection by their root mean square, head by head
/// (Henry et al., arXiv:2010.04245, in the RMS form), then rotates them by position where wanted.
///
///     [q | k | v] = projected, each heads × headWidth, head-major
///     q_a ← Rotary(q_a / sqrt(mean(q_a²) + ε) ⊙ queryGain) for each head a, k likewise; v stays
///
/// The gains are shared by the heads.
struct QueryKeyNormalization: Operation {
  let projected: Tensor
  let queryGain: Parameter
  let keyGain: Parameter
  let shape: AttentionShape
  let rotary: RotaryTable?
  let epsilon: Float
  let output: Tensor
  /// [rows, 2 · heads]: the factors of the queries, then those of the keys.
  let inverseRoots: Tensor

  var inputs: [Tensor] { [projected] }
  var outputs: [Tensor] { [output] }
  var auxiliaries: [Tensor] { [inverseRoots] }
  var retained: [Tensor] { [projected] }
  private var inner: Int { shape.heads * shape.headWidth }
  private var time: Int { projected.shape[1] }

  func forward(_ run: Execution) {
    for row in 0..<projected.rows {
      let source = run.value(projected) + row * 3 * inner
      let result = run.value(output) + row * 3 * inner
      let roots = run.value(inverseRoots) + row * 2 * shape.heads
      Kernel.rmsNorm(
        source, gain: run.value(queryGain), result, inverseRoots: roots, rows: shape.heads,
        width: shape.headWidth, epsilon: epsilon)
      Kernel.rmsNorm(
        source + inner, gain: run.value(keyGain), result + inner,
        inverseRoots: roots + shape.heads, rows: shape.heads, width: shape.headWidth,
        epsilon: epsilon)
      Kernel.copy(source + 2 * inner, result + 2 * inner, count: inner)
    }
    rotate(run.value(output), firstPosition: run.context.position, inverse: false)
  }

  func backward(_ run: Execution) {
    guard let (gradient, accumulate) = run.inputGradient(0, projected) else { return }
    precondition(!accumulate, "only the normalisation reads its projection")
    Kernel.copy(run.gradient(output), gradient, count: output.count)
    rotate(gradient, firstPosition: 0, inverse: true)
    for row in 0..<projected.rows {
      let source = run.value(projected) + row * 3 * inner
      let slopes = gradient + row * 3 * inner
      let roots = run.value(inverseRoots) + row * 2 * shape.heads
      Kernel.rmsNormGradient(
        slopes, source, gain: run.value(queryGain), inverseRoots: roots, inputGradient: slopes,
        accumulate: false, gainGradient: run.gradient(queryGain), rows: shape.heads,
        width: shape.headWidth)
      Kernel.rmsNormGradient(
        slopes + inner, source + inner, gain: run.value(keyGain),
        inverseRoots: roots + shape.heads, inputGradient: slopes + inner, accumulate: false,
        gainGradient: run.gradient(keyGain), rows: shape.heads, width: shape.headWidth)
    }
  }

  /// Rotates queries and keys of all sequences in place.
  private func rotate(
    _ rows: UnsafeMutablePointer<Float>, firstPosition: Int, inverse: Bool
  ) {
    guard let rotary else { return }
    for sequence in 0..<projected.shape[0] {
      for part in 0..<2 {
        rotary.rotate(
          rows + sequence * time * 3 * inner, rowStride: 3 * inner, rowCount: time,
          heads: shape.heads, headOffset: part * inner, firstPosition: firstPosition,
          inverse: inverse)
      }
    }
  }
}

extension Graph {
  /// Normalises queries and keys of `projected`, [batch, time, 3 · heads · headWidth], with gains
  /// [headWidth], then rotates them by position if there is a table: the same shape.
  func queryKeyNormalization(
    _ projected: Tensor, _ shape: AttentionShape, queryGain: Parameter, keyGain: Parameter,
    rotary: RotaryTable?, epsilon: Float = 1e-6
  ) -> Tensor {
    precondition(
      projected.shape == [batch, time, 3 * shape.heads * shape.headWidth],
      "not a packed projection")
    let output = tensor(projected.shape)
    record(
      QueryKeyNormalization(
        projected: projected, queryGain: queryGain, keyGain: keyGain, shape: shape,
        rotary: rotary, epsilon: epsilon, output: output,
        inverseRoots: tensor([batch, time, 2 * shape.heads])))
    return output
  }
}
