/// A memory without the delta rule: linear attention (Katharopoulos et al., arXiv:2006.16236) over
/// a packed projection, in each head:
///
///     [k | v | q | β] = projected;   k, q ← k/‖k‖, q/‖q‖;   β ← sigmoid(β)
///     y_t = β_t v_t + 1/√width · Σ_j (q_t·k_j) G_tj v_j
///
/// over j ≥ t with G = 1 (the published scripts of v7.2 to v8.4), or over j ≤ t with the decay
/// G_tj = Π_{j<u≤t} (1 − β_u + 1e-8) (their smallest repair). The projection is normalised in
/// place, so nothing else may read it. When decoding, which needs the past alone, each head keeps
/// its matrix.
struct LinearMemory: Operation {
  let projected: Tensor
  let shape: MemoryShape
  let reach: MemoryReach
  /// [batch, time, heads · width].
  let output: Tensor
  /// [rows, 2 · heads].
  let inverseNorms: Tensor
  /// [batch, heads, states between chunks].
  let states: Tensor
  let isDecoding: Bool

  var inputs: [Tensor] { [projected] }
  var outputs: [Tensor] { [output] }
  var auxiliaries: [Tensor] { isDecoding ? [inverseNorms] : [inverseNorms, states] }
  var retained: [Tensor] { [projected] }
  var overwritten: [Tensor] { [projected] }
  private var batch: Int { projected.shape[0] }
  private var time: Int { projected.shape[1] }
  private var inner: Int { shape.heads * shape.width }
  private var scale: Float { 1 / Float(shape.width).squareRoot() }
  private var stateSize: Int { Kernel.linearMemoryStateCount(time: time, width: shape.width) }
  var stateCount: Int { batch * inner * shape.width }
  var scratchCount: Int { Kernel.linearMemoryScratchCount(width: shape.width) }

  func forward(_ run: Execution) {
    Kernel.memoryProjection(
      run.value(projected), inverseNorms: run.value(inverseNorms), rows: projected.rows,
      heads: shape.heads, width: shape.width)
    for sequence in 0..<batch {
      for head in 0..<shape.heads {
        let rows = run.value(projected) + sequence * time * projected.width
        let keys = rows + head * shape.width
        let strengths = rows + 3 * inner + head
        let result = run.value(output) + sequence * time * inner + head * shape.width
        let place = sequence * shape.heads + head
        guard !isDecoding else {
          step(run, place: place, keys: keys, strengths: strengths, output: result)
          continue
        }
        Kernel.linearMemory(
          reach, keys: keys, values: keys + inner, queries: keys + 2 * inner,
          rowStride: projected.width, strengths: strengths, output: result, outputStride: inner,
          states: run.value(states) + place * stateSize, time: time, width: shape.width,
          scale: scale, scratch: run.scratch)
      }
    }
  }

  func backward(_ run: Execution) {
    guard let (gradient, accumulate) = run.inputGradient(0, projected) else { return }
    precondition(!accumulate, "only the memory reads its projection")
    for sequence in 0..<batch {
      for head in 0..<shape.heads {
        let rows = run.value(projected) + sequence * time * projected.width
        let slopes = gradient + sequence * time * projected.width
        let keys = rows + head * shape.width
        let keyGradient = slopes + head * shape.width
        let place = sequence * shape.heads + head
        Kernel.linearMemoryGradient(
          reach,
          outputGradient: run.gradient(output) + sequence * time * inner + head * shape.width,
          outputStride: inner, keys: keys, values: keys + inner, queries: keys + 2 * inner,
          rowStride: projected.width, strengths: rows + 3 * inner + head,
          states: run.value(states) + place * stateSize, keyGradient: keyGradient,
          valueGradient: keyGradient + inner, queryGradient: keyGradient + 2 * inner,
          strengthGradient: slopes + 3 * inner + head, gradientStride: projected.width,
          time: time, width: shape.width, scale: scale, scratch: run.scratch)
      }
    }
    Kernel.memoryProjectionGradient(
      run.value(projected), inverseNorms: run.value(inverseNorms), gradient: gradient,
      strengthsAreLogarithmic: false, rows: projected.rows, heads: shape.heads, width: shape.width)
  }

  /// Takes the positions of a decoding run through the recurrence.
  private func step(
    _ run: Execution, place: Int, keys: UnsafePointer<Float>, strengths: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    for position in 0..<time {
      let row = position * projected.width
      Kernel.linearMemoryStep(
        key: keys + row, value: keys + row + inner, query: keys + row + 2 * inner,
        strength: strengths[row], state: run.state + place * shape.width * shape.width,
        output: output + position * inner, width: shape.width, scale: scale)
    }
  }
}

extension Graph {
  /// A linear memory over `projected`, [batch, time, 3 · heads · width + heads], packed as for
  /// `deltaRule`: [batch, time, heads · width].
  ///
  /// The graph owns the projection from here on: it is normalised in place.
  func linearMemory(_ projected: Tensor, _ shape: MemoryShape, _ reach: MemoryReach) -> Tensor {
    precondition(projected.shape == [batch, time, shape.projectedWidth], "not a packed projection")
    precondition(
      mode != .decoding || reach == .presentAndPast, "what is read is not there yet")
    let output = tensor([batch, time, shape.heads * shape.width])
    let isDecoding = mode == .decoding
    let stateSize = Kernel.linearMemoryStateCount(time: time, width: shape.width)
    record(
      LinearMemory(
        projected: projected, shape: shape, reach: reach, output: output,
        inverseNorms: tensor([batch, time, 2 * shape.heads]),
        states: tensor(isDecoding ? [0] : [batch, shape.heads, stateSize]),
        isDecoding: isDecoding))
    return output
  }
}
