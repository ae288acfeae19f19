/// A running state of each channel whose decay is chosen at every position within bounds.
///
///     a_t = clip(sigmoid(d_t), 0.05, 0.95);   r_t = sigmoid(g_t) ⊙ u_t
///     s_t = a_t ⊙ s_{t−1} + r_t,   s_{−1} = 0;   y_t = s_t
///
/// d, g, u are [batch, time, width]. When decoding, the state is s.
///
/// Floored, as published: with A_t = exp(Σ_{s ≤ t} ln a_s) and A_{−1} = 1,
/// y_t = A_t Σ_{s ≤ t} r_s / max(A_{s−1}, 1e-7). Where the floor binds, from about position 23 on, the
/// state fades to nothing. The state is then the sum, and ln A.
struct BoundedDecayState: Operation {
  let decay: Tensor
  let gate: Tensor
  let input: Tensor
  let isFloored: Bool
  let output: Tensor
  let isDecoding: Bool

  private static let smallest: Float = 0.05
  private static let largest: Float = 0.95
  private static let floor: Float = 1e-7

  var inputs: [Tensor] { [decay, gate, input] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [decay, gate, input] }
  private var batch: Int { output.shape[0] }
  private var time: Int { output.shape[1] }
  private var width: Int { output.width }
  var stateCount: Int { batch * 2 * width }
  /// Sum and ln A before and after each position, and what is carried back: two of them.
  var scratchCount: Int { (time + 2) * 2 * width }

  func forward(_ run: Execution) {
    for sequence in 0..<batch {
      let state = isDecoding ? run.state + sequence * 2 * width : run.scratch
      if !isDecoding { state.update(repeating: 0, count: 2 * width) }
      for t in 0..<time {
        let place = (sequence * time + t) * width
        let y = run.value(output) + place
        advance(run, place, from: state, to: state)
        if isFloored {
          Kernel.map(state, state + width, y, count: width) { $0 * exponential($1) }
        } else {
          y.update(from: state, count: width)
        }
      }
    }
  }

  func backward(_ run: Execution) {
    guard let (decayGradient, a) = run.inputGradient(0, decay),
      let (gateGradient, b) = run.inputGradient(1, gate),
      let (inputGradient, accumulate) = run.inputGradient(2, input)
    else { return }
    precondition(!a && !b, "only the state reads its projections")
    let (lowest, highest) = (Vector(repeating: Self.smallest), Vector(repeating: Self.largest))
    let floor = Vector(repeating: Self.floor)
    let carry = run.scratch + (time + 1) * 2 * width
    let width = width
    for sequence in 0..<batch {
      run.scratch.update(repeating: 0, count: 2 * width)
      carry.update(repeating: 0, count: 2 * width)
      for t in 0..<time {
        let before = run.scratch + t * 2 * width
        advance(run, (sequence * time + t) * width, from: before, to: before + 2 * width)
      }
      for t in stride(from: time - 1, through: 0, by: -1) {
        let place = (sequence * time + t) * width
        let before = run.scratch + t * 2 * width
        let after = before + 2 * width
        Kernel.forEachBlock(count: width) { i, n in
          let share = sigmoid(load(run.value(decay) + place + i, count: n))
          let bounded = minimum(maximum(share, lowest), highest)
          let s = sigmoid(load(run.value(gate) + place + i, count: n))
          let u = load(run.value(input) + place + i, count: n)
          let d = load(run.gradient(output) + place + i, count: n)
          // The gradients of r and of ln a; carried back are those of the sum, or of a ⊙ s, and of
          // ln A.
          let dr: Vector
          let slope: Vector
          if isFloored {
            let product = exponential(load(after + width + i, count: n))
            let previous = exponential(load(before + width + i, count: n))
            let sum = load(after + i, count: n)
            let total = multiplyAdd(d, product, load(carry + i, count: n))
            dr = total / maximum(previous, floor)
            slope = multiplyAdd(d * product, sum, load(carry + width + i, count: n))
            let asDivisor = select(Vector.zero, dr * s * u, where: signBits(previous - floor))
            store(total, carry + i, count: n)
            store(slope - asDivisor, carry + width + i, count: n)
          } else {
            dr = d + load(carry + i, count: n)
            store(dr * bounded, carry + i, count: n)
            slope = dr * bounded * load(before + i, count: n)
          }
          let outside = signBits(share - lowest) | signBits(highest - share)
          let chain = select(Vector.zero, 1 - share, where: outside)
          store(slope * chain, decayGradient + place + i, count: n)
          store(dr * u * (s - s * s), gateGradient + place + i, count: n)
          let du = dr * s
          let target = inputGradient + place + i
          store(accumulate ? load(target, count: n) + du : du, target, count: n)
        }
      }
    }
  }

  /// The sum and ln A of a position from those before it; both may be the same memory.
  @inline(__always)
  private func advance(
    _ run: Execution, _ place: Int, from before: UnsafeMutablePointer<Float>,
    to after: UnsafeMutablePointer<Float>
  ) {
    let (lowest, highest) = (Vector(repeating: Self.smallest), Vector(repeating: Self.largest))
    let width = width
    Kernel.forEachBlock(count: width) { i, n in
      let share = sigmoid(load(run.value(decay) + place + i, count: n))
      let a = minimum(maximum(share, lowest), highest)
      let r =
        sigmoid(load(run.value(gate) + place + i, count: n))
        * load(run.value(input) + place + i, count: n)
      let sum = load(before + i, count: n)
      if isFloored {
        let logarithmBefore = load(before + width + i, count: n)
        let divisor = maximum(exponential(logarithmBefore), Vector(repeating: Self.floor))
        store(sum + r / divisor, after + i, count: n)
        store(logarithmBefore + logarithm(a), after + width + i, count: n)
      } else {
        store(multiplyAdd(a, sum, r), after + i, count: n)
      }
    }
  }
}

extension Graph {
  /// s with s ← a ⊙ s + sigmoid(`gate`) ⊙ `input` and a the bounded sigmoid of `decay`; floored, as
  /// the published script computed it.
  func boundedDecayState(decay: Tensor, gate: Tensor, input: Tensor, isFloored: Bool) -> Tensor {
    precondition(decay.shape == gate.shape && gate.shape == input.shape, "shapes differ")
    let output = tensor(input.shape)
    record(
      BoundedDecayState(
        decay: decay, gate: gate, input: input, isFloored: isFloored, output: output,
        isDecoding: mode == .decoding))
    return output
  }
}
