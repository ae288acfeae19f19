/// Rows side by side: of two tensors, or of one tensor and itself some positions earlier.
///
///     y_t = [a_t ; b_{t − delay}],   zero before the start
///
/// When decoding with a delay, the state is a ring of the last `delay` positions of b.
struct Concatenation: Operation {
  let first: Tensor
  let second: Tensor
  let delay: Int
  let output: Tensor
  let isDecoding: Bool

  var inputs: [Tensor] { [first, second] }
  var outputs: [Tensor] { [output] }
  private var batch: Int { output.shape[0] }
  private var time: Int { output.shape[1] }
  var stateCount: Int { batch * delay * second.width }

  func forward(_ run: Execution) {
    let (left, right) = (first.width, second.width)
    for sequence in 0..<batch {
      for t in 0..<time {
        let row = sequence * time + t
        let y = run.value(output) + row * output.width
        let source = run.value(second) + row * right
        y.update(from: run.value(first) + row * left, count: left)
        if delay == 0 {
          (y + left).update(from: source, count: right)
        } else if isDecoding {
          let place = (run.context.position + t) % delay
          let kept = run.state + (sequence * delay + place) * right
          (y + left).update(from: kept, count: right)
          kept.update(from: source, count: right)
        } else if t >= delay {
          (y + left).update(from: source - delay * right, count: right)
        } else {
          (y + left).update(repeating: 0, count: right)
        }
      }
    }
  }

  func backward(_ run: Execution) {
    let dy = run.gradient(output)
    if let (gradient, accumulate) = run.inputGradient(0, first) {
      if !accumulate { gradient.update(repeating: 0, count: first.count) }
      for row in 0..<output.rows {
        let target = gradient + row * first.width
        Kernel.add(target, dy + row * output.width, target, count: first.width)
      }
    }
    // For one tensor in both places, the second gradient is added to the first.
    guard let (gradient, accumulate) = run.inputGradient(1, second) else { return }
    if !accumulate { gradient.update(repeating: 0, count: second.count) }
    for sequence in 0..<batch {
      for t in 0..<max(0, time - delay) {
        let row = sequence * time + t
        let target = gradient + row * second.width
        Kernel.add(
          target, dy + (row + delay) * output.width + first.width, target, count: second.width)
      }
    }
  }
}

extension Graph {
  /// [`first`_t ; `second`_{t − delay}] for tensors of [batch, time, width].
  func concatenate(_ first: Tensor, _ second: Tensor, delay: Int = 0) -> Tensor {
    precondition(first.rows == second.rows && delay >= 0, "shapes differ")
    let output = tensor([batch, time, first.width + second.width])
    record(
      Concatenation(
        first: first, second: second, delay: delay, output: output,
        isDecoding: mode == .decoding))
    return output
  }
}
