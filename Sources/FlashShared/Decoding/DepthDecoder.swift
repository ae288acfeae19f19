import Foundation

/// The logits of the next token from a model of adaptive depth: those of the first exit that is
/// confident enough, else of the whole model.
///
/// Incrementally, stages behind the exit do not see the token at once. Its states wait; when a later
/// token goes further, the stages first catch up with what waits, so that every logit is what a run
/// over the whole context would give. Sequences side by side go through a stage together: those that
/// have left keep the logits of their exit.
final class DepthDecoder {
  private let depth: AdaptiveDepth
  private let stages: [DepthStage]
  private let batch: Int
  /// Positions that a run takes.
  let time: Int
  private let temperature: Double
  /// By stage: states of tokens that it has not seen, oldest first.
  private var waiting: [[[Float]]]
  /// By sequence: the stage that its logits come from.
  private(set) var depths: [Int]

  /// - Parameters:
  ///   - mode: decoding, to take a token at a time, or evaluation, to take whole contexts.
  ///   - temperature: that of sampling, positive.
  init(
    _ depth: AdaptiveDepth, _ store: ParameterStore, mode: Graph.Mode, batch: Int, time: Int,
    contextLength: Int, temperature: Double
  ) {
    self.depth = depth
    self.batch = batch
    self.time = time
    self.temperature = temperature
    var stages: [DepthStage] = []
    for index in 0..<depth.stageCount {
      stages.append(
        DepthStage(
          depth, index, store, mode: mode, batch: batch, time: time,
          contextLength: contextLength, inputWidth: stages.last?.width))
    }
    self.stages = stages
    waiting = stages.map { _ in [] }
    depths = [Int](repeating: stages.count - 1, count: batch)
  }

  /// Forgets all tokens.
  func reset() {
    for stage in stages { stage.reset() }
    for index in waiting.indices { waiting[index] = [] }
  }

  /// Runs tokens, [batch, time], through the stages.
  func run(_ tokens: some Collection<Int32>) {
    var undecided = Set(0..<batch)
    var states = stages[0].run(tokens: tokens)
    for index in stages.indices {
      if index > 0 {
        guard !undecided.isEmpty else {
          waiting[index].append(states)
          return
        }
        catchUp(index)
        states = stages[index].run(states: states)
      }
      stages[index].runExit(states)
      for sequence in undecided where isLast(index) || isConfident(index, sequence) {
        depths[sequence] = index
        undecided.remove(sequence)
      }
    }
  }

  /// Runs what waits for a stage through it; it then waits for the next one.
  private func catchUp(_ stage: Int) {
    for states in waiting[stage] {
      let result = stages[stage].run(states: states)
      if !isLast(stage) { waiting[stage + 1].append(result) }
    }
    waiting[stage].removeAll(keepingCapacity: true)
  }

  private func isLast(_ stage: Int) -> Bool { stage == stages.count - 1 }

  private func isConfident(_ stage: Int, _ sequence: Int) -> Bool {
    let time = stages[stage].time
    let positions = depth.needsAllPositions ? 0..<time : time - 1..<time
    let least = positions.map {
      stages[stage].confidence(sequence: sequence, position: $0, temperature: temperature)
    }.min()
    return least.map { $0 > depth.thresholds[stage] } ?? false
  }

  /// The logits after the last token of a sequence; valid until tokens are run.
  func logits(of sequence: Int) -> UnsafeMutableBufferPointer<Float> {
    let stage = stages[depths[sequence]]
    return stage.logits(sequence: sequence, position: stage.time - 1)
  }
}

/// One stage of a model and the exit behind it, each a graph of its own, so that a stage that catches
/// up computes no logits.
private final class DepthStage {
  let time: Int
  let width: Int
  private let body: Graph
  private let exit: Graph
  private let bodyInput: FloatBuffer?
  private let exitInput: FloatBuffer
  private let states: Tensor
  private let logitTensor: Tensor

  init(
    _ depth: AdaptiveDepth, _ index: Int, _ store: ParameterStore, mode: Graph.Mode, batch: Int,
    time: Int, contextLength: Int, inputWidth: Int?
  ) {
    self.time = time
    let body = Graph(store, mode: mode, batch: batch, time: time, contextLength: contextLength)
    let input = inputWidth.map { body.givenStates(width: $0) }
    states = depth.stage(index, input?.tensor, body)
    body.keep(states)
    width = states.width
    self.body = body
    bodyInput = input?.buffer

    exit = Graph(store, mode: mode, batch: batch, time: time, contextLength: contextLength)
    let reached = exit.givenStates(width: states.width)
    let head = depth.exit(index, reached.tensor, exit)
    logitTensor = exit.linear(head.hidden, head.head)
    exit.keep(logitTensor)
    exitInput = reached.buffer
  }

  func reset() { if body.mode == .decoding { body.resetState() } }

  func run(tokens: some Collection<Int32>) -> [Float] {
    precondition(tokens.count == body.tokens.count, "wrong number of tokens")
    _ = body.tokens.update(fromContentsOf: tokens)
    return run()
  }

  func run(states input: [Float]) -> [Float] {
    guard let bodyInput else { preconditionFailure("the first stage takes tokens") }
    _ = bodyInput[0..<bodyInput.count].update(from: input)
    return run()
  }

  private func run() -> [Float] {
    body.forward()
    if body.mode == .decoding { body.context.position += time }
    return Array(body.values(of: states))
  }

  func runExit(_ states: [Float]) {
    _ = exitInput[0..<exitInput.count].update(from: states)
    exit.forward()
  }

  func logits(sequence: Int, position: Int) -> UnsafeMutableBufferPointer<Float> {
    let width = logitTensor.width
    let first = (sequence * time + position) * width
    return UnsafeMutableBufferPointer(
      rebasing: exit.values(of: logitTensor)[first..<first + width])
  }

  /// 1 − H/ln V.
  func confidence(sequence: Int, position: Int, temperature: Double) -> Double {
    let numbers = logits(sequence: sequence, position: position)
    guard let first = numbers.baseAddress, numbers.count > 1 else { return 1 }
    let entropy = Kernel.softmaxEntropy(
      first, scale: Float(1 / temperature), count: numbers.count)
    return 1 - Double(entropy) / log(Double(numbers.count))
  }
}

/// States that the graph's owner sets before a run. Only graphs without gradients have it.
private struct GivenStates: Operation {
  let buffer: FloatBuffer
  let output: Tensor

  var inputs: [Tensor] { [] }
  var outputs: [Tensor] { [output] }

  func forward(_ run: Execution) {
    run.value(output).update(from: buffer.pointer, count: output.count)
  }

  func backward(_ run: Execution) { preconditionFailure("given states have no gradient") }
}

extension Graph {
  /// A tensor [batch, time, width] whose numbers are those of the buffer at the time of a run.
  fileprivate func givenStates(width: Int) -> (tensor: Tensor, buffer: FloatBuffer) {
    precondition(mode != .training, "given states have no gradient")
    let output = tensor([batch, time, width])
    let buffer = FloatBuffer(count: output.count)
    record(GivenStates(buffer: buffer, output: output))
    return (output, buffer)
  }
}
