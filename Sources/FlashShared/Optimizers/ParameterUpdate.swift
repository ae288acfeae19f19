/// What all workers do together at the end of an optimiser step: add up the gradients in worker
/// order, sum the squares for the norm, update the parameters by AdamW.
///
/// Parameters are cut into blocks, which the workers share out. Blocks are disjoint, so nothing is
/// written by two workers, and they do not depend on the number of workers, so neither does the norm.
final class ParameterUpdate: WorkerTask, @unchecked Sendable {
  enum Phase { case summing, updating }

  /// A piece of a parameter: the unit in which the work is shared and the norm is summed, so that
  /// the norm does not depend on the number of workers.
  private struct Block {
    let parameter: Int
    let offset: Int
    let count: Int
  }

  // Set by the optimiser while no worker runs.
  var phase = Phase.summing
  var gradients: [FloatBuffer] = []
  var isActive: [Bool] = []
  var learningRate = 0.0
  var gradientScale: Float = 1
  var workers = 1
  var updateCounts: [Int]
  /// Sums of squares by block, written by the workers.
  private let squares: UnsafeMutablePointer<Double>

  private let store: ParameterStore
  private let settings: AdamWSettings
  private let firstMoments: FloatBuffer
  private let secondMoments: FloatBuffer
  private let weightDecays: [Double]
  private let learningRateScales: [Double]
  private let blocks: [Block]
  private static let blockLength = 1 << 15

  init(
    _ store: ParameterStore, _ settings: AdamWSettings, _ firstMoments: FloatBuffer,
    _ secondMoments: FloatBuffer
  ) {
    self.store = store
    self.settings = settings
    self.firstMoments = firstMoments
    self.secondMoments = secondMoments
    let parameters = store.layout.parameters
    let groups = parameters.map { parameter in
      settings.groups.first { AdamW.matches($0.pattern, parameter.name) }
    }
    weightDecays = groups.map { $0?.weightDecay ?? settings.weightDecay }
    learningRateScales = groups.map { $0?.learningRateScale ?? 1 }
    blocks = parameters.flatMap { parameter in
      stride(from: 0, to: parameter.count, by: Self.blockLength).map { start in
        Block(
          parameter: parameter.index, offset: parameter.gradientOffset + start,
          count: min(Self.blockLength, parameter.count - start))
      }
    }
    squares = .allocate(capacity: max(1, blocks.count))
    squares.initialize(repeating: 0, count: max(1, blocks.count))
    updateCounts = parameters.map { _ in 0 }
  }

  deinit { squares.deallocate() }

  /// The square of the gradients' norm, after summing.
  var sumOfSquares: Double {
    var sum = 0.0
    for index in blocks.indices { sum += squares[index] }
    return sum
  }

  func run(worker: Int) {
    let share = WorkerPool.share(of: blocks.count, worker: worker, workers: workers)
    switch phase {
    case .summing:
      for index in share { sumGradients(blocks[index], index) }
    case .updating:
      for index in share { update(blocks[index]) }
    }
  }

  private func sumGradients(_ block: Block, _ index: Int) {
    let sum = gradients[0].pointer + block.offset
    for buffer in 1..<gradients.count {
      Kernel.add(sum, gradients[buffer].pointer + block.offset, sum, count: block.count)
    }
    squares[index] = isActive[block.parameter] ? Kernel.sumOfSquares(sum, count: block.count) : 0
  }

  private func update(_ block: Block) {
    guard isActive[block.parameter] else { return }
    let rate = learningRate * learningRateScales[block.parameter]
    Kernel.adamW(
      parameters: store.values.pointer + block.offset,
      gradients: gradients[0].pointer + block.offset,
      firstMoments: firstMoments.pointer + block.offset,
      secondMoments: secondMoments.pointer + block.offset, count: block.count,
      learningRate: rate, beta1: settings.beta1, beta2: settings.beta2,
      epsilon: settings.epsilon, weightDecay: weightDecays[block.parameter],
      step: updateCounts[block.parameter], gradientScale: gradientScale)
  }
}
