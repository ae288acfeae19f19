/// A block of the CORTEX line: causal attention for the near past, a memory for all of it, mixed by
/// a gate; then a gated feed-forward.
///
///     a = RMS1(h), b = RMS_delta(h)
///     z = sigmoid(a·W_gateᵀ)
///     h ← h + (z ⊙ Attention(a) + (1 − z) ⊙ Memory(b))·W_combineᵀ
///     f = RMS2(h)
///     h ← h + Dropout((silu(f·Wgᵀ) ⊙ (f·Wuᵀ))·Woᵀ)
public struct CortexBlock: Sendable {
  /// The extents of a block under the cards' names.
  struct Shape: Sendable {
    /// d_model.
    var width: Int
    /// n_heads, d_head and the window.
    var attention: AttentionShape
    /// n_heads and d_mem.
    var memory: MemoryShape
    /// d_ff.
    var feedForwardWidth: Int
    var dropout: Float
  }

  /// What a block gives, its streams for comparison with other implementations.
  struct Output {
    /// [batch, time, d_model] each.
    var hidden: Tensor
    var attention: Tensor
    var memory: Tensor
  }

  let norm1: RMSNorm
  let memoryNorm: RMSNorm
  let norm2: RMSNorm
  let qkv: Linear
  let attentionOut: Linear
  let memory: DeltaMemory
  let gate: Linear
  let combine: Linear
  let feedGate: Linear
  let feedUp: Linear
  let feedDown: Linear
  let shape: Shape

  /// Declares the parameters of the cards under `name`.
  ///
  /// - Parameter attention: the part of the attention's names: `swa` or `attn`.
  init(
    _ name: String, _ shape: Shape, attention: String, rule: DeltaMemory.Rule,
    memoryDropout: DeltaMemory.DropoutPlace = .read, in layout: inout ParameterLayout
  ) {
    let width = shape.width
    let inner = shape.attention.heads * shape.attention.headWidth
    let feed = shape.feedForwardWidth
    let normal = Initialization.normal(standardDeviation: 0.02)
    norm1 = RMSNorm("\(name).ln1", width: width, in: &layout)
    memoryNorm = RMSNorm("\(name).ln_delta", width: width, in: &layout)
    norm2 = RMSNorm("\(name).ln2", width: width, in: &layout)
    qkv = Linear("\(name).\(attention).qkv", from: width, to: 3 * inner, normal, in: &layout)
    attentionOut = Linear("\(name).\(attention).out", from: inner, to: width, normal, in: &layout)
    memory = DeltaMemory(
      "\(name).delta", width: width, shape.memory, rule, dropout: shape.dropout,
      at: memoryDropout, normal, in: &layout)
    gate = Linear("\(name).combine_gate", from: width, to: width, normal, in: &layout)
    combine = Linear("\(name).combine_out", from: width, to: width, normal, in: &layout)
    feedGate = Linear("\(name).Wg", from: width, to: feed, normal, in: &layout)
    feedUp = Linear("\(name).Wu", from: width, to: feed, normal, in: &layout)
    feedDown = Linear("\(name).Wo", from: feed, to: width, normal, in: &layout)
    self.shape = shape
  }

  func callAsFunction(_ hidden: Tensor, in graph: Graph) -> Output {
    let near = norm1(hidden, in: graph)  // [batch, time, d_model]
    let attended = graph.causalAttention(
      qkv(near, in: graph), shape.attention, dropout: shape.dropout)
    let local = attentionOut(attended, in: graph)
    let global = memory(memoryNorm(hidden, in: graph), in: graph)
    let mixture = graph.gatedMixture(gate: gate(near, in: graph), local, global)
    let mixed = graph.add(hidden, combine(mixture, in: graph))

    let projected = graph.concatenatedLinear(
      norm2(mixed, in: graph), [feedGate.weight, feedUp.weight])  // [batch, time, 2 · d_ff]
    let fed = feedDown(graph.swiGLU(projected), in: graph)
    return Output(
      hidden: graph.add(mixed, graph.dropout(fed, probability: shape.dropout)),
      attention: local, memory: global)
  }
}
