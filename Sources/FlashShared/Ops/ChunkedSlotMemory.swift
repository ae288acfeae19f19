/// A memory of many slots, read and written at a few of them, that changes between chunks of positions.
///
///     ρ_t = Σ_r τ_t[r] S_c[π_t[r]] for all positions t of chunk c
///     S_{c+1} = decay · S_c + Σ_{t in c, r} τ_t[r] w_t at slot π_t[r]
///
/// τ and π are [batch, time, K], w and ρ [batch, time, width], S₀ is a parameter [slots, width]. With
/// G_c the gradient of S_c, G_c = decay · G_{c+1} + Σ τ dρ at the slots read, the writes of chunk c
/// get theirs from G_{c+1}. Backward computes all S_c again. When decoding, the state is S_c and the
/// writes since.
struct ChunkedSlotMemory: Operation {
  let weights: Tensor
  let slots: Tensor
  let written: Tensor
  let initial: Parameter
  let decay: Float
  /// Positions of a chunk.
  let chunk: Int
  let output: Tensor
  let isDecoding: Bool

  var inputs: [Tensor] { [weights, written] }
  var outputs: [Tensor] { [output] }
  var auxiliaries: [Tensor] { [slots] }
  var retained: [Tensor] { [weights, written] }
  private var batch: Int { output.shape[0] }
  private var time: Int { output.shape[1] }
  private var width: Int { output.width }
  private var chosen: Int { weights.width }
  private var chunkCount: Int { (time + chunk - 1) / chunk }
  private var memoryCount: Int { initial.count }
  var stateCount: Int { batch * 2 * memoryCount }
  /// The memories of all chunks, and the gradient of one.
  var scratchCount: Int { isDecoding ? 0 : (chunkCount + 1) * memoryCount }

  func forward(_ run: Execution) {
    for sequence in 0..<batch {
      guard !isDecoding else {
        step(run, sequence)
        continue
      }
      let memory = run.scratch
      memory.update(from: run.value(initial), count: memoryCount)
      for c in 0..<chunkCount {
        let range = c * chunk..<min(time, (c + 1) * chunk)
        for t in range { read(run, sequence * time + t, memory) }
        guard c + 1 < chunkCount else { break }
        Kernel.scale(memory, by: decay, memory, count: memoryCount)
        for t in range { write(run, sequence * time + t, memory) }
      }
    }
  }

  func backward(_ run: Execution) {
    guard let (weightGradient, weightsAccumulate) = run.inputGradient(0, weights),
      let (writtenGradient, writtenAccumulates) = run.inputGradient(1, written)
    else { return }
    precondition(!weightsAccumulate && !writtenAccumulates, "only the memory reads its inputs")
    writtenGradient.update(repeating: 0, count: written.count)
    let slope = run.scratch + chunkCount * memoryCount
    for sequence in 0..<batch {
      run.scratch.update(from: run.value(initial), count: memoryCount)
      for c in 1..<max(1, chunkCount) {
        let memory = run.scratch + c * memoryCount
        Kernel.scale(memory - memoryCount, by: decay, memory, count: memoryCount)
        for t in (c - 1) * chunk..<c * chunk { write(run, sequence * time + t, memory) }
      }
      slope.update(repeating: 0, count: memoryCount)
      for c in stride(from: chunkCount - 1, through: 0, by: -1) {
        let memory = run.scratch + c * memoryCount
        let range = c * chunk..<min(time, (c + 1) * chunk)
        for t in range {
          let row = sequence * time + t
          writeGradient(
            run, row, slope, weightGradient + row * chosen, writtenGradient + row * width)
        }
        if c + 1 < chunkCount { Kernel.scale(slope, by: decay, slope, count: memoryCount) }
        for t in range {
          let row = sequence * time + t
          readGradient(run, row, memory, slope, weightGradient + row * chosen)
        }
      }
      let target = run.gradient(initial)
      Kernel.add(target, slope, target, count: memoryCount)
    }
  }

  /// Takes the positions of a decoding run one by one.
  private func step(_ run: Execution, _ sequence: Int) {
    let memory = run.state + sequence * 2 * memoryCount
    let writes = memory + memoryCount
    for t in 0..<time {
      let position = run.context.position + t
      if position == 0 {
        memory.update(from: run.value(initial), count: memoryCount)
      } else if position % chunk == 0 {
        let decay = decay
        Kernel.map(memory, writes, memory, count: memoryCount) { $0 * decay + $1 }
        writes.update(repeating: 0, count: memoryCount)
      }
      read(run, sequence * time + t, memory)
      write(run, sequence * time + t, writes)
    }
  }

  @inline(__always)
  private func place(_ run: Execution, _ row: Int, _ choice: Int) -> Int {
    Int(run.value(slots)[row * chosen + choice]) * width
  }

  private func read(_ run: Execution, _ row: Int, _ memory: UnsafeMutablePointer<Float>) {
    let result = run.value(output) + row * width
    result.update(repeating: 0, count: width)
    for choice in 0..<chosen {
      Kernel.axpy(
        run.value(weights)[row * chosen + choice], memory + place(run, row, choice), result,
        count: width)
    }
  }

  private func write(_ run: Execution, _ row: Int, _ memory: UnsafeMutablePointer<Float>) {
    for choice in 0..<chosen {
      Kernel.axpy(
        run.value(weights)[row * chosen + choice], run.value(written) + row * width,
        memory + place(run, row, choice), count: width)
    }
  }

  /// From the gradient of the memory after the chunk: sets that of the weights, adds that of w.
  private func writeGradient(
    _ run: Execution, _ row: Int, _ slope: UnsafeMutablePointer<Float>,
    _ weightGradient: UnsafeMutablePointer<Float>, _ writtenGradient: UnsafeMutablePointer<Float>
  ) {
    for choice in 0..<chosen {
      let slot = slope + place(run, row, choice)
      weightGradient[choice] = Kernel.dot(run.value(written) + row * width, slot, count: width)
      Kernel.axpy(
        run.value(weights)[row * chosen + choice], slot, writtenGradient, count: width)
    }
  }

  /// Adds the gradients of the weights and of the memory that a position reads.
  private func readGradient(
    _ run: Execution, _ row: Int, _ memory: UnsafeMutablePointer<Float>,
    _ slope: UnsafeMutablePointer<Float>, _ weightGradient: UnsafeMutablePointer<Float>
  ) {
    let dy = run.gradient(output) + row * width
    for choice in 0..<chosen {
      let slot = place(run, row, choice)
      weightGradient[choice] += Kernel.dot(dy, memory + slot, count: width)
      Kernel.axpy(
        run.value(weights)[row * chosen + choice], dy, slope + slot, count: width)
    }
  }
}

extension Graph {
  /// What each position reads from the slots of its address, [batch, time, width]; it sees what was
  /// `written` before its chunk.
  func chunkedSlotMemory(
    weights: Tensor, slots: Tensor, written: Tensor, initial: Parameter, decay: Float, chunk: Int
  ) -> Tensor {
    precondition(weights.shape == slots.shape && weights.rows == written.rows, "shapes differ")
    precondition(
      initial.shape == [initial.shape[0], written.width], "\(initial.name): wrong width")
    precondition(chunk > 0, "an empty chunk")
    let output = tensor(written.shape)
    record(
      ChunkedSlotMemory(
        weights: weights, slots: slots, written: written, initial: initial, decay: decay,
        chunk: chunk, output: output, isDecoding: mode == .decoding))
    return output
  }
}
