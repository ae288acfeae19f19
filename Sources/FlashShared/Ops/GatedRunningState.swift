/// A sum over the past, gated channel by channel, that fades by one learned factor.
///
///     g_t = sigmoid(x_t ⊙ w + b);   r_t = λ r_{t−1} + g_t ⊙ x_t,   r_{−1} = 0;   y_t = r_t ⊙ scale
///     λ = clip(sigmoid(decay), 0.01, 0.99)
///
/// x is [batch, time, width]; w, b and scale are [width], the decay is one number. Backward computes r
/// again, then runs dr_t = dy_t ⊙ scale + λ dr_{t+1} back in time. When decoding, r is the state.
struct GatedRunningState: Operation {
  let input: Tensor
  let weights: Weights
  let output: Tensor
  let isDecoding: Bool

  /// The parameters of a state.
  struct Weights: Sendable {
    /// w.
    let gate: Parameter
    /// b.
    let bias: Parameter
    /// One number.
    let decay: Parameter
    let scale: Parameter
  }

  private static let smallest: Float = 0.01
  private static let largest: Float = 0.99

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [input] }
  private var batch: Int { output.shape[0] }
  private var time: Int { output.shape[1] }
  private var width: Int { output.width }
  var stateCount: Int { batch * width }
  /// r before and after each position, and dr.
  var scratchCount: Int { (time + 2) * width }

  private func share(_ run: Execution) -> Float {
    sigmoid(Vector(repeating: run.value(weights.decay)[0]))[0]
  }

  func forward(_ run: Execution) {
    let factor = min(max(share(run), Self.smallest), Self.largest)
    for sequence in 0..<batch {
      let state = isDecoding ? run.state + sequence * width : run.scratch
      if !isDecoding { state.update(repeating: 0, count: width) }
      for t in 0..<time {
        let place = (sequence * time + t) * width
        advance(run, place, factor, from: state, to: state)
        Kernel.multiply(
          state, run.value(weights.scale), run.value(output) + place, count: width)
      }
    }
  }

  func backward(_ run: Execution) {
    guard let (gradient, accumulate) = run.inputGradient(0, input) else { return }
    let share = share(run)
    let factor = min(max(share, Self.smallest), Self.largest)
    let (w, b) = (run.value(weights.gate), run.value(weights.bias))
    let scale = run.value(weights.scale)
    let (dw, db) = (run.gradient(weights.gate), run.gradient(weights.bias))
    let dScale = run.gradient(weights.scale)
    let slope = run.scratch + (time + 1) * width
    var factorSlope = 0.0
    for sequence in 0..<batch {
      run.scratch.update(repeating: 0, count: width)
      slope.update(repeating: 0, count: width)
      for t in 0..<time {
        let before = run.scratch + t * width
        advance(run, (sequence * time + t) * width, factor, from: before, to: before + width)
      }
      for t in stride(from: time - 1, through: 0, by: -1) {
        let place = (sequence * time + t) * width
        let before = run.scratch + t * width
        let dy = run.gradient(output) + place
        Kernel.forEachBlock(count: width) { i, n in
          let d = load(dy + i, count: n)
          add(d * load(before + width + i, count: n), dScale + i, count: n)
          let dr = multiplyAdd(
            Vector(repeating: factor), load(slope + i, count: n), d * load(scale + i, count: n))
          store(dr, slope + i, count: n)
          let x = load(run.value(input) + place + i, count: n)
          let wide = load(w + i, count: n)
          let g = sigmoid(multiplyAdd(x, wide, load(b + i, count: n)))
          let dz = dr * x * (g - g * g)
          add(dz * x, dw + i, count: n)
          add(dz, db + i, count: n)
          let dx = multiplyAdd(dr, g, dz * wide)
          let target = gradient + place + i
          store(accumulate ? load(target, count: n) + dx : dx, target, count: n)
        }
        factorSlope += Double(Kernel.dot(slope, before, count: width))
      }
    }
    guard (Self.smallest...Self.largest).contains(share) else { return }
    run.gradient(weights.decay)[0] += Float(factorSlope) * share * (1 - share)
  }

  /// r_t from r_{t−1}; both may be the same memory.
  @inline(__always)
  private func advance(
    _ run: Execution, _ place: Int, _ factor: Float, from before: UnsafeMutablePointer<Float>,
    to after: UnsafeMutablePointer<Float>
  ) {
    let (w, b) = (run.value(weights.gate), run.value(weights.bias))
    Kernel.forEachBlock(count: width) { i, n in
      let x = load(run.value(input) + place + i, count: n)
      let g = sigmoid(multiplyAdd(x, load(w + i, count: n), load(b + i, count: n)))
      store(load(before + i, count: n) * factor + g * x, after + i, count: n)
    }
  }
}

extension Graph {
  /// The gated running state of `input`.
  func gatedRunningState(_ input: Tensor, _ weights: GatedRunningState.Weights) -> Tensor {
    precondition(
      weights.gate.count == input.width && weights.scale.count == input.width, "wrong width")
    let output = tensor(input.shape)
    record(
      GatedRunningState(
        input: input, weights: weights, output: output, isDecoding: mode == .decoding))
    return output
  }
}

/// Adds the first `count` lanes to what is there.
@inline(__always)
private func add(_ vector: Vector, _ destination: UnsafeMutablePointer<Float>, count: Int) {
  store(load(destination, count: count) + vector, destination, count: count)
}
