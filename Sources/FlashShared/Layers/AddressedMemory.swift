import Foundation

/// A memory of many slots at sparse product addresses, read as it was before the current chunk.
///
///     τ, π = the largest combinations of softmaxes of W_addr u
///     w = sigmoid(W_write_gate u) ⊙ tanh(W_val u)
///     y = W_read Σ_r τ[r] S[π[r]];   S ← decay · S + all τ[r] w at π[r] of the chunk, after it
public struct AddressedMemory: Sendable {
  /// The extents under the card's names.
  struct Shape: Sendable {
    /// n_sub, d_sub and k_top.
    let address: ProductAddressShape
    /// d_val.
    let width: Int
    /// mem_decay.
    let decay: Float
    /// mem_chunk.
    let chunk: Int

    init(_ configuration: ModelConfiguration) throws {
      let groups = try configuration.integer("n_sub")
      let size = try configuration.integer("d_sub")
      address = ProductAddressShape(
        groups: groups, size: size, chosen: try configuration.integer("k_top"))
      width = try configuration.integer("d_val")
      decay = try configuration.float("mem_decay")
      chunk = try configuration.integer("mem_chunk")
      // A slot's number is kept as a Float.
      guard Double(groups) * log2(Double(size)) <= 20, address.chosen <= address.slots else {
        throw configuration.failure(
          "d_sub",
          "there must be at least k_top and at most 2^20 slots: d_sub to the power of n_sub")
      }
    }
  }

  let initial: Parameter
  let address: Linear
  let value: Linear
  let writeGate: Linear
  let read: Linear
  let shape: Shape

  /// Declares `name.mem_init`, `.W_addr`, `.W_val`, `.W_write_gate` and `.W_read`.
  init(
    _ name: String, width: Int, _ shape: Shape, _ initialization: Initialization,
    in layout: inout ParameterLayout
  ) {
    initial = layout.declare(
      "\(name).mem_init", [shape.address.slots, shape.width], .normal(standardDeviation: 0.01))
    address = Linear(
      "\(name).W_addr", from: width, to: shape.address.groups * shape.address.size,
      initialization, in: &layout)
    // In the order in which they are multiplied, in one product.
    value = Linear("\(name).W_val", from: width, to: shape.width, initialization, in: &layout)
    writeGate = Linear(
      "\(name).W_write_gate", from: width, to: shape.width, initialization, in: &layout)
    read = Linear("\(name).W_read", from: shape.width, to: shape.width, initialization, in: &layout)
    self.shape = shape
  }

  /// What is read, [batch, time, d_val], and the weights of the slots, [batch, time, k_top].
  func callAsFunction(_ input: Tensor, in graph: Graph) -> (output: Tensor, weights: Tensor) {
    let (weights, slots) = graph.productAddress(address(input, in: graph), shape.address)
    let written = graph.gatedTanh(
      graph.concatenatedLinear(input, [value.weight, writeGate.weight]))
    let found = graph.chunkedSlotMemory(
      weights: weights, slots: slots, written: written, initial: initial, decay: shape.decay,
      chunk: shape.chunk)
    return (read(found, in: graph), weights)
  }
}
