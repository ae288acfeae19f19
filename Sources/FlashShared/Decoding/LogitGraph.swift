/// A graph that ends in logits.
public final class LogitGraph {
  /// The graph.
  public let graph: Graph
  /// What the model's forward pass gave.
  public let output: ModelOutput
  private let logitTensor: Tensor
  /// [batch, time, 1]: the value head's output, where it was asked for.
  private let valueTensor: Tensor?
  /// [batch, time, width] and [batch, time, vocabulary]: the compass and its products with the
  /// vocabulary's embeddings, where they were asked for.
  private let compassTensors: (direction: Tensor, products: Tensor)?

  /// Records a model and its vocabulary head.
  ///
  /// - Parameter guides: what else is computed; the model must have it.
  public init(
    _ model: any LanguageModel, _ store: ParameterStore, mode: Graph.Mode, batch: Int, time: Int,
    contextLength: Int = 0, guides: DecodingGuides = []
  ) {
    graph = Graph(store, mode: mode, batch: batch, time: time, contextLength: contextLength)
    output = model(graph)
    logitTensor = graph.linear(output.hidden, output.head)
    graph.keep(logitTensor)
    for block in output.blockOutputs where mode == .evaluation { graph.keep(block) }
    if guides.contains(.value) {
      guard let hidden = output.blockOutputs.last, let head = model.valueHead else {
        preconditionFailure("the model has no value head")
      }
      let value = graph.linear(hidden, head)
      graph.keep(value)
      valueTensor = value
    } else {
      valueTensor = nil
    }
    if guides.contains(.compass) {
      guard let compass = model.compass else { preconditionFailure("the model has no compass") }
      let direction = compass(output.hidden, in: graph)
      let products = graph.linear(direction, output.head)
      graph.keep(direction)
      graph.keep(products)
      compassTensors = (direction, products)
    } else {
      compassTensors = nil
    }
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

  /// The logits of a sequence's last position in the last run.
  func lastLogits(of sequence: Int) -> UnsafeMutableBufferPointer<Float> {
    last(logitTensor, of: sequence)
  }

  /// The value of a sequence's last position in the last run; nil if it was not asked for.
  func lastValue(of sequence: Int) -> Float? { valueTensor.map { last($0, of: sequence)[0] } }

  /// The compass at a sequence's last position, and its product with each token's embedding; nil if
  /// they were not asked for.
  func lastCompass(
    of sequence: Int
  ) -> (direction: UnsafeMutableBufferPointer<Float>, products: UnsafeMutableBufferPointer<Float>)?
  {
    compassTensors.map { (last($0.direction, of: sequence), last($0.products, of: sequence)) }
  }

  private func last(_ tensor: Tensor, of sequence: Int) -> UnsafeMutableBufferPointer<Float> {
    let end = (sequence + 1) * graph.time * tensor.width
    return UnsafeMutableBufferPointer(
      rebasing: graph.values(of: tensor)[(end - tensor.width)..<end])
  }
}
