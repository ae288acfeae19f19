/// A graph that ends in logits.
public final class LogitGraph {
  /// The graph.
  public let graph: Graph
  /// What the model's forward pass gave.
  public let output: ModelOutput
  private let logitTensor: Tensor

  /// Records a model and its vocabulary head.
  public init(
    _ model: any LanguageModel, _ store: ParameterStore, mode: Graph.Mode, batch: Int, time: Int,
    contextLength: Int = 0
  ) {
    graph = Graph(store, mode: mode, batch: batch, time: time, contextLength: contextLength)
    output = model(graph)
    logitTensor = graph.linear(output.hidden, output.head)
    graph.keep(logitTensor)
    for block in output.blockOutputs where mode == .evaluation { graph.keep(block) }
  }

  /// Runs the graph over tokens, [batch, time], and gives the logits, [batch, time, vocabulary].
  ///
  /// When decoding, the tokens continue what has been consumed.
  public func logits(_ tokens: [Int32]) -> [Float] {
    run(tokens)
    return Array(graph.values(of: logitTensor))
  }

  /// Runs the graph and leaves the logits in its memory.
  func run(_ tokens: some Collection<Int32>) {
    precondition(tokens.count == graph.batch * graph.time, "wrong number of tokens")
    _ = graph.tokens.update(fromContentsOf: tokens)
    graph.forward()
    if graph.mode == .decoding { graph.context.position += graph.time }
  }

  /// The logits of the last run.
  var values: UnsafeMutableBufferPointer<Float> { graph.values(of: logitTensor) }
}
