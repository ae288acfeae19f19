/// A sum over the past that decays by a learned factor of each channel, read through a gate.
///
///     m_t = k_t ⊙ v_t,   λ = sigmoid(decay)
///     S_t = λ ⊙ S_{t−1} + m_t;   y_t = sigmoid(r_t) ⊙ S_t
///
/// r, k, v are [batch, time, width], the decay [width]. When decoding, the state is S.
///
/// Clamped, as published: c_t = exp(t ln max(λ, 1e-7)), S_t = c_t Σ_{s ≤ t} m_s / max(c_s, 1e-10). Where
/// the clamp binds, which is from position 73 on at the initial decay, S fades to nothing. The state
/// is then the sum without its factor.
struct DecayingSum: Operation {
  let gate: Tensor
  let keys: Tensor
  let values: Tensor
  let decay: Parameter
  let isClamped: Bool
  let output: Tensor
  let isDecoding: Bool

  private static let smallestScale: Float = 1e-10
  private static let smallestFactor: Float = 1e-7

  var inputs: [Tensor] { [gate, keys, values] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { inputs }
  private var batch: Int { output.shape[0] }
  private var time: Int { output.shape[1] }
  private var width: Int { output.width }
  var stateCount: Int { batch * width }
  /// λ and its gradient, the logarithm of λ, what is carried back, and the sums of a sequence, the
  /// one before it included; clamped, c of all positions too.
  var scratchCount: Int { (time + 5 + (isClamped ? time : 0)) * width }

  func forward(_ run: Execution) {
    let factors = prepare(run)
    let scales = factors + (time + 5) * width
    for sequence in 0..<batch {
      let sum = isDecoding ? run.state + sequence * width : factors + 4 * width
      if !isDecoding { sum.update(repeating: 0, count: width) }
      for t in 0..<time {
        let place = (sequence * time + t) * width
        let r = run.value(gate) + place
        let y = run.value(output) + place
        if isClamped {
          let c = scales + t * width
          advanceClamped(run, place, scale: c, from: sum, to: sum)
          Kernel.multiply(sum, c, y, count: width)
          Kernel.map(y, r, y, count: width) { $0 * sigmoid($1) }
        } else {
          advance(run, place, factors, from: sum, to: sum)
          Kernel.map(sum, r, y, count: width) { $0 * sigmoid($1) }
        }
      }
    }
  }

  func backward(_ run: Execution) {
    guard let (gateGradient, a) = run.inputGradient(0, gate),
      let (keyGradient, b) = run.inputGradient(1, keys),
      let (valueGradient, c) = run.inputGradient(2, values)
    else { return }
    precondition(!a && !b && !c, "only the sum reads its projections")
    let factors = prepare(run)
    let factorGradient = factors + 2 * width
    let carry = factors + 3 * width
    let sums = factors + 4 * width
    let scales = factors + (time + 5) * width
    factorGradient.update(repeating: 0, count: width)
    for sequence in 0..<batch {
      sums.update(repeating: 0, count: width)
      carry.update(repeating: 0, count: width)
      for t in 0..<time {
        let place = (sequence * time + t) * width
        let before = sums + t * width
        if isClamped {
          advanceClamped(
            run, place, scale: scales + t * width, from: before, to: before + width)
        } else {
          advance(run, place, factors, from: before, to: before + width)
        }
      }
      for t in stride(from: time - 1, through: 0, by: -1) {
        let place = (sequence * time + t) * width
        let before = sums + t * width
        let after = before + width
        let scale = scales + t * width
        Kernel.forEachBlock(count: width) { i, n in
          let s = sigmoid(load(run.value(gate) + place + i, count: n))
          let d = load(run.gradient(output) + place + i, count: n)
          let k = load(run.value(keys) + place + i, count: n)
          let v = load(run.value(values) + place + i, count: n)
          let slope = load(factorGradient + i, count: n)
          let sum = load(after + i, count: n)
          let dm: Vector
          if isClamped {
            let c = load(scale + i, count: n)
            let divisor = maximum(c, Vector(repeating: Self.smallestScale))
            let state = sum * c
            store(d * state * (s - s * s), gateGradient + place + i, count: n)
            let total = multiplyAdd(d * s, c, load(carry + i, count: n))
            store(total, carry + i, count: n)
            dm = total / divisor
            // c appears as the factor of the sum and, unless the clamp hides it, as divisor.
            let asDivisor = (dm * k * v).replacing(
              with: Vector.zero, where: c .< Vector(repeating: Self.smallestScale))
            store(slope + (d * s * state - asDivisor) * Float(t), factorGradient + i, count: n)
          } else {
            store(d * sum * (s - s * s), gateGradient + place + i, count: n)
            dm = multiplyAdd(d, s, load(carry + i, count: n))
            store(
              multiplyAdd(dm, load(before + i, count: n), slope), factorGradient + i, count: n)
            store(dm * load(factors + i, count: n), carry + i, count: n)
          }
          store(dm * v, keyGradient + place + i, count: n)
          store(dm * k, valueGradient + place + i, count: n)
        }
      }
    }
    // Above is the gradient of λ; clamped, that of ln λ.
    let decayGradient = run.gradient(decay)
    Kernel.forEachBlock(count: width) { i, n in
      let factor = load(factors + i, count: n)
      let slope = load(factorGradient + i, count: n)
      let chain =
        isClamped
        ? (1 - factor).replacing(
          with: Vector.zero, where: factor .< Vector(repeating: Self.smallestFactor))
        : factor - factor * factor
      store(
        multiplyAdd(slope, chain, load(decayGradient + i, count: n)), decayGradient + i, count: n)
    }
  }

  /// Computes λ, and c where it is used; λ is where the scratch begins.
  private func prepare(_ run: Execution) -> UnsafeMutablePointer<Float> {
    let factors = run.scratch
    Kernel.sigmoid(run.value(decay), factors, count: width)
    guard isClamped else { return factors }
    let logarithms = factors + width
    Kernel.map(factors, logarithms, count: width) {
      logarithm(maximum($0, Vector(repeating: Self.smallestFactor)))
    }
    let scales = factors + (time + 5) * width
    for t in 0..<time {
      let position = Float(run.context.position + t)
      Kernel.map(logarithms, scales + t * width, count: width) { exponential($0 * position) }
    }
    return factors
  }

  @inline(__always)
  private func advance(
    _ run: Execution, _ place: Int, _ factors: UnsafeMutablePointer<Float>,
    from before: UnsafeMutablePointer<Float>, to after: UnsafeMutablePointer<Float>
  ) {
    Kernel.forEachBlock(count: width) { i, n in
      let m =
        load(run.value(keys) + place + i, count: n) * load(run.value(values) + place + i, count: n)
      store(
        multiplyAdd(load(factors + i, count: n), load(before + i, count: n), m), after + i,
        count: n)
    }
  }

  @inline(__always)
  private func advanceClamped(
    _ run: Execution, _ place: Int, scale: UnsafeMutablePointer<Float>,
    from before: UnsafeMutablePointer<Float>, to after: UnsafeMutablePointer<Float>
  ) {
    Kernel.forEachBlock(count: width) { i, n in
      let m =
        load(run.value(keys) + place + i, count: n) * load(run.value(values) + place + i, count: n)
      let c = load(scale + i, count: n, padding: 1)
      let divisor = maximum(c, Vector(repeating: Self.smallestScale))
      store(load(before + i, count: n) + m / divisor, after + i, count: n)
    }
  }
}

extension Graph {
  /// sigmoid(`gate`) ⊙ S with S ← sigmoid(`decay`) ⊙ S + `keys` ⊙ `values`.
  func decayingSum(
    gate: Tensor, keys: Tensor, values: Tensor, decay: Parameter, isClamped: Bool
  ) -> Tensor {
    precondition(gate.shape == keys.shape && keys.shape == values.shape, "shapes differ")
    let output = tensor(values.shape)
    record(
      DecayingSum(
        gate: gate, keys: keys, values: values, decay: decay, isClamped: isClamped,
        output: output, isDecoding: mode == .decoding))
    return output
  }
}
