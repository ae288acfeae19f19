/// A linear recurrence of each channel with a forget gate, read through an output gate.
///
///     f_t = floor + (1 − floor) sigmoid(a_t)
///     h_t = f_t ⊙ h_{t−1} + (1 − f_t) ⊙ v_t,   h_{−1} = 0;   y_t = sigmoid(o_t) ⊙ h_t
///
/// All tensors are [batch, time, width]. Backward computes h again, then runs the recurrence
/// dh_t = sigmoid(o_t) ⊙ dy_t + f_{t+1} ⊙ dh_{t+1} back in time. When decoding, h is the state.
struct GatedRecurrence: Operation {
  let forget: Tensor
  let values: Tensor
  let outputGate: Tensor
  let floor: Float
  let output: Tensor
  let isDecoding: Bool

  var inputs: [Tensor] { [forget, values, outputGate] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { inputs }
  private var batch: Int { output.shape[0] }
  private var time: Int { output.shape[1] }
  private var width: Int { output.width }
  var stateCount: Int { batch * width }
  /// h before and after each position, and what is carried back.
  var scratchCount: Int { (time + 2) * width }

  func forward(_ run: Execution) {
    for sequence in 0..<batch {
      let offset = sequence * time * width
      let hidden = isDecoding ? run.state + sequence * width : run.scratch
      if !isDecoding { hidden.update(repeating: 0, count: width) }
      for t in 0..<time {
        let place = offset + t * width
        let o = run.value(outputGate) + place
        let y = run.value(output) + place
        advance(run, place, from: hidden, to: hidden)
        Kernel.map(hidden, o, y, count: width) { $0 * sigmoid($1) }
      }
    }
  }

  func backward(_ run: Execution) {
    guard let (forgetGradient, a) = run.inputGradient(0, forget),
      let (valueGradient, b) = run.inputGradient(1, values),
      let (gateGradient, c) = run.inputGradient(2, outputGate)
    else { return }
    precondition(!a && !b && !c, "only the recurrence reads its projections")
    let floor = floor
    for sequence in 0..<batch {
      let offset = sequence * time * width
      let states = run.scratch
      states.update(repeating: 0, count: width)
      for t in 0..<time {
        let before = states + t * width
        advance(run, offset + t * width, from: before, to: before + width)
      }
      let carry = states + (time + 1) * width  // f_{t+1} ⊙ dh_{t+1}
      for t in stride(from: time - 1, through: 0, by: -1) {
        let place = offset + t * width
        let before = states + t * width
        let isLast = t == time - 1
        Kernel.forEachBlock(count: width) { i, n in
          let o = sigmoid(load(run.value(outputGate) + place + i, count: n))
          let d = load(run.gradient(output) + place + i, count: n)
          let previous = load(before + i, count: n)
          let v = load(run.value(values) + place + i, count: n)
          let s = sigmoid(load(run.value(forget) + place + i, count: n))
          let f = floor + (1 - floor) * s
          let h = multiplyAdd(f, previous - v, v)
          let dh = isLast ? d * o : multiplyAdd(d, o, load(carry + i, count: n))
          store(d * h * (o - o * o), gateGradient + place + i, count: n)
          store(dh - dh * f, valueGradient + place + i, count: n)
          let slope = (1 - floor) * (s - s * s)
          store(dh * (previous - v) * slope, forgetGradient + place + i, count: n)
          store(dh * f, carry + i, count: n)
        }
      }
    }
  }

  /// h_t from h_{t−1}; both may be the same memory.
  @inline(__always)
  private func advance(
    _ run: Execution, _ place: Int, from before: UnsafeMutablePointer<Float>,
    to after: UnsafeMutablePointer<Float>
  ) {
    let a = run.value(forget) + place
    let v = run.value(values) + place
    let floor = floor
    Kernel.forEachBlock(count: width) { i, n in
      let f = floor + (1 - floor) * sigmoid(load(a + i, count: n))
      let value = load(v + i, count: n)
      store(
        multiplyAdd(f, load(before + i, count: n) - value, value), after + i, count: n)
    }
  }
}

extension Graph {
  /// The recurrence h ← f ⊙ h + (1 − f) ⊙ `values` with f = floor + (1 − floor) sigmoid(`forget`),
  /// read through sigmoid(`outputGate`).
  func gatedRecurrence(
    forget: Tensor, values: Tensor, outputGate: Tensor, floor: Float
  ) -> Tensor {
    precondition(
      forget.shape == values.shape && values.shape == outputGate.shape, "shapes differ")
    let output = tensor(values.shape)
    record(
      GatedRecurrence(
        forget: forget, values: values, outputGate: outputGate, floor: floor, output: output,
        isDecoding: mode == .decoding))
    return output
  }
}
