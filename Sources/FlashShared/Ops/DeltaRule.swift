/// A memory with the delta rule (Schlag et al., arXiv:2102.11174; in chunks: Yang et al.,
/// arXiv:2406.06484) over a packed projection, in each head:
///
///     [k | v | q | β] = projected;   k, q ← k/‖k‖, q/‖q‖;   β ← sigmoid(β)
///     M_t = M_{t−1} + β_t (v_t − M_{t−1} k_t) k_tᵀ,   M_0 = 0
///     y_t = M_t q_t
///
/// The projection is normalised in place, so nothing else may read it. Time and memory are linear
/// in the length of the sequence. When decoding, each head keeps its matrix M.
struct DeltaRule: Operation {
  let projected: Tensor
  let shape: MemoryShape
  /// [batch, time, heads · width].
  let output: Tensor
  /// [rows, 2 · heads].
  let inverseNorms: Tensor
  /// [batch, heads, time, width]: what each position writes.
  let writes: Tensor
  /// [batch, heads, states between chunks].
  let states: Tensor
  let isDecoding: Bool

  var inputs: [Tensor] { [projected] }
  var outputs: [Tensor] { [output] }
  var auxiliaries: [Tensor] { isDecoding ? [inverseNorms] : [inverseNorms, writes, states] }
  var retained: [Tensor] { [projected] }
  var overwritten: [Tensor] { [projected] }
  private var batch: Int { projected.shape[0] }
  private var time: Int { projected.shape[1] }
  private var inner: Int { shape.heads * shape.width }
  private var stateSize: Int { Kernel.deltaStateCount(time: time, width: shape.width) }
  var stateCount: Int { batch * inner * shape.width }
  var scratchCount: Int { Kernel.deltaScratchCount(width: shape.width) + shape.width * shape.width }

  func forward(_ run: Execution) {
    Kernel.memoryProjection(
      run.value(projected), inverseNorms: run.value(inverseNorms), rows: projected.rows,
      heads: shape.heads, width: shape.width)
    for sequence in 0..<batch {
      for head in 0..<shape.heads {
        let rows = run.value(projected) + sequence * time * projected.width
        let keys = rows + head * shape.width
        let strengths = rows + 3 * inner + head
        let read = run.value(output) + sequence * time * inner + head * shape.width
        let place = sequence * shape.heads + head
        guard !isDecoding else {
          step(run, place: place, keys: keys, strengths: strengths, read: read)
          continue
        }
        Kernel.deltaRule(
          keys: keys, values: keys + inner, queries: keys + 2 * inner, rowStride: projected.width,
          strengths: strengths, read: read, readStride: inner,
          writes: run.value(writes) + place * time * shape.width,
          states: run.value(states) + place * stateSize, time: time, width: shape.width,
          scratch: run.scratch)
      }
    }
  }

  func backward(_ run: Execution) {
    guard let (gradient, accumulate) = run.inputGradient(0, projected) else { return }
    precondition(!accumulate, "only the memory reads its projection")
    let stateGradient = run.scratch + Kernel.deltaScratchCount(width: shape.width)
    for sequence in 0..<batch {
      for head in 0..<shape.heads {
        let rows = run.value(projected) + sequence * time * projected.width
        let slopes = gradient + sequence * time * projected.width
        let keys = rows + head * shape.width
        let keyGradient = slopes + head * shape.width
        let place = sequence * shape.heads + head
        Kernel.fill(stateGradient, 0, count: shape.width * shape.width)
        Kernel.deltaRuleGradient(
          readGradient: run.gradient(output) + sequence * time * inner + head * shape.width,
          readStride: inner, keys: keys, queries: keys + 2 * inner, rowStride: projected.width,
          strengths: rows + 3 * inner + head,
          writes: run.value(writes) + place * time * shape.width,
          states: run.value(states) + place * stateSize, stateGradient: stateGradient,
          keyGradient: keyGradient, valueGradient: keyGradient + inner,
          queryGradient: keyGradient + 2 * inner,
          logStrengthGradient: slopes + 3 * inner + head, gradientStride: projected.width,
          time: time, width: shape.width, scratch: run.scratch)
      }
    }
    Kernel.memoryProjectionGradient(
      run.value(projected), inverseNorms: run.value(inverseNorms), gradient: gradient,
      strengthsAreLogarithmic: true, rows: projected.rows, heads: shape.heads, width: shape.width)
  }

  /// Takes the positions of a decoding run through the recurrence.
  private func step(
    _ run: Execution, place: Int, keys: UnsafePointer<Float>, strengths: UnsafePointer<Float>,
    read: UnsafeMutablePointer<Float>
  ) {
    for position in 0..<time {
      let row = position * projected.width
      Kernel.deltaStep(
        key: keys + row, value: keys + row + inner, query: keys + row + 2 * inner,
        strength: strengths[row], state: run.state + place * shape.width * shape.width,
        read: read + position * inner, width: shape.width, scratch: run.scratch)
    }
  }
}

/// The extents of a memory.
public struct MemoryShape: Sendable, Equatable {
  /// Independent memories side by side.
  public let heads: Int
  /// Channels of a head: its memory is a square matrix of this size.
  public let width: Int

  public init(heads: Int, width: Int) {
    self.heads = heads
    self.width = width
  }

  /// The width of a packed projection: keys, values, queries, then a strength for each head.
  public var projectedWidth: Int { 3 * heads * width + heads }
}

extension Graph {
  /// A delta-rule memory over `projected`, [batch, time, 3 · heads · width + heads]: keys, values
  /// and queries, head-major, then the strengths before their sigmoid. Gives [batch, time,
  /// heads · width].
  ///
  /// The graph owns the projection from here on: it is normalised in place.
  func deltaRule(_ projected: Tensor, _ shape: MemoryShape) -> Tensor {
    precondition(projected.shape == [batch, time, shape.projectedWidth], "not a packed projection")
    let output = tensor([batch, time, shape.heads * shape.width])
    let isDecoding = mode == .decoding
    record(
      DeltaRule(
        projected: projected, shape: shape, output: output,
        inverseNorms: tensor([batch, time, 2 * shape.heads]),
        writes: tensor(isDecoding ? [0] : [batch, shape.heads, time, shape.width]),
        states: tensor(
          isDecoding
            ? [0]
            : [batch, shape.heads, Kernel.deltaStateCount(time: time, width: shape.width)]),
        isDecoding: isDecoding))
    return output
  }
}
