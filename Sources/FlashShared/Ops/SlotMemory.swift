/// A memory of slots that every position writes to through gates and reads by weights.
///
///     G_t = sigmoid(g_t);   M_t[s] = G_t[s] Y_t + (1 − G_t[s]) M_{t−1}[s]
///     y_t = concatenation over s of R_t[s] M_t[s]
///
/// g and R are [batch, time, slots], Y is [batch, time, slotWidth], y [batch, time, slots · slotWidth].
/// M starts from zeros, or from a memory [batch, slots, slotWidth] that is given without gradient.
/// Backward computes all M again. When decoding, M is the state.
struct SlotMemory: Operation {
  let gates: Tensor
  let written: Tensor
  let readWeights: Tensor
  let initial: Tensor?
  let output: Tensor
  /// [batch, slots, slotWidth]: M after the last position, which has no gradient.
  let final: Tensor
  let isDecoding: Bool

  var inputs: [Tensor] { [gates, written, readWeights] }
  var outputs: [Tensor] { [output] }
  var auxiliaries: [Tensor] { [final] + (initial.map { [$0] } ?? []) }
  var retained: [Tensor] { inputs }
  private var batch: Int { gates.shape[0] }
  private var time: Int { gates.shape[1] }
  private var slots: Int { gates.width }
  private var slotWidth: Int { written.width }
  private var memoryCount: Int { slots * slotWidth }
  var stateCount: Int { batch * memoryCount }
  /// G and its gradient of one position, the gradient of M, and M before and after each position.
  var scratchCount: Int { 2 * slots + memoryCount * (time + 2) }

  func forward(_ run: Execution) {
    let gate = run.scratch
    let memory = gate + 2 * slots
    for sequence in 0..<batch {
      load(run, sequence, memory)
      for t in 0..<time {
        let row = sequence * time + t
        write(run, row, gate, memory, memory)
        for slot in 0..<slots {
          let place = slot * slotWidth
          Kernel.scale(
            memory + place, by: run.value(readWeights)[row * slots + slot],
            run.value(output) + row * memoryCount + place, count: slotWidth)
        }
      }
      (run.value(final) + sequence * memoryCount).update(from: memory, count: memoryCount)
      if isDecoding {
        (run.state + sequence * memoryCount).update(from: memory, count: memoryCount)
      }
    }
  }

  func backward(_ run: Execution) {
    guard let (gateGradient, a) = run.inputGradient(0, gates),
      let (writtenGradient, b) = run.inputGradient(1, written),
      let (readGradient, c) = run.inputGradient(2, readWeights)
    else { return }
    precondition(!a && !b && !c, "only the memory reads its projections")
    writtenGradient.update(repeating: 0, count: written.count)
    let gate = run.scratch
    let memoryGradient = gate + 2 * slots
    let memories = memoryGradient + memoryCount
    for sequence in 0..<batch {
      load(run, sequence, memories)
      for t in 0..<time {
        let before = memories + t * memoryCount
        write(run, sequence * time + t, gate, before, before + memoryCount)
      }
      memoryGradient.update(repeating: 0, count: memoryCount)
      for t in stride(from: time - 1, through: 0, by: -1) {
        let row = sequence * time + t
        let before = memories + t * memoryCount
        let dy = run.gradient(output) + row * memoryCount
        let y = run.value(written) + row * slotWidth
        Kernel.sigmoid(run.value(gates) + row * slots, gate, count: slots)
        for slot in 0..<slots {
          let place = slot * slotWidth
          let dM = memoryGradient + place
          let g = gate[slot]
          Kernel.axpy(run.value(readWeights)[row * slots + slot], dy + place, dM, count: slotWidth)
          readGradient[row * slots + slot] = Kernel.dot(
            dy + place, before + memoryCount + place, count: slotWidth)
          let slope =
            Kernel.dot(dM, y, count: slotWidth) - Kernel.dot(dM, before + place, count: slotWidth)
          gateGradient[row * slots + slot] = slope * g * (1 - g)
          Kernel.axpy(g, dM, writtenGradient + row * slotWidth, count: slotWidth)
          Kernel.scale(dM, by: 1 - g, dM, count: slotWidth)
        }
      }
    }
  }

  /// Sets the memory to what a sequence starts from.
  private func load(
    _ run: Execution, _ sequence: Int, _ memory: UnsafeMutablePointer<Float>
  ) {
    if isDecoding {
      memory.update(from: run.state + sequence * memoryCount, count: memoryCount)
    } else if let initial {
      memory.update(from: run.value(initial) + sequence * memoryCount, count: memoryCount)
    } else {
      memory.update(repeating: 0, count: memoryCount)
    }
  }

  /// M_t from M_{t−1}; both may be the same memory.
  private func write(
    _ run: Execution, _ row: Int, _ gate: UnsafeMutablePointer<Float>,
    _ before: UnsafeMutablePointer<Float>, _ after: UnsafeMutablePointer<Float>
  ) {
    let y = run.value(written) + row * slotWidth
    Kernel.sigmoid(run.value(gates) + row * slots, gate, count: slots)
    for slot in 0..<slots {
      let place = slot * slotWidth
      let g = gate[slot]
      let rest = 1 - g
      Kernel.map(y, before + place, after + place, count: slotWidth) { $0 * g + $1 * rest }
    }
  }
}

extension Graph {
  /// A gated memory of slots: what each position reads, [batch, time, slots · slotWidth], and the
  /// memory after the last one, [batch, slots, slotWidth], which passes no gradient on.
  func slotMemory(
    gates: Tensor, written: Tensor, readWeights: Tensor, startingFrom initial: Tensor? = nil
  ) -> (read: Tensor, memory: Tensor) {
    precondition(gates.shape == readWeights.shape && gates.rows == written.rows, "shapes differ")
    precondition(initial == nil || mode != .decoding, "a memory of the whole window cannot decode")
    let output = tensor([batch, time, gates.width * written.width])
    let final = tensor([batch, gates.width, written.width])
    record(
      SlotMemory(
        gates: gates, written: written, readWeights: readWeights, initial: initial,
        output: output, final: final, isDecoding: mode == .decoding))
    return (output, final)
  }
}
