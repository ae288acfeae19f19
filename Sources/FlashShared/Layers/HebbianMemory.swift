/// An associative memory of outer products that fades: each position stores a key under a value and
/// reads, with a query that is compared with the values, a mixture of the keys.
///
///     read_j = n^(−½) Σ_{i ≤ j} d_ij (v_i·q_j)/sqrt(M) k_i;   y_j = mem_out(read_j)
///
/// d is a constant power of the distance, or the product of the forget gates after i up to j. n is
/// the number of positions that the model was made for; published, the number that happen to be in
/// the input, so that the memory's strength depends on how much text follows.
public struct HebbianMemory: Sendable {
  let key: Linear
  let value: Linear
  let query: Linear
  let out: Linear
  let decay: Decay
  /// n, or nil for the length of the input.
  let length: Int?

  /// How what was stored fades.
  enum Decay: Sendable {
    /// By the same factor from each position to the next.
    case constant(Float)
    /// By the same factor, each position reading from itself and those after it.
    case constantReversed(Float)
    /// By sigmoid of this map, [1, width].
    case gated(Linear)
  }

  /// Declares `name.key_proj`, `val_proj`, `query_proj` [memoryWidth, width] and `mem_out` [width,
  /// memoryWidth].
  init(
    _ name: String, width: Int, memoryWidth: Int, decay: Decay, length: Int?,
    in layout: inout ParameterLayout
  ) {
    func projection(_ part: String) -> Linear {
      Linear(
        "\(name).\(part)_proj", from: width, to: memoryWidth, .fanOut(memoryWidth), in: &layout)
    }
    key = projection("key")
    value = projection("val")
    query = projection("query")
    out = Linear(
      "\(name).mem_out", from: memoryWidth, to: width, .normal(standardDeviation: 0.01),
      in: &layout)
    self.decay = decay
    self.length = length
  }

  func callAsFunction(_ input: Tensor, in graph: Graph) -> Tensor {
    let (keys, values) = (key(input, in: graph), value(input, in: graph))
    let queries = query(input, in: graph)  // [batch, time, memoryWidth]
    let scale = 1 / Float((length ?? graph.time) * queries.width).squareRoot()
    let graphDecay: Graph.Decay
    var isReversed = false
    switch decay {
    case .constant(let factor): graphDecay = .constant(factor)
    case .constantReversed(let factor):
      graphDecay = .constant(factor)
      isReversed = true
    case .gated(let gate):
      graphDecay = .logarithms(graph.logSigmoid(gate(input, in: graph), epsilon: 1e-8))
    }
    // The attention's keys are this memory's values, and the other way round.
    let read = graph.decayedLinearAttention(
      queries: queries, keys: values, values: keys, decay: graphDecay, scale: scale,
      isReversed: isReversed)
    return out(read, in: graph)
  }
}
