/// A mixture of earlier positions with weights that each position chooses.
///
///     y_t = Σ_k w_t[k] · v_{t − o_k}, zero before the start
///
/// v is [batch, time, width], w [batch, time, taps], o a list of delays. When decoding, the state is
/// a ring of the last values.
struct DelayedTaps: Operation {
  let values: Tensor
  let weights: Tensor
  let delays: [Int]
  let output: Tensor
  let isDecoding: Bool

  var inputs: [Tensor] { [values, weights] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [values, weights] }
  private var batch: Int { output.shape[0] }
  private var time: Int { output.shape[1] }
  private var width: Int { output.width }
  private var ringLength: Int { (delays.max() ?? 0) + 1 }
  var stateCount: Int { batch * ringLength * width }

  func forward(_ run: Execution) {
    for sequence in 0..<batch {
      let v = run.value(values) + sequence * time * width
      let w = run.value(weights) + sequence * time * delays.count
      let y = run.value(output) + sequence * time * width
      let ring = run.state + (isDecoding ? sequence * ringLength * width : 0)
      for t in 0..<time {
        let row = y + t * width
        row.update(repeating: 0, count: width)
        let position = run.context.position + t
        if isDecoding {
          (ring + position % ringLength * width).update(from: v + t * width, count: width)
        }
        for tap in 0..<delays.count where delays[tap] <= (isDecoding ? position : t) {
          let source =
            isDecoding
            ? ring + (position - delays[tap]) % ringLength * width : v + (t - delays[tap]) * width
          Kernel.axpy(w[t * delays.count + tap], source, row, count: width)
        }
      }
    }
  }

  func backward(_ run: Execution) {
    guard let (valueGradient, valuesAccumulate) = run.inputGradient(0, values),
      let (weightGradient, weightsAccumulate) = run.inputGradient(1, weights)
    else { return }
    if !valuesAccumulate { valueGradient.update(repeating: 0, count: values.count) }
    if !weightsAccumulate { weightGradient.update(repeating: 0, count: weights.count) }
    for sequence in 0..<batch {
      let v = run.value(values) + sequence * time * width
      let w = run.value(weights) + sequence * time * delays.count
      let dy = run.gradient(output) + sequence * time * width
      let dv = valueGradient + sequence * time * width
      let dw = weightGradient + sequence * time * delays.count
      for t in 0..<time {
        for tap in 0..<delays.count where delays[tap] <= t {
          let place = (t - delays[tap]) * width
          dw[t * delays.count + tap] += Kernel.dot(dy + t * width, v + place, count: width)
          Kernel.axpy(w[t * delays.count + tap], dy + t * width, dv + place, count: width)
        }
      }
    }
  }
}

extension Graph {
  /// The sum of `values` at `delays` before each position, weighted by `weights` ([batch, time,
  /// taps]).
  func delayedTaps(_ values: Tensor, weights: Tensor, delays: [Int]) -> Tensor {
    precondition(weights.width == delays.count && weights.rows == values.rows, "shapes differ")
    precondition(delays.allSatisfy { $0 >= 0 }, "a negative delay sees the future")
    let output = tensor(values.shape)
    record(
      DelayedTaps(
        values: values, weights: weights, delays: delays, output: output,
        isDecoding: mode == .decoding))
    return output
  }
}
