/// A depthwise causal convolution of one half of a packed projection, gated by the other half.
///
///     [g | v] = projected
///     c_t = Σ_k w_k ⊙ v_{t − (K−1) + k}, zero before the start;   y_t = c_t ⊙ sigmoid(g_t)
///
/// `projected` is [batch, time, 2 · width], the weight [width, 1, K]. Backward computes c again. When
/// decoding, the state holds the last K − 1 values of v.
struct GatedCausalConvolution: Operation {
  let projected: Tensor
  let weight: Parameter
  let output: Tensor
  let isDecoding: Bool

  var inputs: [Tensor] { [projected] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [projected] }
  private var batch: Int { projected.shape[0] }
  private var time: Int { projected.shape[1] }
  private var width: Int { output.width }
  private var tapCount: Int { weight.shape[2] }
  private var historyCount: Int { (tapCount - 1) * width }
  var stateCount: Int { batch * historyCount }
  /// The taps and their gradient, [K, width] each, and a sequence of c or of values.
  var scratchCount: Int { (2 * tapCount + time + (isDecoding ? tapCount : 0)) * width }

  func forward(_ run: Execution) {
    let taps = run.scratch
    let values = taps + 2 * tapCount * width
    Kernel.transpose(run.value(weight), taps, rows: width, columns: tapCount)
    for sequence in 0..<batch {
      let gates = run.value(projected) + sequence * time * 2 * width
      let result = run.value(output) + sequence * time * width
      if isDecoding {
        let history = run.state + sequence * historyCount
        values.update(from: history, count: historyCount)
        for t in 0..<time {
          (values + historyCount + t * width)
            .update(from: gates + t * 2 * width + width, count: width)
        }
        Kernel.causalConvolution(
          values + historyCount, inputStride: width, history: tapCount - 1, taps: taps,
          tapCount: tapCount, result, time: time, width: width)
        history.update(from: values + time * width, count: historyCount)
      } else {
        Kernel.causalConvolution(
          gates + width, inputStride: 2 * width, taps: taps, tapCount: tapCount, result,
          time: time, width: width)
      }
      Kernel.gateRows(result, gates: gates, gateStride: 2 * width, rows: time, width: width)
    }
  }

  func backward(_ run: Execution) {
    guard let (gradient, accumulate) = run.inputGradient(0, projected) else { return }
    precondition(!accumulate, "only the convolution reads its projection")
    let taps = run.scratch
    let tapGradient = taps + tapCount * width
    let convolved = tapGradient + tapCount * width
    Kernel.transpose(run.value(weight), taps, rows: width, columns: tapCount)
    tapGradient.update(repeating: 0, count: tapCount * width)
    for sequence in 0..<batch {
      let gates = run.value(projected) + sequence * time * 2 * width
      let gateGradient = gradient + sequence * time * 2 * width
      Kernel.causalConvolution(
        gates + width, inputStride: 2 * width, taps: taps, tapCount: tapCount, convolved,
        time: time, width: width)
      Kernel.gateRowsGradient(
        run.gradient(output) + sequence * time * width, convolved, gates: gates,
        gateStride: 2 * width, gateGradient: gateGradient, rows: time, width: width)
      Kernel.causalConvolutionGradient(
        convolved, gates + width, inputStride: 2 * width, taps: taps, tapCount: tapCount,
        inputGradient: gateGradient + width, inputGradientStride: 2 * width,
        tapGradient: tapGradient, time: time, width: width)
    }
    Kernel.transpose(
      tapGradient, run.gradient(weight), rows: tapCount, columns: width, accumulate: true)
  }
}

extension Kernel {
  /// x ⊙ sigmoid(gate) of rows, in place.
  fileprivate static func gateRows(
    _ x: Destination, gates: Source, gateStride: Int, rows: Int, width: Int
  ) {
    @_transparent func gated(_ x: Vector, _ gate: Vector) -> Vector {
      x * FlashShared.sigmoid(gate)
    }
    for row in 0..<rows {
      let y = x + row &* width
      map(y, gates + row &* gateStride, y, count: width, gated)
    }
  }

  /// The gradients of `gateRows`: dg = dy ⊙ x ⊙ s(1 − s), and dx = dy ⊙ s written over x.
  fileprivate static func gateRowsGradient(
    _ outputGradient: Source, _ x: Destination, gates: Source, gateStride: Int,
    gateGradient: Destination, rows: Int, width: Int
  ) {
    for row in 0..<rows {
      let values = x + row &* width
      @_transparent func gradient(_ i: Int, _ n: Int) {
        let d = load(outputGradient + (row &* width &+ i), count: n)
        let s = FlashShared.sigmoid(load(gates + (row &* gateStride &+ i), count: n))
        let slope = d * load(values + i, count: n) * (s - s * s)
        store(slope, gateGradient + (row &* gateStride &+ i), count: n)
        store(d * s, values + i, count: n)
      }
      forEachBlock(count: width, gradient)
    }
  }
}

extension Graph {
  /// Convolves the second half of each row of `projected` over time with `weight` ([width, 1, K])
  /// and gates it with the sigmoid of the first half.
  func gatedCausalConvolution(_ projected: Tensor, _ weight: Parameter) -> Tensor {
    let width = weight.shape[0]
    precondition(projected.shape == [batch, time, 2 * width], "not a packed projection")
    let output = tensor([batch, time, width])
    record(
      GatedCausalConvolution(
        projected: projected, weight: weight, output: output, isDecoding: mode == .decoding))
    return output
  }
}
