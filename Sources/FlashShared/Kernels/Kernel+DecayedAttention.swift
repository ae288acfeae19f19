/// The extents of a decayed linear attention over one sequence.
public struct DecayedAttentionShape: Sendable, Equatable {
  /// Positions.
  public var time: Int
  /// Channels of queries and keys.
  public var keyWidth: Int
  /// Channels of values.
  public var valueWidth: Int
  /// Positions that are computed together.
  public var chunk = 64
  /// The factor of every output.
  public var scale: Float

  var chunkCount: Int { (time + chunk - 1) / chunk }
  var stateCount: Int { keyWidth * valueWidth }
  private var rows: Int { min(chunk, time) }

  /// Floats that `Kernel.decayedAttention` needs as scratch.
  public var scratchCount: Int {
    rows * rows + 3 * chunkCount * chunk + rows * keyWidth + stateCount
  }

  /// Floats that `Kernel.decayedAttentionGradient` needs as scratch.
  public var gradientScratchCount: Int {
    2 * rows * rows + 3 * chunkCount * chunk + 2 * rows * keyWidth
      + (chunkCount + 1) * stateCount
  }
}

extension Kernel {
  /// Linear attention with decay over one sequence, in chunks: o_t = scale · Σ_{s≤t} d_{ts} (q_t·k_s) v_s
  /// with d_{ts} = exp(l_{s+1} + … + l_t).
  ///
  /// Within a chunk the sum is a masked matrix product; what came before is a matrix S of
  /// keyWidth × valueWidth: o_t = scale · (inner sum + exp(l_a + … + l_t) q_t·S) for a chunk from a,
  /// and S ← exp(l_a + … + l_z) S + Σ_s d_{zs} k_s ⊗ v_s. The cost is linear in time.
  ///
  /// - Parameters:
  ///   - queries, keys: [time, keyWidth]; values: [time, valueWidth].
  ///   - logDecays: [time], none positive; nil where `logDecay` holds everywhere.
  ///   - output: [time, valueWidth].
  ///   - scratch: `scratchCount` floats.
  public static func decayedAttention(
    queries: Source, keys: Source, values: Source, logDecays: Source?, logDecay: Float,
    output: Destination, shape: DecayedAttentionShape, scratch: Destination
  ) {
    let rows = Swift.min(shape.chunk, shape.time)
    let scores = scratch
    let decays = ChunkDecays(scores + rows &* rows, logDecays, logDecay, shape)
    let scaled = decays.end
    let state = scaled + rows &* shape.keyWidth
    fill(state, 0, count: shape.stateCount)
    for first in stride(from: 0, to: shape.time, by: shape.chunk) {
      let count = Swift.min(shape.chunk, shape.time &- first)
      let q = queries + first &* shape.keyWidth
      let k = keys + first &* shape.keyWidth
      let v = values + first &* shape.valueWidth
      let o = output + first &* shape.valueWidth
      rowProducts(q, k, into: scores, rows: count, width: shape.keyWidth)
      decays.apply(to: scores, first: first, rows: count)
      multiply(
        scores, transposed: false, leadingDimension: count, v, transposed: false,
        leadingDimension: shape.valueWidth, into: o, leadingDimension: shape.valueWidth,
        rows: count, columns: shape.valueWidth, depth: count, scale: shape.scale)
      if first > 0 {
        scaleRows(q, by: decays.fromStart + first, scaled, rows: count, width: shape.keyWidth)
        multiply(
          scaled, transposed: false, leadingDimension: shape.keyWidth, state, transposed: false,
          leadingDimension: shape.valueWidth, into: o, leadingDimension: shape.valueWidth,
          rows: count, columns: shape.valueWidth, depth: shape.keyWidth, scale: shape.scale,
          accumulate: true)
      }
      advance(state, keys: k, values: v, decays: decays, first, count, shape, scaled)
    }
  }

