/// The logits of the next token of several sequences of the same length, as tokens are appended.
///
/// Models that decode incrementally take one token at a time and keep a state: a token costs the
/// same whatever came before it, except that full attention looks back at up to `contextLength`
/// positions. Its cache is a ring: beyond that many tokens, the oldest are overwritten, positions
/// go on counting, and what a cached position took from still older ones stays in it.
///
/// A model with early exits may let tokens leave at them: see `DepthDecoder`.
///
/// Other models, and all where `recomputes` is asked for, run over the last `contextLength` tokens
/// again for each token, as the reference's scripts do.
public final class Decoder {
  /// Sequences side by side.
  public let batch: Int
  /// Positions that the model looks back at.
  public let contextLength: Int
  /// Whether tokens are taken one at a time.
  public let isIncremental: Bool
  /// What is computed besides logits.
  public let guides: DecodingGuides
  private let model: any LanguageModel
  private let store: ParameterStore
  /// Where tokens may leave early.
  private let depth: AdaptiveDepth?
  /// The temperature of sampling, which exits depend on.
  private let exitTemperature: Double
  /// With `depth`, what takes the place of `current`.
  private var depthDecoder: DepthDecoder?
  /// The graph of the last run: one token when incremental, else as many as there were.
  private var current: LogitGraph?
  /// When incremental, a graph without logits that takes the blocks of long prompts.
  private var block: Graph?
  /// When recomputing, the graph over a full context.
  private var full: LogitGraph?
  /// When recomputing, the last tokens of each sequence.
  private var windows: [[Int32]]
  private var inputs: [Int32]
  /// By token, the reciprocal norm of its embedding; computed when the compass is first asked for.
  private var inverseNorms: [Float] = []

  /// - Parameters:
  ///   - guides: what is computed besides logits; the model must have it (`LanguageModel.guides`).
  ///   - exitTemperature: lets tokens leave at the model's early exits, if it has any, by their
  ///     confidence at this temperature of sampling; nil lets all go through the whole model. Not
  ///     together with guides.
  public init(
    _ model: any LanguageModel, _ store: ParameterStore, batch: Int, contextLength: Int,
    recomputes: Bool = false, guides: DecodingGuides = [], exitTemperature: Double? = nil
  ) {
    precondition(batch > 0 && contextLength > 0, "nothing to decode")
    self.model = model
    self.store = store
    self.batch = batch
    self.contextLength = contextLength
    self.guides = guides
    depth = exitTemperature == nil ? nil : model.depth
    precondition(depth == nil || guides.isEmpty, "guides need the whole model")
    self.exitTemperature = max(exitTemperature ?? 1, 1e-5)
    let readsPrefix = depth?.needsAllPositions == true
    isIncremental = model.decodesIncrementally && !readsPrefix && !recomputes
    windows = (0..<batch).map { _ in [] }
    inputs = [Int32](repeating: 0, count: batch)
    guard isIncremental else { return }
    if let depth {
      depthDecoder = DepthDecoder(
        depth, store, mode: .decoding, batch: batch, time: 1, contextLength: contextLength,
        temperature: self.exitTemperature)
    } else {
      current = LogitGraph(
        model, store, mode: .decoding, batch: batch, time: 1, contextLength: contextLength,
        guides: guides)
    }
  }

  /// Forgets all tokens.
  public func reset() {
    if isIncremental {
      current?.graph.resetState()
      depthDecoder?.reset()
    } else {
      for sequence in windows.indices { windows[sequence].removeAll(keepingCapacity: true) }
    }
  }

  /// Tokens of a prompt that go through the model at a time: as many as give each the bits that it
  /// gets alone.
  static let blockLength = Kernel.fewRows

  /// Appends the same tokens to all sequences.
  ///
  /// Long prompts at the beginning go through the model in blocks, once for all sequences, so that
  /// the weights are read once a block.
  public func append(prompt: some Collection<Int32>) {
    if isIncremental {
      var rest = Array(prompt)[...]
      if let current, current.graph.context.position == 0, rest.count > Self.blockLength {
        rest = takeBlocks(rest, into: current.graph)
      }
      for token in rest {
        for sequence in inputs.indices { inputs[sequence] = token }
        run(inputs)
      }
    } else {
      for sequence in windows.indices {
        windows[sequence] = (windows[sequence] + prompt).suffix(contextLength)
      }
      recompute()
    }
  }

