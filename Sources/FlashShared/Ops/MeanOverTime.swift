/// The mean of a sequence's positions: of those so far, or of all, which sees the future.
///
///     so far:  y_t = Σ_{u ≤ t} x_u / (t + 1),   dx_u = Σ_{t ≥ u} dy_t / (t + 1)
///     of all:  y_t = Σ_u x_u / time,            dx_u = Σ_t dy_t / time
///
/// When decoding, the state is the sum so far.
struct MeanOverTime: Operation {
  let input: Tensor
  let isCausal: Bool
  let output: Tensor
  let isDecoding: Bool

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }
  private var batch: Int { input.shape[0] }
  private var time: Int { input.shape[1] }
  private var width: Int { input.width }
  var stateCount: Int { batch * width }
  var scratchCount: Int { width }

  func forward(_ run: Execution) {
    for sequence in 0..<batch {
      let x = run.value(input) + sequence * time * width
      let y = run.value(output) + sequence * time * width
      let sum = isDecoding ? run.state + sequence * width : run.scratch
      if !isDecoding { sum.update(repeating: 0, count: width) }
      for t in 0..<time {
        Kernel.add(sum, x + t * width, sum, count: width)
        if isCausal {
          let count = run.context.position + t + 1
          Kernel.scale(sum, by: 1 / Float(count), y + t * width, count: width)
        }
      }
      if !isCausal {
        for t in 0..<time {
          Kernel.scale(sum, by: 1 / Float(time), y + t * width, count: width)
        }
      }
    }
  }

  func backward(_ run: Execution) {
    guard let (inputGradient, accumulate) = run.inputGradient(0, input) else { return }
    if !accumulate { inputGradient.update(repeating: 0, count: input.count) }
    let sum = run.scratch
    for sequence in 0..<batch {
      let dy = run.gradient(output) + sequence * time * width
      let dx = inputGradient + sequence * time * width
      sum.update(repeating: 0, count: width)
      for t in stride(from: time - 1, through: 0, by: -1) {
        Kernel.axpy(1 / Float(isCausal ? t + 1 : time), dy + t * width, sum, count: width)
        if isCausal { Kernel.add(dx + t * width, sum, dx + t * width, count: width) }
      }
      if !isCausal {
        for t in 0..<time { Kernel.add(dx + t * width, sum, dx + t * width, count: width) }
      }
    }
  }
}

extension Graph {
  /// The mean of the positions of `input` so far, or of all of them, at every position.
  func meanOverTime(_ input: Tensor, isCausal: Bool) -> Tensor {
    precondition(isCausal || mode != .decoding, "a mean of the whole window cannot decode")
    let output = tensor(input.shape)
    record(
      MeanOverTime(
        input: input, isCausal: isCausal, output: output, isDecoding: mode == .decoding))
    return output
  }
}
