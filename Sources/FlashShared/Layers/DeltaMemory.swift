/// The global stream of the CORTEX blocks: a memory that is written and read by keys.
///
/// The documentation describes the delta rule; the published scripts computed a linear attention
/// over present and future instead. All rules have the same parameters.
public struct DeltaMemory: Sendable {
  /// What is computed from keys, values, queries and strengths.
  public enum Rule: Sendable {
    /// M ← M + β (v − M k) kᵀ.
    case delta
    /// Linear attention, with a reach.
    case linear(MemoryReach)

    /// The rule of a variant: sound versions have the documented one.
    init(_ variant: Variant) {
      switch variant {
      case .sound: self = .delta
      case .published: self = .linear(.presentAndFuture)
      case .repaired: self = .linear(.presentAndPast)
      }
    }
  }

  /// What dropout is applied to.
  public enum DropoutPlace: Sendable {
    /// What was read, before its projection.
    case read
    /// The projection of what was read.
    case output
  }

  let key: Linear
  let value: Linear
  let query: Linear
  let strength: Linear
  let out: Linear
  let shape: MemoryShape
  let rule: Rule
  let dropout: Float
  let dropoutPlace: DropoutPlace

  /// Declares `name.k_proj`, `.v_proj`, `.q_proj`, `.beta_proj` and `.mem_out`.
  init(
    _ name: String, width: Int, _ shape: MemoryShape, _ rule: Rule, dropout: Float,
    at dropoutPlace: DropoutPlace = .read, _ initialization: Initialization,
    in layout: inout ParameterLayout
  ) {
    let inner = shape.heads * shape.width
    // In the order in which `deltaRule` reads them, so that they are multiplied in one product.
    key = Linear("\(name).k_proj", from: width, to: inner, initialization, in: &layout)
    value = Linear("\(name).v_proj", from: width, to: inner, initialization, in: &layout)
    query = Linear("\(name).q_proj", from: width, to: inner, initialization, in: &layout)
    strength = Linear(
      "\(name).beta_proj", from: width, to: shape.heads, initialization, in: &layout)
    out = Linear("\(name).mem_out", from: inner, to: width, initialization, in: &layout)
    self.shape = shape
    self.rule = rule
    self.dropout = dropout
    self.dropoutPlace = dropoutPlace
  }

  func callAsFunction(_ input: Tensor, in graph: Graph) -> Tensor {
    let projected = graph.concatenatedLinear(
      input, [key.weight, value.weight, query.weight, strength.weight])
    let read =
      switch rule {
      case .delta: graph.deltaRule(projected, shape)
      case .linear(let reach): graph.linearMemory(projected, shape, reach)
      }  // [batch, time, heads · d_mem]
    return switch dropoutPlace {
    case .read: out(graph.dropout(read, probability: dropout), in: graph)
    case .output: graph.dropout(out(read, in: graph), probability: dropout)
    }
  }
}
