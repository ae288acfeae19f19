/// Adds a position code that is a running sum of trained steps.
///
///     P_t = Σ_{s ≤ t} steps_s;   y_t = x_t + P_t
///     dx_t = dy_t,   dsteps_s += Σ_{t ≥ s} dy_t
///
/// x is [batch, time, width], the steps are [length, width]. Past their last one the code stays as it
/// is. When decoding, the state is P.
struct PositionSteps: Operation {
  let input: Tensor
  let steps: Parameter
  let output: Tensor
  let isDecoding: Bool

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }
  private var batch: Int { input.shape[0] }
  private var time: Int { input.shape[1] }
  private var width: Int { input.width }
  var stateCount: Int { width }
  var sharesState: Bool { true }
  var scratchCount: Int { width }

  func forward(_ run: Execution) {
    let code = isDecoding ? run.state : run.scratch
    if !isDecoding { code.update(repeating: 0, count: width) }
    for t in 0..<time {
      let position = run.context.position + t
      if position < steps.shape[0] {
        Kernel.add(code, run.value(steps) + position * width, code, count: width)
      }
      for sequence in 0..<batch {
        let place = (sequence * time + t) * width
        Kernel.add(run.value(input) + place, code, run.value(output) + place, count: width)
      }
    }
  }

  func backward(_ run: Execution) {
    run.passGradient(of: output, to: 0, input)
    let sum = run.scratch
    sum.update(repeating: 0, count: width)
    for t in stride(from: time - 1, through: 0, by: -1) {
      for sequence in 0..<batch {
        Kernel.add(
          sum, run.gradient(output) + (sequence * time + t) * width, sum, count: width)
      }
      if t < steps.shape[0] {
        let target = run.gradient(steps) + t * width
        Kernel.add(target, sum, target, count: width)
      }
    }
  }
}

extension Graph {
  /// `input` plus the running sum of `steps` ([length, width]).
  func addPositionSteps(_ input: Tensor, _ steps: Parameter) -> Tensor {
    precondition(steps.shape == [steps.shape[0], input.width], "\(steps.name): wrong width")
    let output = tensor(input.shape)
    record(
      PositionSteps(input: input, steps: steps, output: output, isDecoding: mode == .decoding))
    return output
  }
}
