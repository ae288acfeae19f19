/// Which positions a linear memory reads.
public enum MemoryReach: Sendable {
  /// The position itself and those after it, undecayed: what the published scripts compute.
  case presentAndFuture
  /// The position itself and those before it, each decayed by what was forgotten since.
  case presentAndPast
}

extension Kernel {
  /// Positions that the chunk-wise linear memory takes at a time.
  static let linearMemoryChunk = 32

  /// Floats of the states between chunks.
  public static func linearMemoryStateCount(time: Int, width: Int) -> Int {
    (time + linearMemoryChunk - 1) / linearMemoryChunk * width * width
  }

  /// Floats of scratch that `linearMemory` and `linearMemoryGradient` need.
  public static func linearMemoryScratchCount(width: Int) -> Int {
    let chunk = linearMemoryChunk
    return chunk * chunk + chunk * width + width * width + 3 * chunk
  }

  /// Linear attention of one head over a sequence, chunk by chunk, linear in time.
  ///
  ///     o_t = β_t v_t + scale · Σ_j (q_t·k_j) G_tj v_j
  ///
  /// over j ≥ t with G = 1, or over j ≤ t with G_tj = Π_{j<u≤t} (1 − β_u + 1e-8), computed as
  /// e^(c_t − c_j) from the running sum c of the logarithms. Chunks are read in the direction of
  /// the reach; the state S that enters one is Σ_j (decay since j) k_j v_jᵀ over those before it.
  ///
  /// - Parameters:
  ///   - keys, values, queries: [time, width], rows `rowStride` apart.
  ///   - strengths: β, [time], numbers `rowStride` apart.
  ///   - output: [time, width], rows `outputStride` apart.
  ///   - states: the state that enters each chunk, [chunks, width, width].
  ///   - scratch: `linearMemoryScratchCount` floats.
  public static func linearMemory(
    _ reach: MemoryReach, keys: Source, values: Source, queries: Source, rowStride: Int,
    strengths: Source, output: Destination, outputStride: Int, states: Destination, time: Int,
    width: Int, scale: Float, scratch: Destination
  ) {
    let chunks = (time &+ linearMemoryChunk &- 1) / linearMemoryChunk
    let memory = LinearMemoryScratch(scratch, width: width)
    let state = memory.state
    fill(state, 0, count: width &* width)
    for turn in 0..<chunks {
      let chunk = reach == .presentAndPast ? turn : chunks &- 1 &- turn
      let first = chunk &* linearMemoryChunk
      let rows = Swift.min(linearMemoryChunk, time &- first)
      let k = keys + first &* rowStride
      let v = values + first &* rowStride
      let q = queries + first &* rowStride
      let b = strengths + first &* rowStride
      let o = output + first &* outputStride
      copy(state, states + chunk &* width &* width, count: width &* width)
      let kept = memory.fillDecays(reach, b, stride: rowStride, rows: rows)
      multiply(
        q, transposed: false, leadingDimension: rowStride, state, transposed: false,
        leadingDimension: width, into: o, leadingDimension: outputStride, rows: rows,
        columns: width, depth: width, scale: scale)
      for row in 0..<rows {
        let line = o + row &* outputStride
        let factor = memory.incoming[row]
        let strength = b[row &* rowStride]
        map(line, v + row &* rowStride, line, count: width) { $0 * factor + $1 * strength }
      }
      multiply(
        q, transposed: false, leadingDimension: rowStride, k, transposed: true,
        leadingDimension: rowStride, into: memory.weights, leadingDimension: rows, rows: rows,
        columns: rows, depth: width, scale: scale)
      memory.mask(memory.weights, reach, rows: rows)
      multiply(
        memory.weights, transposed: false, leadingDimension: rows, v, transposed: false,
        leadingDimension: rowStride, into: o, leadingDimension: outputStride, rows: rows,
        columns: width, depth: rows, accumulate: true)
      memory.scaleRows(k, rowStride, by: memory.outgoing, rows: rows, width: width)
      Kernel.scale(state, by: kept, state, count: width &* width)
      multiply(
        memory.rows, transposed: true, leadingDimension: width, v, transposed: false,
        leadingDimension: rowStride, into: state, leadingDimension: width, rows: width,
        columns: width, depth: rows, accumulate: true)
    }
  }