  /// The gradients of `decayedAttention`.
  ///
  /// With P the decayed scores of a chunk, S the state that enters it and dS' the gradient of the one
  /// that leaves it: dV = scale · Pᵀ dO + K' dS', dQ and dK likewise, and
  /// dS = exp(l_a + … + l_z) dS' + scale · Q'ᵀ dO, where Q' and K' carry their decays. The gradient
  /// of the running sum of l at t is q_t·dq_t − k_t·dk_t.
  ///
  /// - Parameters:
  ///   - queryGradient, keyGradient, valueGradient: overwritten, shaped like their values.
  ///   - logDecayGradient: [time], overwritten; nil where the decay is constant.
  ///   - scratch: `gradientScratchCount` floats.
  public static func decayedAttentionGradient(
    outputGradient: Source, queries: Source, keys: Source, values: Source, logDecays: Source?,
    logDecay: Float, queryGradient: Destination, keyGradient: Destination,
    valueGradient: Destination, logDecayGradient: Destination?, shape: DecayedAttentionShape,
    scratch: Destination
  ) {
    let (keyWidth, valueWidth) = (shape.keyWidth, shape.valueWidth)
    let rows = Swift.min(shape.chunk, shape.time)
    let scores = scratch
    let scoreGradients = scores + rows &* rows
    let decays = ChunkDecays(scoreGradients + rows &* rows, logDecays, logDecay, shape)
    let scaled = decays.end
    let product = scaled + rows &* keyWidth
    let states = product + rows &* keyWidth
    let stateGradient = states + shape.chunkCount &* shape.stateCount
    fill(states, 0, count: shape.stateCount)
    fill(stateGradient, 0, count: shape.stateCount)
    for chunk in 0..<(shape.chunkCount &- 1) {
      let state = states + chunk &* shape.stateCount
      let next = state + shape.stateCount
      copy(state, next, count: shape.stateCount)
      let first = chunk &* shape.chunk
      advance(
        next, keys: keys + first &* keyWidth, values: values + first &* valueWidth,
        decays: decays, first, shape.chunk, shape, scaled)
    }
    for chunk in stride(from: shape.chunkCount &- 1, through: 0, by: -1) {
      let first = chunk &* shape.chunk
      let count = Swift.min(shape.chunk, shape.time &- first)
      let state = states + chunk &* shape.stateCount
      let q = queries + first &* keyWidth
      let k = keys + first &* keyWidth
      let v = values + first &* valueWidth
      let dO = outputGradient + first &* valueWidth
      let dQ = queryGradient + first &* keyWidth
      let dK = keyGradient + first &* keyWidth
      let dV = valueGradient + first &* valueWidth
      rowProducts(q, k, into: scores, rows: count, width: keyWidth)
      rowProducts(
        dO, v, into: scoreGradients, rows: count, width: valueWidth, scale: shape.scale)
      decays.apply(to: scores, first: first, rows: count)
      decays.apply(to: scoreGradients, first: first, rows: count)
      multiply(
        scores, transposed: true, leadingDimension: count, dO, transposed: false,
        leadingDimension: valueWidth, into: dV, leadingDimension: valueWidth, rows: count,
        columns: valueWidth, depth: count, scale: shape.scale)
      multiply(
        scoreGradients, transposed: false, leadingDimension: count, k, transposed: false,
        leadingDimension: keyWidth, into: dQ, leadingDimension: keyWidth, rows: count,
        columns: keyWidth, depth: count)
      multiply(
        scoreGradients, transposed: true, leadingDimension: count, q, transposed: false,
        leadingDimension: keyWidth, into: dK, leadingDimension: keyWidth, rows: count,
        columns: keyWidth, depth: count)
      if chunk > 0 {
        multiply(
          dO, transposed: false, leadingDimension: valueWidth, state, transposed: true,
          leadingDimension: valueWidth, into: product, leadingDimension: keyWidth, rows: count,
          columns: keyWidth, depth: valueWidth, scale: shape.scale)
        addScaledRows(
          product, by: decays.fromStart + first, to: dQ, rows: count, width: keyWidth)
      }
      if chunk &+ 1 < shape.chunkCount {
        multiply(
          v, transposed: false, leadingDimension: valueWidth, stateGradient, transposed: true,
          leadingDimension: valueWidth, into: product, leadingDimension: keyWidth, rows: count,
          columns: keyWidth, depth: valueWidth)
        addScaledRows(product, by: decays.toEnd + first, to: dK, rows: count, width: keyWidth)
        scaleRows(k, by: decays.toEnd + first, scaled, rows: count, width: keyWidth)
        multiply(
          scaled, transposed: false, leadingDimension: keyWidth, stateGradient, transposed: false,
          leadingDimension: valueWidth, into: dV, leadingDimension: valueWidth, rows: count,
          columns: valueWidth, depth: keyWidth, accumulate: true)
      }
      scale(
        stateGradient, by: decays.fromStart[first &+ count &- 1], stateGradient,
        count: shape.stateCount)
      scaleRows(q, by: decays.fromStart + first, scaled, rows: count, width: keyWidth)
      multiply(
        scaled, transposed: true, leadingDimension: keyWidth, dO, transposed: false,
        leadingDimension: valueWidth, into: stateGradient, leadingDimension: valueWidth,
        rows: keyWidth, columns: valueWidth, depth: count, scale: shape.scale, accumulate: true)
    }
    guard let logDecayGradient else { return }
    var sum = 0.0
    for t in stride(from: shape.time &- 1, through: 0, by: -1) {
      let place = t &* keyWidth
      sum += Double(dot(queries + place, queryGradient + place, count: keyWidth))
      sum -= Double(dot(keys + place, keyGradient + place, count: keyWidth))
      logDecayGradient[t] = Float(sum)
    }
    // Nothing is remembered before the first position, so its decay has no effect.
    logDecayGradient[0] = 0
  }

