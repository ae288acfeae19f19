/// Computes the loss of each target of a few windows of the same length.
protocol WindowScorer: AnyObject {
  /// Windows that are taken at a time.
  var batch: Int { get }
  /// Targets of a window.
  var time: Int { get }

  /// Scores windows.
  ///
  /// - Parameters:
  ///   - inputs, targets: [batch, time]; targets of −1 are not scored.
  ///   - losses: receives nats, [batch, time]; 0 where nothing is scored.
  ///   - hits: receives 1 where the most probable token is the target, else 0.
  func score(_ inputs: [Int32], _ targets: [Int32], _ losses: inout [Float], _ hits: inout [Float])
}

/// How windows are scored.
public enum ScoringForm: String, Sendable {
  /// All positions of a window in one forward pass, as in training.
  case parallel
  /// Token by token through the decoding state: a prediction cannot see what follows.
  case incremental
  /// Each prefix of a window by itself, for models that do not decode incrementally.
  case prefixes

  /// The form in which a model's predictions see nothing but what came before.
  public static func prefixOnly(_ model: any LanguageModel) -> ScoringForm {
    model.decodesIncrementally ? .incremental : .prefixes
  }

  /// Windows to take at a time: enough for matrix products to run at full speed, few enough that
  /// tensors stay in the cache.
  func batch(time: Int) -> Int { self == .incremental ? 16 : max(1, 256 / time) }

  func scorer(
    _ model: any LanguageModel, _ store: ParameterStore, batch: Int, time: Int
  ) -> any WindowScorer {
    switch self {
    case .parallel: ParallelScorer(model, store, batch: batch, time: time)
    case .incremental: IncrementalScorer(model, store, batch: batch, time: time)
    case .prefixes: PrefixScorer(model, store, batch: batch, time: time)
    }
  }
}

/// A graph that ends in the loss of the next token.
private struct LossGraph {
  let graph: Graph
  let scored: ScoredPositions

  init(
    _ model: any LanguageModel, _ store: ParameterStore, mode: Graph.Mode, batch: Int, time: Int,
    contextLength: Int = 0
  ) {
    graph = Graph(store, mode: mode, batch: batch, time: time, contextLength: contextLength)
    let output = model(graph)
    scored = graph.crossEntropy(
      output.hidden, head: output.head, name: "cross_entropy", positionsPerSequence: time)
  }

  var losses: UnsafeMutableBufferPointer<Float> { graph.values(of: scored.losses) }
  var hits: UnsafeMutableBufferPointer<Float> {
    guard let hits = scored.hits else { fatalError("a training graph counts no hits") }
    return graph.values(of: hits)
  }
}

private final class ParallelScorer: WindowScorer {
  let batch: Int
  let time: Int
  private let loss: LossGraph

  init(_ model: any LanguageModel, _ store: ParameterStore, batch: Int, time: Int) {
    self.batch = batch
    self.time = time
    loss = LossGraph(model, store, mode: .evaluation, batch: batch, time: time)
  }

  func score(
    _ inputs: [Int32], _ targets: [Int32], _ losses: inout [Float], _ hits: inout [Float]
  ) {
    _ = loss.graph.tokens.update(fromContentsOf: inputs)
    _ = loss.graph.targets.update(fromContentsOf: targets)
    loss.graph.forward()
    for (index, value) in loss.losses.enumerated() { losses[index] = value }
    for (index, value) in loss.hits.enumerated() { hits[index] = value }
  }
}

private final class IncrementalScorer: WindowScorer {
  let batch: Int
  let time: Int
  private let loss: LossGraph

  init(_ model: any LanguageModel, _ store: ParameterStore, batch: Int, time: Int) {
    self.batch = batch
    self.time = time
    loss = LossGraph(
      model, store, mode: .decoding, batch: batch, time: 1, contextLength: time)
  }

  func score(
    _ inputs: [Int32], _ targets: [Int32], _ losses: inout [Float], _ hits: inout [Float]
  ) {
    loss.graph.resetState()
    for position in 0..<time {
      for sequence in 0..<batch {
        loss.graph.tokens[sequence] = inputs[sequence * time + position]
        loss.graph.targets[sequence] = targets[sequence * time + position]
      }
      loss.graph.forward()
      loss.graph.context.position += 1
      for sequence in 0..<batch {
        losses[sequence * time + position] = loss.losses[sequence]
        hits[sequence * time + position] = loss.hits[sequence]
      }
    }
  }
}

/// Costs `time` forward passes instead of one.
private final class PrefixScorer: WindowScorer {
  let batch: Int
  let time: Int
  private let model: any LanguageModel
  private let store: ParameterStore

  init(_ model: any LanguageModel, _ store: ParameterStore, batch: Int, time: Int) {
    self.batch = batch
    self.time = time
    self.model = model
    self.store = store
  }

  func score(
    _ inputs: [Int32], _ targets: [Int32], _ losses: inout [Float], _ hits: inout [Float]
  ) {
    for index in losses.indices {
      losses[index] = 0
      hits[index] = 0
    }
    for length in 1...time {
      let position = length - 1
      let isScored = (0..<batch).contains { targets[$0 * time + position] >= 0 }
      if Interruption.pending != nil { return }
      guard isScored else { continue }
      let loss = LossGraph(model, store, mode: .evaluation, batch: batch, time: length)
      for sequence in 0..<batch {
        for offset in 0..<length {
          loss.graph.tokens[sequence * length + offset] = inputs[sequence * time + offset]
        }
        loss.graph.targets[sequence * length + position] = targets[sequence * time + position]
      }
      loss.graph.forward()
      for sequence in 0..<batch {
        losses[sequence * time + position] = loss.losses[sequence * length + position]
        hits[sequence * time + position] = loss.hits[sequence * length + position]
      }
    }
  }
}
