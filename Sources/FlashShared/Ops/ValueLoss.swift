/// The squared error of a value head against targets that are constants.
///
///     v_t = w·h_t,   loss = share · Σ_sequences mean_{t < count} (v_t − g_t)²
///     dh_t = 2 weight (v_t − g_t) w,   dw += Σ_t 2 weight (v_t − g_t) h_t
struct ValueLoss: Operation {
  /// [batch, time, width].
  let hidden: Tensor
  /// [1, width].
  let head: Parameter
  /// [batch, time, 1].
  let targets: Tensor
  /// [batch, time, 1]: v − g; 0 behind the last target.
  let errors: Tensor
  /// Positions of a sequence that have a target.
  let count: Int
  /// A factor of loss and gradient: several heads share a slot.
  let share: Float
  let slot: Int

  var inputs: [Tensor] { [hidden] }
  var outputs: [Tensor] { [] }
  var auxiliaries: [Tensor] { [targets, errors] }
  var retained: [Tensor] { [hidden] }
  var lossSlots: [Int] { [slot] }

  func forward(_ run: Execution) {
    let (time, width) = (hidden.shape[1], hidden.width)
    let result = run.value(errors)
    Kernel.matrixVector(
      run.value(hidden), run.value(head), result, rows: hidden.rows, columns: width)
    var total = 0.0
    for sequence in 0..<hidden.shape[0] {
      let first = sequence * time
      for t in 0..<time {
        let error = t < count ? result[first + t] - run.value(targets)[first + t] : 0
        result[first + t] = error
        total += Double(error * error)
      }
    }
    run.losses[slot] += total * Double(share) / Double(count)
  }

  func backward(_ run: Execution) {
    guard let (gradient, accumulate) = run.inputGradient(0, hidden) else { return }
    let width = hidden.width
    let weight =
      2 * share * run.context.lossWeights[slot] / Float(count * run.context.sequencesPerStep)
    let headGradient = run.gradient(head)
    for row in 0..<hidden.rows {
      let slope = weight * run.value(errors)[row]
      let target = gradient + row * width
      if !accumulate { Kernel.fill(target, 0, count: width) }
      guard slope != 0 else { continue }
      Kernel.axpy(slope, run.value(head), target, count: width)
      Kernel.axpy(slope, run.value(hidden) + row * width, headGradient, count: width)
    }
  }
}

extension Graph {
  /// Adds the squared error of the values `hidden`·`head`ᵀ against `targets` to the slot `name`: for
  /// each sequence the mean over its first `count` positions, times `share`.
  func valueLoss(
    _ hidden: Tensor, head: Parameter, targets: Tensor, count: Int, share: Float, name: String
  ) {
    precondition(head.shape == [1, hidden.width], "\(head.name): not a value head")
    record(
      ValueLoss(
        hidden: hidden, head: head, targets: targets, errors: tensor([batch, time, 1]),
        count: count, share: share, slot: lossSlot(name)))
  }
}
