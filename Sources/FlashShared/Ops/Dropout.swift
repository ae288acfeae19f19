/// Dropout (Srivastava et al., 2014): each number is zero with a probability, the others are scaled
/// so that the mean stays.
///
/// The draws are those of a counter-based stream keyed by seed, step, sequence and place in the
/// model; backward draws them again, so that no mask is stored.
struct Dropout: Operation {
  let input: Tensor
  let probability: Float
  let site: UInt64
  let output: Tensor

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }

  func forward(_ run: Execution) {
    let sequences = input.shape[0]
    let count = input.count / sequences
    for sequence in 0..<sequences {
      let mask = run.context.dropoutMask(probability, site: site, sequence: sequence)
      Kernel.dropout(
        run.value(input) + sequence * count, run.value(output) + sequence * count, mask: mask,
        count: count)
    }
  }

  func backward(_ run: Execution) {
    guard let (inputGradient, accumulate) = run.inputGradient(0, input) else { return }
    let sequences = input.shape[0]
    let count = input.count / sequences
    for sequence in 0..<sequences {
      let mask = run.context.dropoutMask(probability, site: site, sequence: sequence)
      Kernel.dropout(
        run.gradient(output) + sequence * count, inputGradient + sequence * count, mask: mask,
        accumulate: accumulate, count: count)
    }
  }
}

extension StepContext {
  /// The draws of dropout at a place in the model for one of the graph's sequences.
  func dropoutMask(_ probability: Float, site: UInt64, sequence: Int) -> DropoutMask {
    let stream = RandomStream(seed: seed, purpose: .dropout).narrowed(by: UInt64(step))
      .narrowed(by: UInt64(firstSequence + sequence)).narrowed(by: site)
    return DropoutMask(stream: stream, probability: Double(probability))
  }
}

extension Graph {
  /// Drops numbers of a [batch, …] tensor with a probability while training; elsewhere, or with
  /// probability 0, the input itself.
  func dropout(_ input: Tensor, probability: Float) -> Tensor {
    guard mode == .training, probability > 0 else { return input }
    let output = tensor(input.shape)
    record(
      Dropout(input: input, probability: probability, site: nextRandomSite(), output: output))
    return output
  }
}
