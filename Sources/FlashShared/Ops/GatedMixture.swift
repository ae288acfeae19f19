/// A mixture of two tensors, channel by channel.
///
///     z = sigmoid(gate),   y = z ⊙ first + (1 − z) ⊙ second
///     dfirst = dy ⊙ z,   dsecond = dy ⊙ (1 − z),   dgate = dy ⊙ (first − second) ⊙ z ⊙ (1 − z)
struct GatedMixture: Operation {
  let gate: Tensor
  let first: Tensor
  let second: Tensor
  let output: Tensor

  var inputs: [Tensor] { [gate, first, second] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [gate, first, second] }

  func forward(_ run: Execution) {
    Kernel.gatedMixture(
      gate: run.value(gate), run.value(first), run.value(second), run.value(output),
      count: output.count)
  }

  func backward(_ run: Execution) {
    guard let (gateGradient, gateAccumulates) = run.inputGradient(0, gate),
      let (firstGradient, firstAccumulates) = run.inputGradient(1, first),
      let (secondGradient, secondAccumulates) = run.inputGradient(2, second)
    else { return }
    precondition(
      !gateAccumulates && !firstAccumulates && !secondAccumulates,
      "only the mixture reads its inputs")
    Kernel.gatedMixtureGradient(
      run.gradient(output), gate: run.value(gate), run.value(first), run.value(second),
      gateGradient: gateGradient, firstGradient: firstGradient, secondGradient: secondGradient,
      count: output.count)
  }
}

extension Kernel {
  /// sigmoid(gate) ⊙ first + (1 − sigmoid(gate)) ⊙ second.
  static func gatedMixture(
    gate: Source, _ first: Source, _ second: Source, _ output: Destination, count: Int
  ) {
    forEachBlock(count: count) { i, n in
      let b = load(second + i, count: n)
      let z = FlashShared.sigmoid(load(gate + i, count: n))
      store(multiplyAdd(z, load(first + i, count: n) - b, b), output + i, count: n)
    }
  }

  /// The gradients of `gatedMixture`, overwritten.
  static func gatedMixtureGradient(
    _ outputGradient: Source, gate: Source, _ first: Source, _ second: Source,
    gateGradient: Destination, firstGradient: Destination, secondGradient: Destination, count: Int
  ) {
    forEachBlock(count: count) { i, n in
      let d = load(outputGradient + i, count: n)
      let z = FlashShared.sigmoid(load(gate + i, count: n))
      let difference = load(first + i, count: n) - load(second + i, count: n)
      let part = d * z
      store(part, firstGradient + i, count: n)
      store(d - part, secondGradient + i, count: n)
      store((part - part * z) * difference, gateGradient + i, count: n)
    }
  }
}

extension Graph {
  /// `first` and `second` mixed by the sigmoid of `gate`: 1 is all `first`.
  func gatedMixture(gate: Tensor, _ first: Tensor, _ second: Tensor) -> Tensor {
    precondition(gate.shape == first.shape && first.shape == second.shape, "shapes differ")
    let output = tensor(first.shape)
    record(GatedMixture(gate: gate, first: first, second: second, output: output))
    return output
  }
}
