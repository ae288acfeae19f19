/// A tensor times a trained number, or channel by channel times trained numbers.
///
///     y = s ⊙ x;   dx = s ⊙ dy,   ds += Σ dy ⊙ x
struct LearnedScaling: Operation {
  let input: Tensor
  /// One number, or [width].
  let factor: Parameter
  let output: Tensor

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [input] }
  private var isScalar: Bool { factor.count == 1 && input.width != 1 }

  func forward(_ run: Execution) {
    let s = run.value(factor)
    guard !isScalar else {
      Kernel.scale(run.value(input), by: s[0], run.value(output), count: input.count)
      return
    }
    for row in 0..<input.rows {
      let place = row * input.width
      Kernel.multiply(run.value(input) + place, s, run.value(output) + place, count: input.width)
    }
  }

  func backward(_ run: Execution) {
    let s = run.value(factor)
    let dy = run.gradient(output)
    let slope = run.gradient(factor)
    let inputGradient = run.inputGradient(0, input)
    var sum = 0.0
    for row in 0..<input.rows {
      let place = row * input.width
      if isScalar {
        sum += Double(Kernel.dot(dy + place, run.value(input) + place, count: input.width))
      } else {
        Kernel.multiply(
          dy + place, run.value(input) + place, slope, accumulate: true, count: input.width)
      }
      guard let (gradient, accumulate) = inputGradient else { continue }
      if !isScalar {
        Kernel.multiply(
          dy + place, s, gradient + place, accumulate: accumulate, count: input.width)
      } else if accumulate {
        Kernel.axpy(s[0], dy + place, gradient + place, count: input.width)
      } else {
        Kernel.scale(dy + place, by: s[0], gradient + place, count: input.width)
      }
    }
    if isScalar { slope[0] += Float(sum) }
  }
}

extension Graph {
  /// `factor` ⊙ `input` for a factor of one number or of one for each channel.
  func scale(_ input: Tensor, by factor: Parameter) -> Tensor {
    precondition(factor.count == 1 || factor.count == input.width, "\(factor.name): wrong width")
    let output = tensor(input.shape)
    record(LearnedScaling(input: input, factor: factor, output: output))
    return output
  }
}
