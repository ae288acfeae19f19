/// A depthwise causal convolution over time.
///
///     y_t = Σ_k w_k ⊙ x_{t − (K−1) + k}, zero before the start
///
/// x is [batch, time, width], the weight [width, 1, K]. When decoding, the state holds the last
/// K − 1 positions of x.
struct CausalConvolution: Operation {
  let input: Tensor
  let weight: Parameter
  let output: Tensor
  let isDecoding: Bool

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [input] }
  private var batch: Int { input.shape[0] }
  private var time: Int { input.shape[1] }
  private var width: Int { input.width }
  private var tapCount: Int { weight.shape[2] }
  private var historyCount: Int { (tapCount - 1) * width }
  var stateCount: Int { batch * historyCount }
  /// The taps and their gradient, [K, width] each; and the gradient of a sequence, or when decoding
  /// its values behind the history.
  var scratchCount: Int { (3 * tapCount + time) * width }

  func forward(_ run: Execution) {
    let taps = run.scratch
    let values = taps + 2 * tapCount * width
    Kernel.transpose(run.value(weight), taps, rows: width, columns: tapCount)
    for sequence in 0..<batch {
      let x = run.value(input) + sequence * time * width
      let y = run.value(output) + sequence * time * width
      if isDecoding {
        let history = run.state + sequence * historyCount
        values.update(from: history, count: historyCount)
        (values + historyCount).update(from: x, count: time * width)
        Kernel.causalConvolution(
          values + historyCount, inputStride: width, history: tapCount - 1, taps: taps,
          tapCount: tapCount, y, time: time, width: width)
        history.update(from: values + time * width, count: historyCount)
      } else {
        Kernel.causalConvolution(
          x, inputStride: width, taps: taps, tapCount: tapCount, y, time: time, width: width)
      }
    }
  }

  func backward(_ run: Execution) {
    guard let (gradient, accumulate) = run.inputGradient(0, input) else { return }
    let taps = run.scratch
    let tapGradient = taps + tapCount * width
    let inputGradient = tapGradient + tapCount * width
    Kernel.transpose(run.value(weight), taps, rows: width, columns: tapCount)
    tapGradient.update(repeating: 0, count: tapCount * width)
    for sequence in 0..<batch {
      let offset = sequence * time * width
      let target = accumulate ? inputGradient : gradient + offset
      Kernel.causalConvolutionGradient(
        run.gradient(output) + offset, run.value(input) + offset, inputStride: width,
        taps: taps, tapCount: tapCount, inputGradient: target, inputGradientStride: width,
        tapGradient: tapGradient, time: time, width: width)
      if accumulate {
        Kernel.add(gradient + offset, inputGradient, gradient + offset, count: time * width)
      }
    }
    Kernel.transpose(
      tapGradient, run.gradient(weight), rows: tapCount, columns: width, accumulate: true)
  }
}

extension Graph {
  /// Convolves `input` over time with `weight` ([width, 1, K]), channel by channel.
  func causalConvolution(_ input: Tensor, _ weight: Parameter) -> Tensor {
    precondition(weight.shape == [input.width, 1, weight.shape[2]], "\(weight.name): wrong width")
    let output = tensor(input.shape)
    record(
      CausalConvolution(
        input: input, weight: weight, output: output, isDecoding: mode == .decoding))
    return output
  }
}
