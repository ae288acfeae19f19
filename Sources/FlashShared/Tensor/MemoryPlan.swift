/// Where each tensor and each gradient lies in the arena, from when they are first written to when
/// they are last read.
///
/// Time runs over the forward operations and then back over them: with n operations, operation i
/// runs forward at i and backward at 2n − 1 − i. Two blocks may share memory if their times do not
/// overlap. Blocks are placed in order of size, the largest first, each at the lowest free place.
struct MemoryPlan {
  /// Where each tensor's values begin.
  private(set) var valueOffsets: [Int]
  /// Where each tensor's gradient begins; nil for tensors that no loss depends on.
  private(set) var gradientOffsets: [Int?]
  /// The length of the arena.
  private(set) var count = 0
  /// For each operation, what it does with the gradient of each input.
  private(set) var rules: [[GradientRule]]
  /// Whether an operation has a part in the backward pass.
  private(set) var participates: [Bool]
  /// For each operation, outputs whose gradient nobody writes: they are zero.
  private(set) var cleared: [[Int]]
  /// For each operation, inputs whose gradient it is the first to write.
  private(set) var firstWritten: [[Int]]

  private struct Block {
    var first: Int
    var last: Int
    var count: Int
    var offset = 0
  }

  init(
    operations: [any Operation], shapes: [[Int]], kept: Set<Int>, withGradients: Bool
  ) {
    let end = 2 * operations.count
    var values = shapes.map { Block(first: end, last: -1, count: Self.padded($0.reduce(1, *))) }
    var gradients: [Block?] = shapes.map { _ in nil }
    rules = operations.map { $0.inputs.map { _ in .overwrite } }
    participates = operations.map { _ in false }
    cleared = operations.map { _ in [] }
    firstWritten = cleared

    func use(_ tensor: Tensor, at time: Int) {
      values[tensor.index].first = min(values[tensor.index].first, time)
      values[tensor.index].last = max(values[tensor.index].last, time)
    }
    for (index, operation) in operations.enumerated() {
      for tensor in operation.inputs + operation.outputs + operation.auxiliaries {
        use(tensor, at: index)
      }
    }
    for tensor in kept { values[tensor].last = end }

    if withGradients {
      // From the losses back: an operation takes part if it is a loss or if an output's gradient
      // has been written.
      for index in operations.indices.reversed() {
        let operation = operations[index]
        let written = operation.outputs.filter { gradients[$0.index] != nil }
        guard operation.isLoss || !written.isEmpty else { continue }
        let time = end - 1 - index
        participates[index] = true
        for output in operation.outputs {
          if gradients[output.index] == nil {
            gradients[output.index] = Block(
              first: time, last: time, count: Self.padded(output.count))
            cleared[index].append(output.index)
          }
          gradients[output.index]?.last = time
        }
        for (position, input) in operation.inputs.enumerated() {
          if gradients[input.index] == nil {
            gradients[input.index] = Block(
              first: time, last: time, count: Self.padded(input.count))
            firstWritten[index].append(input.index)
          } else {
            rules[index][position] = .accumulate
            gradients[input.index]?.last = time
          }
        }
        for tensor in operation.retained + operation.auxiliaries { use(tensor, at: time) }
      }
    }

    // Values and gradients in one list of blocks, placed together.
    var blocks = values
    var gradientBlocks: [Int?] = gradients.map { _ in nil }
    for (tensor, block) in gradients.enumerated() {
      if let block {
        gradientBlocks[tensor] = blocks.count
        blocks.append(block)
      }
    }
    count = Self.place(&blocks)
    valueOffsets = shapes.indices.map { blocks[$0].offset }
    gradientOffsets = gradientBlocks.map { $0.map { blocks[$0].offset } }
  }

  /// Gives each block an offset and returns the length of the arena.
  private static func place(_ blocks: inout [Block]) -> Int {
    var placed: [Block] = []
    var length = 0
    let order = blocks.indices.sorted {
      (blocks[$0].count, blocks[$1].first) > (blocks[$1].count, blocks[$0].first)
    }
    for index in order {
      let block = blocks[index]
      let contemporaries = placed.filter { $0.first <= block.last && block.first <= $0.last }
        .sorted { $0.offset < $1.offset }
      var offset = 0
      for other in contemporaries where other.offset < offset + block.count {
        offset = max(offset, other.offset + other.count)
      }
      blocks[index].offset = offset
      placed.append(blocks[index])
      length = max(length, offset + block.count)
    }
    return length
  }

  private static func padded(_ count: Int) -> Int { (count + 15) & ~15 }
}
