/// A mixture of each position with the one before it, by a learned share of each channel.
///
///     m = sigmoid(mix);   y_t = m ⊙ x_t + (1 − m) ⊙ x_{t−1},   x_{−1} = 0
///     dx_t = m ⊙ dy_t + (1 − m) ⊙ dy_{t+1};   dmix = Σ_t dy_t ⊙ (x_t − x_{t−1}) ⊙ m(1 − m)
///
/// When decoding, the state is the last position.
struct TokenShift: Operation {
  let input: Tensor
  let mix: Parameter
  let output: Tensor
  let isDecoding: Bool

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [input] }
  private var batch: Int { input.shape[0] }
  private var time: Int { input.shape[1] }
  private var width: Int { input.width }
  var stateCount: Int { batch * width }
  /// m, and a row of zeros.
  var scratchCount: Int { 2 * width }

  func forward(_ run: Execution) {
    let share = run.scratch
    let zeros = share + width
    Kernel.sigmoid(run.value(mix), share, count: width)
    zeros.update(repeating: 0, count: width)
    for sequence in 0..<batch {
      let x = run.value(input) + sequence * time * width
      let y = run.value(output) + sequence * time * width
      let state = run.state + (isDecoding ? sequence * width : 0)
      for t in 0..<time {
        let before = t > 0 ? x + (t - 1) * width : isDecoding ? state : zeros
        Kernel.interpolate(
          gate: share, x + t * width, before, y + t * width, count: width)
      }
      if isDecoding { state.update(from: x + (time - 1) * width, count: width) }
    }
  }

  func backward(_ run: Execution) {
    guard let (inputGradient, accumulate) = run.inputGradient(0, input) else { return }
    let share = run.scratch
    let zeros = share + width
    Kernel.sigmoid(run.value(mix), share, count: width)
    zeros.update(repeating: 0, count: width)
    let mixGradient = run.gradient(mix)
    for sequence in 0..<batch {
      let x = run.value(input) + sequence * time * width
      let dy = run.gradient(output) + sequence * time * width
      let dx = inputGradient + sequence * time * width
      for t in 0..<time {
        let current = x + t * width
        let before = t > 0 ? current - width : zeros
        let d = dy + t * width
        let next = t + 1 < time ? d + width : zeros
        let target = dx + t * width
        Kernel.forEachBlock(count: width) { i, n in
          let m = load(share + i, count: n)
          let dCurrent = load(d + i, count: n)
          let dNext = load(next + i, count: n)
          let sum = multiplyAdd(m, dCurrent - dNext, dNext)
          store(accumulate ? load(target + i, count: n) + sum : sum, target + i, count: n)
          let step = load(current + i, count: n) - load(before + i, count: n)
          store(
            multiplyAdd(dCurrent * step, m - m * m, load(mixGradient + i, count: n)),
            mixGradient + i, count: n)
        }
      }
    }
  }
}

extension Graph {
  /// Mixes each position of `input` with the one before it by sigmoid(`mix`) ([width]).
  func tokenShift(_ input: Tensor, mix: Parameter) -> Tensor {
    let output = tensor(input.shape)
    record(
      TokenShift(input: input, mix: mix, output: output, isDecoding: mode == .decoding))
    return output
  }
}
