/// Every so many positions of each sequence.
///
///     y_p = x_{p · interval},   p < count
///
/// x is [batch, time, width], y [batch, count, width].
struct SampledPositions: Operation {
  let input: Tensor
  let interval: Int
  let output: Tensor

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }
  private var batch: Int { input.shape[0] }
  private var time: Int { input.shape[1] }
  private var count: Int { output.shape[1] }
  private var width: Int { input.width }

  func forward(_ run: Execution) {
    for sequence in 0..<batch {
      for place in 0..<count {
        (run.value(output) + (sequence * count + place) * width).update(
          from: run.value(input) + (sequence * time + place * interval) * width, count: width)
      }
    }
  }

  func backward(_ run: Execution) {
    guard let (gradient, accumulate) = run.inputGradient(0, input) else { return }
    if !accumulate { gradient.update(repeating: 0, count: input.count) }
    for sequence in 0..<batch {
      for place in 0..<count {
        let target = gradient + (sequence * time + place * interval) * width
        let source = run.gradient(output) + (sequence * count + place) * width
        Kernel.add(target, source, target, count: width)
      }
    }
  }
}

extension Graph {
  /// The positions 0, `interval`, 2 · `interval` … of `input`, `count` of them.
  func sampledPositions(_ input: Tensor, interval: Int, count: Int) -> Tensor {
    precondition(count > 0 && (count - 1) * interval < input.shape[1], "no such positions")
    let output = tensor([input.shape[0], count, input.width])
    record(SampledPositions(input: input, interval: interval, output: output))
    return output
  }
}