  /// The gradients of `linearMemory`, from the states that it left.
  ///
  /// β enters through β_t v_t and, where there is decay, through c: weights depend on q_t e^{c_t}
  /// and on k_j e^{−c_j} only, so dc_t = q_t·dq_t − k_t·dk_t, and the logarithm of position t gets
  /// the sum of dc from t on.
  ///
  /// - Parameters:
  ///   - outputGradient: rows `outputStride` apart.
  ///   - keyGradient, valueGradient, queryGradient: overwritten, rows `gradientStride` apart.
  ///   - strengthGradient: of β, overwritten, numbers `gradientStride` apart.
  public static func linearMemoryGradient(
    _ reach: MemoryReach, outputGradient: Source, outputStride: Int, keys: Source, values: Source,
    queries: Source, rowStride: Int, strengths: Source, states: Source, keyGradient: Destination,
    valueGradient: Destination, queryGradient: Destination, strengthGradient: Destination,
    gradientStride: Int, time: Int, width: Int, scale: Float, scratch: Destination
  ) {
    let chunks = (time &+ linearMemoryChunk &- 1) / linearMemoryChunk
    let memory = LinearMemoryScratch(scratch, width: width)
    let stateGradient = memory.state
    fill(stateGradient, 0, count: width &* width)
    for turn in 0..<chunks {
      let chunk = reach == .presentAndPast ? chunks &- 1 &- turn : turn
      let first = chunk &* linearMemoryChunk
      let rows = Swift.min(linearMemoryChunk, time &- first)
      let k = keys + first &* rowStride
      let v = values + first &* rowStride
      let q = queries + first &* rowStride
      let b = strengths + first &* rowStride
      let d = outputGradient + first &* outputStride
      let dk = keyGradient + first &* gradientStride
      let dv = valueGradient + first &* gradientStride
      let dq = queryGradient + first &* gradientStride
      let state = states + chunk &* width &* width
      let kept = memory.fillDecays(reach, b, stride: rowStride, rows: rows)
      // What goes through the state comes first: its rows are scaled in place.
      multiply(
        d, transposed: false, leadingDimension: outputStride, state, transposed: true,
        leadingDimension: width, into: dq, leadingDimension: gradientStride, rows: rows,
        columns: width, depth: width, scale: scale)
      multiply(
        v, transposed: false, leadingDimension: rowStride, stateGradient, transposed: true,
        leadingDimension: width, into: dk, leadingDimension: gradientStride, rows: rows,
        columns: width, depth: width)
      multiply(
        k, transposed: false, leadingDimension: rowStride, stateGradient, transposed: false,
        leadingDimension: width, into: dv, leadingDimension: gradientStride, rows: rows,
        columns: width, depth: width)
      for row in 0..<rows {
        let line = d + row &* outputStride
        let (dkRow, dvRow) = (dk + row &* gradientStride, dv + row &* gradientStride)
        let (factor, strength) = (memory.outgoing[row], b[row &* rowStride])
        Kernel.scale(
          dq + row &* gradientStride, by: memory.incoming[row], dq + row &* gradientStride,
          count: width)
        Kernel.scale(dkRow, by: factor, dkRow, count: width)
        map(dvRow, line, dvRow, count: width) { $0 * factor + $1 * strength }
        strengthGradient[(first &+ row) &* gradientStride] =
          dot(line, v + row &* rowStride, count: width)
      }
      multiply(
        d, transposed: false, leadingDimension: outputStride, v, transposed: true,
        leadingDimension: rowStride, into: memory.weights, leadingDimension: rows, rows: rows,
        columns: rows, depth: width, scale: scale)
      memory.mask(memory.weights, reach, rows: rows)
      multiply(
        memory.weights, transposed: false, leadingDimension: rows, k, transposed: false,
        leadingDimension: rowStride, into: dq, leadingDimension: gradientStride, rows: rows,
        columns: width, depth: rows, accumulate: true)
      multiply(
        memory.weights, transposed: true, leadingDimension: rows, q, transposed: false,
        leadingDimension: rowStride, into: dk, leadingDimension: gradientStride, rows: rows,
        columns: width, depth: rows, accumulate: true)
      multiply(
        q, transposed: false, leadingDimension: rowStride, k, transposed: true,
        leadingDimension: rowStride, into: memory.weights, leadingDimension: rows, rows: rows,
        columns: rows, depth: width, scale: scale)
      memory.mask(memory.weights, reach, rows: rows)
      multiply(
        memory.weights, transposed: true, leadingDimension: rows, d, transposed: false,
        leadingDimension: outputStride, into: dv, leadingDimension: gradientStride, rows: rows,
        columns: width, depth: rows, accumulate: true)
      memory.scaleRows(q, rowStride, by: memory.incoming, rows: rows, width: width)
      Kernel.scale(stateGradient, by: kept, stateGradient, count: width &* width)
      multiply(
        memory.rows, transposed: true, leadingDimension: width, d, transposed: false,
        leadingDimension: outputStride, into: stateGradient, leadingDimension: width, rows: width,
        columns: width, depth: rows, scale: scale, accumulate: true)
    }
    guard reach == .presentAndPast else { return }
    var sum: Float = 0
    for t in stride(from: time &- 1, through: 0, by: -1) {
      let slope = t &* gradientStride
      let row = t &* rowStride
      sum += dot(queries + row, queryGradient + slope, count: width)
      sum -= dot(keys + row, keyGradient + slope, count: width)
      strengthGradient[slope] -= sum / (1 - strengths[row] + 1e-8)
    }
  }