  /// Takes whole blocks from the front of a prompt, and leaves a token at least for the logits.
  private func takeBlocks(_ prompt: ArraySlice<Int32>, into target: Graph) -> ArraySlice<Int32> {
    let block = self.block ?? makeBlock()
    self.block = block
    block.resetState()
    var rest = prompt
    while rest.count > Self.blockLength {
      _ = block.tokens.update(fromContentsOf: rest.prefix(Self.blockLength))
      block.forward()
      block.context.position += Self.blockLength
      rest = rest.dropFirst(Self.blockLength)
    }
    target.takeOverState(of: block)
    return rest
  }

  private func makeBlock() -> Graph {
    let graph = Graph(
      store, mode: .decoding, batch: 1, time: Self.blockLength, contextLength: contextLength)
    _ = model(graph)
    return graph
  }

  /// Appends one token to each sequence.
  public func append(_ tokens: [Int32]) {
    precondition(tokens.count == batch, "one token a sequence")
    if isIncremental {
      run(tokens)
    } else {
      for (sequence, token) in tokens.enumerated() {
        if windows[sequence].count == contextLength { windows[sequence].removeFirst() }
        windows[sequence].append(token)
      }
      recompute()
    }
  }

  /// Makes all sequences continuations of one of them: its tokens become everybody's. What was
  /// computed for the last tokens stays as it was until tokens are appended.
  public func branch(from sequence: Int) {
    precondition((0..<batch).contains(sequence), "no such sequence")
    if isIncremental {
      current?.graph.copyState(ofSequence: sequence)
    } else {
      for other in windows.indices where other != sequence { windows[other] = windows[sequence] }
    }
  }

  /// The logits after the last token of a sequence; valid until tokens are appended.
  public func logits(of sequence: Int) -> some RandomAccessCollection<Float> {
    depthDecoder?.logits(of: checked(sequence)) ?? last.lastLogits(of: checked(sequence))
  }

  /// What the value head says of a sequence's last token: how hard the tokens after it will be.
  ///
  /// - Precondition: the decoder was made with the guide `value`.
  public func value(of sequence: Int) -> Float {
    guard let value = last.lastValue(of: checked(sequence)) else {
      preconditionFailure("the decoder computes no values")
    }
    return value
  }

  /// Replaces `cosines` by those of the angles between a sequence's compass and each token's
  /// embedding.
  ///
  /// - Precondition: the decoder was made with the guide `compass`.
  public func fillCompass(of sequence: Int, _ cosines: inout [Float]) {
    guard let (direction, products) = last.lastCompass(of: checked(sequence)) else {
      preconditionFailure("the decoder computes no compass")
    }
    if inverseNorms.isEmpty { inverseNorms = Self.inverseNorms(store, last.output.head) }
    let inverse = Self.inverseNorm(direction)
    cosines.removeAll(keepingCapacity: true)
    for (product, inverseNorm) in zip(products, inverseNorms) {
      cosines.append(product * inverse * inverseNorm)
    }
  }

  private var last: LogitGraph {
    guard let current else { preconditionFailure("no token has been appended") }
    return current
  }

  private func checked(_ sequence: Int) -> Int {
    precondition((0..<batch).contains(sequence), "no such sequence")
    return sequence
  }

  private static func inverseNorms(_ store: ParameterStore, _ head: Parameter) -> [Float] {
    let values = store.copyValues(of: head)
    let width = head.shape[1]
    return (0..<head.shape[0]).map { inverseNorm(values[($0 * width)..<(($0 + 1) * width)]) }
  }

  /// 1/‖x‖, for a norm of at least 1e-8.
  private static func inverseNorm(_ vector: some Collection<Float>) -> Float {
    1 / max(vector.reduce(0) { $0 + $1 * $1 }.squareRoot(), 1e-8)
  }

  private func run(_ tokens: [Int32]) {
    current?.run(tokens)
    depthDecoder?.run(tokens)
  }

  private func recompute() {
    let length = windows[0].count
    precondition(length > 0, "no token has been appended")
    let tokens = windows.joined().map(\.self)
    if let depth {
      if length != depthDecoder?.time {
        depthDecoder = DepthDecoder(
          depth, store, mode: .evaluation, batch: batch, time: length, contextLength: 0,
          temperature: exitTemperature)
      }
      depthDecoder?.run(tokens)
      return
    }
    if length == contextLength, let full {
      current = full
    } else if current?.graph.time != length {
      current = LogitGraph(
        model, store, mode: .evaluation, batch: batch, time: length, guides: guides)
      if length == contextLength { full = current }
    }
    current?.run(tokens)
  }
}
