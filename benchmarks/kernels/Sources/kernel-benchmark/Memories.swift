import FlashShared

/// The memories of v7.4, all heads of one sequence, up to 65,536 positions: the nanoseconds an element
/// (of the values) stay the same: time is linear.
func measureMemories() {
  let heads = 4
  let width = 32
  let inner = heads * width
  let stride = 3 * inner + heads
  for time in [256, 512, 1024, 2048, 4096, 8192, 16_384, 65_536] {
    let rows = operand(time * stride)
    let slopes = operand(time * stride)
    let norms = operand(2 * time * heads)
    let read = operand(time * inner)
    let writes = operand(time * inner)
    let stateCount = Kernel.deltaStateCount(time: time, width: width)
    let states = operand(heads * stateCount)
    let stateGradient = operand(width * width)
    let scratch = operand(
      max(
        Kernel.deltaScratchCount(width: width), Kernel.linearMemoryScratchCount(width: width)))
    Kernel.memoryProjection(rows, inverseNorms: norms, rows: time, heads: heads, width: width)
    let elements = Work.elements(time * inner)
    func deltaForward() {
      for head in 0..<heads {
        let k = rows + head * width
        Kernel.deltaRule(
          keys: k, values: k + inner, queries: k + 2 * inner, rowStride: stride,
          strengths: rows + 3 * inner + head, read: read + head * width, readStride: inner,
          writes: writes + head * time * width, states: states + head * stateCount, time: time,
          width: width, scratch: scratch)
      }
    }
    func deltaBackward() {
      for head in 0..<heads {
        let k = rows + head * width
        let dk = slopes + head * width
        for index in 0..<width * width { stateGradient[index] = 0 }
        Kernel.deltaRuleGradient(
          readGradient: read + head * width, readStride: inner, keys: k, queries: k + 2 * inner,
          rowStride: stride, strengths: rows + 3 * inner + head,
          writes: writes + head * time * width, states: states + head * stateCount,
          stateGradient: stateGradient, keyGradient: dk, valueGradient: dk + inner,
          queryGradient: dk + 2 * inner, logStrengthGradient: slopes + 3 * inner + head,
          gradientStride: stride, time: time, width: width, scratch: scratch)
      }
    }
    measure("deltaRule \(time)", elements, deltaForward)
    measure("deltaRuleGradient \(time)", elements, deltaBackward)
    if filter.isEmpty || "delta rule forward and backward".contains(filter) {
      let seconds = fastest {
        deltaForward()
        deltaBackward()
      }
      // What lives from the forward to the backward pass, the gradients of the inputs, and scratch.
      let floats =
        2 * time * stride + 2 * time * inner + heads * stateCount
        + Kernel.deltaScratchCount(width: width) + width * width
      print(
        "{\"benchmark\":\"delta_rule\",\"positions\":\(time),\"nanoseconds_per_position\":"
          + String(format: "%.1f", seconds * 1e9 / Double(time)) + ",\"bytes_per_position\":"
          + String(format: "%.0f", 4 * Double(floats) / Double(time)) + "}")
    }
    for (name, reach) in [("future", MemoryReach.presentAndFuture), ("past", .presentAndPast)] {
      let scale: Float = 0.18
      measure("linearMemory \(name) \(time)", elements) {
        for head in 0..<heads {
          let k = rows + head * width
          Kernel.linearMemory(
            reach, keys: k, values: k + inner, queries: k + 2 * inner, rowStride: stride,
            strengths: rows + 3 * inner + head, output: read + head * width, outputStride: inner,
            states: states + head * stateCount, time: time, width: width, scale: scale,
            scratch: scratch)
        }
      }
      measure("linearMemoryGradient \(name) \(time)", elements) {
        for head in 0..<heads {
          let k = rows + head * width
          let dk = slopes + head * width
          Kernel.linearMemoryGradient(
            reach, outputGradient: writes + head * width, outputStride: inner, keys: k,
            values: k + inner, queries: k + 2 * inner, rowStride: stride,
            strengths: rows + 3 * inner + head, states: states + head * stateCount,
            keyGradient: dk, valueGradient: dk + inner, queryGradient: dk + 2 * inner,
            strengthGradient: slopes + 3 * inner + head, gradientStride: stride, time: time,
            width: width, scale: scale, scratch: scratch)
        }
      }
    }
    measure("memoryProjection \(time)", elements) {
      Kernel.memoryProjection(rows, inverseNorms: norms, rows: time, heads: heads, width: width)
    }
    for memory in [rows, slopes, norms, read, writes, states, stateGradient, scratch] {
      memory.deallocate()
    }
  }
}