  /// One step of the decaying memory, for decoding.
  ///
  /// - Parameters:
  ///   - key, value, query: [width].
  ///   - state: [width, width] (row: key index), updated.
  ///   - output: [width].
  public static func linearMemoryStep(
    key: Source, value: Source, query: Source, strength: Float, state: Destination,
    output: Destination, width: Int, scale: Float
  ) {
    let kept = 1 - strength + 1e-8
    Kernel.scale(value, by: strength, output, count: width)
    for index in 0..<width {
      let row = state + index &* width
      let weight = key[index]
      map(row, value, row, count: width) { $0 * kept + $1 * weight }
      axpy(query[index] * scale, row, output, count: width)
    }
  }
}

/// The scratch of a linear memory, cut into its parts.
private struct LinearMemoryScratch {
  /// [chunk, chunk].
  let weights: UnsafeMutablePointer<Float>
  /// [chunk, width]: rows after `scaleRows`.
  let rows: UnsafeMutablePointer<Float>
  /// [width, width].
  let state: UnsafeMutablePointer<Float>
  /// c, counted from the chunk's begin.
  private let sums: UnsafeMutablePointer<Float>
  /// The decay from the state that enters to each position.
  let incoming: UnsafeMutablePointer<Float>
  /// The decay from each position to the state that leaves.
  let outgoing: UnsafeMutablePointer<Float>

  init(_ scratch: UnsafeMutablePointer<Float>, width: Int) {
    let chunk = Kernel.linearMemoryChunk
    weights = scratch
    rows = weights + chunk &* chunk
    state = rows + chunk &* width
    sums = state + width &* width
    incoming = sums + chunk
    outgoing = incoming + chunk
  }

  /// Fills `incoming` and `outgoing` and returns the decay over the whole chunk.
  func fillDecays(
    _ reach: MemoryReach, _ strengths: UnsafePointer<Float>, stride: Int, rows: Int
  ) -> Float {
    guard reach == .presentAndPast else {
      Kernel.fill(incoming, 1, count: rows)
      Kernel.fill(outgoing, 1, count: rows)
      return 1
    }
    for row in 0..<rows { sums[row] = 1 - strengths[row &* stride] + 1e-8 }
    Kernel.map(sums, sums, count: rows) { logarithm($0) }
    var sum: Float = 0
    for row in 0..<rows {
      sum += sums[row]
      sums[row] = sum
    }
    Kernel.map(sums, incoming, count: rows) { exponential($0) }
    Kernel.map(sums, outgoing, count: rows) { exponential(sum - $0) }
    return incoming[rows &- 1]
  }

  /// Multiplies a square matrix of products with the mask and the decays.
  func mask(_ matrix: UnsafeMutablePointer<Float>, _ reach: MemoryReach, rows: Int) {
    switch reach {
    case .presentAndFuture:
      for row in 0..<rows { Kernel.fill(matrix + row &* rows, 0, count: row) }
    case .presentAndPast:
      Kernel.clearAbove(matrix, size: rows)
      for row in 0..<rows {
        let line = matrix + row &* rows
        let decay = sums[row]
        Kernel.map(line, sums, line, count: row &+ 1) { $0 * exponential(decay - $1) }
      }
    }
  }

  /// Copies rows, each times its factor, to `rows`.
  func scaleRows(
    _ input: UnsafePointer<Float>, _ stride: Int, by factors: UnsafePointer<Float>, rows count: Int,
    width: Int
  ) {
    for row in 0..<count {
      Kernel.scale(
        input + row &* stride, by: factors[row], rows + row &* width, count: width)
    }
  }
}