  /// One position: S ← exp(l) S + k ⊗ v, o = scale · q·S.
  public static func decayedAttentionStep(
    query: Source, key: Source, value: Source, decay: Float, state: Destination,
    output: Destination, shape: DecayedAttentionShape
  ) {
    for row in 0..<shape.keyWidth {
      let target = state + row &* shape.valueWidth
      let k = Vector(repeating: key[row])
      forEachBlock(count: shape.valueWidth) { i, n in
        store(
          multiplyAdd(k, load(value + i, count: n), load(target + i, count: n) * decay), target + i,
          count: n)
      }
    }
    vectorMatrix(query, state, output, rows: shape.keyWidth, columns: shape.valueWidth)
    scale(output, by: shape.scale, output, count: shape.valueWidth)
  }

  /// scale · A Bᵀ for A and B of [rows, width].
  private static func rowProducts(
    _ a: Source, _ b: Source, into c: Destination, rows: Int, width: Int, scale: Float = 1
  ) {
    multiply(
      a, transposed: false, leadingDimension: width, b, transposed: true, leadingDimension: width,
      into: c, leadingDimension: rows, rows: rows, columns: rows, depth: width, scale: scale)
  }

  /// S ← exp(l_a + … + l_z) S + Σ_s d_{zs} k_s ⊗ v_s over a chunk from a to z.
  private static func advance(
    _ state: Destination, keys: Source, values: Source, decays: ChunkDecays, _ first: Int,
    _ count: Int, _ shape: DecayedAttentionShape, _ scaled: Destination
  ) {
    scale(state, by: decays.fromStart[first &+ count &- 1], state, count: shape.stateCount)
    scaleRows(keys, by: decays.toEnd + first, scaled, rows: count, width: shape.keyWidth)
    multiply(
      scaled, transposed: true, leadingDimension: shape.keyWidth, values, transposed: false,
      leadingDimension: shape.valueWidth, into: state, leadingDimension: shape.valueWidth,
      rows: shape.keyWidth, columns: shape.valueWidth, depth: count, accumulate: true)
  }

  /// Each row times a factor of its own.
  static func scaleRows(
    _ input: Source, by factors: Source, _ output: Destination, rows: Int, width: Int
  ) {
    for row in 0..<rows {
      scale(input + row &* width, by: factors[row], output + row &* width, count: width)
    }
  }

  /// Adds each row times a factor of its own.
  static func addScaledRows(
    _ input: Source, by factors: Source, to output: Destination, rows: Int, width: Int
  ) {
    for row in 0..<rows {
      axpy(factors[row], input + row &* width, output + row &* width, count: width)
    }
  }
}

/// The decays within the chunks of a sequence, in memory of 3 · chunkCount · chunk floats.
private struct ChunkDecays {
  /// The running sum of l from the start of each position's chunk, the position included.
  let sums: UnsafeMutablePointer<Float>
  /// exp of it.
  let fromStart: UnsafeMutablePointer<Float>
  /// exp of the sum from behind the position to the end of its chunk.
  let toEnd: UnsafeMutablePointer<Float>
  /// Behind the memory that these take.
  let end: UnsafeMutablePointer<Float>

  init(
    _ memory: UnsafeMutablePointer<Float>, _ logDecays: UnsafePointer<Float>?, _ logDecay: Float,
    _ shape: DecayedAttentionShape
  ) {
    let length = shape.chunkCount &* shape.chunk
    sums = memory
    fromStart = memory + length
    toEnd = fromStart + length
    end = toEnd + length
    for first in stride(from: 0, to: shape.time, by: shape.chunk) {
      let count = min(shape.chunk, shape.time &- first)
      var sum: Float = 0
      for t in first..<first &+ count {
        sum += logDecays?[t] ?? logDecay
        sums[t] = sum
      }
      let whole = sum
      Kernel.map(sums + first, fromStart + first, count: count) { exponential($0) }
      Kernel.map(sums + first, toEnd + first, count: count) { exponential(whole - $0) }
    }
  }

  /// Multiplies scores, [rows, rows] of queries by keys, by the decay between them; 0 where the key
  /// is later.
  func apply(to scores: UnsafeMutablePointer<Float>, first: Int, rows: Int) {
    for row in 0..<rows {
      let line = scores + row &* rows
      let sum = sums[first &+ row]
      Kernel.map(line, sums + first, line, count: row &+ 1) { $0 * exponential(sum - $1) }
      Kernel.fill(line + (row &+ 1), 0, count: rows &- row &- 1)
    }
  }
}
