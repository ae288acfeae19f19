/// The logits of the next token of several sequences of the same length, as tokens are appended.
///
/// Models that decode incrementally take one token at a time and keep a state: a token costs the
/// same whatever came before it, except that full attention looks back at up to `contextLength`
/// positions. Its cache is a ring: beyond that many tokens, the oldest are overwritten, positions
/// go on counting, and what a cached position took from still older ones stays in it.
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
  private let model: any LanguageModel
  private let store: ParameterStore
  /// The graph of the last run: one token when incremental, else as many as there were.
  private var current: LogitGraph?
  /// When recomputing, the graph over a full context.
  private var full: LogitGraph?
  /// When recomputing, the last tokens of each sequence.
  private var windows: [[Int32]]
  private var inputs: [Int32]

  public init(
    _ model: any LanguageModel, _ store: ParameterStore, batch: Int, contextLength: Int,
    recomputes: Bool = false
  ) {
    precondition(batch > 0 && contextLength > 0, "nothing to decode")
    self.model = model
    self.store = store
    self.batch = batch
    self.contextLength = contextLength
    isIncremental = model.decodesIncrementally && !recomputes
    windows = (0..<batch).map { _ in [] }
    inputs = [Int32](repeating: 0, count: batch)
    if isIncremental {
      current = LogitGraph(
        model, store, mode: .decoding, batch: batch, time: 1, contextLength: contextLength)
    }
  }

  /// Forgets all tokens.
  public func reset() {
    if isIncremental {
      current?.graph.resetState()
    } else {
      for sequence in windows.indices { windows[sequence].removeAll(keepingCapacity: true) }
    }
  }

  /// Appends the same tokens to all sequences.
  public func append(prompt: some Collection<Int32>) {
    if isIncremental {
      for token in prompt {
        for sequence in inputs.indices { inputs[sequence] = token }
        current?.run(inputs)
      }
    } else {
      for sequence in windows.indices {
        windows[sequence] = (windows[sequence] + prompt).suffix(contextLength)
      }
      recompute()
    }
  }

  /// Appends one token to each sequence.
  public func append(_ tokens: [Int32]) {
    precondition(tokens.count == batch, "one token a sequence")
    if isIncremental {
      current?.run(tokens)
    } else {
      for (sequence, token) in tokens.enumerated() {
        if windows[sequence].count == contextLength { windows[sequence].removeFirst() }
        windows[sequence].append(token)
      }
      recompute()
    }
  }

  /// The logits after the last token of a sequence; valid until tokens are appended.
  public func logits(of sequence: Int) -> some RandomAccessCollection<Float> {
    precondition((0..<batch).contains(sequence), "no such sequence")
    guard let current else { fatalError("no token has been appended") }
    let width = model.vocabularySize
    let end = (sequence + 1) * current.graph.time * width
    return UnsafeMutableBufferPointer(rebasing: current.values[(end - width)..<end])
  }

  private func recompute() {
    let length = windows[0].count
    precondition(length > 0, "no token has been appended")
    if length == contextLength, let full {
      current = full
    } else if current?.graph.time != length {
      current = LogitGraph(model, store, mode: .evaluation, batch: batch, time: length)
      if length == contextLength { full = current }
    }
    current?.run(windows.joined().map(\.self))
  }
}
