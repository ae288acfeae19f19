/// A recorded step of a graph: a forward computation and the backward one that belongs to it.
///
/// Operations are coarse (a linear map, an attention, a loss), so that what surrounds their kernels
/// costs nothing measurable. They hold no numbers: memory is the graph's, found through `Execution`.
protocol Operation: Sendable {
  /// What `forward` reads and `backward` gives gradients to, in this order.
  var inputs: [Tensor] { get }
  /// What `forward` writes and `backward` has gradients of.
  var outputs: [Tensor] { get }
  /// Written by `forward`, read by `backward`, without gradients: statistics, argmaxes, masks.
  var auxiliaries: [Tensor] { get }
  /// Those inputs and outputs whose values `backward` reads; others are not kept for it.
  var retained: [Tensor] { get }
  /// Those inputs that `forward` writes over: no other operation may read them afterwards, which
  /// `MemoryPlan` sees to.
  var overwritten: [Tensor] { get }
  /// Floats of scratch memory that either direction needs.
  var scratchCount: Int { get }
  /// Floats that survive from one run to the next when the graph decodes: caches, memories.
  var stateCount: Int { get }
  /// Matrices that rows are multiplied with (`LinearWeight`): a trainer packs them once per step.
  var matrices: [Parameter] { get }
  /// Whether all sequences share that state; otherwise each has an equal part of it, one after the
  /// other.
  var sharesState: Bool { get }
  /// Whether gradients begin here.
  var isLoss: Bool { get }

  func forward(_ run: Execution)
  func backward(_ run: Execution)
}

extension Operation {
  var auxiliaries: [Tensor] { [] }
  var retained: [Tensor] { [] }
  var overwritten: [Tensor] { [] }
  var scratchCount: Int { 0 }
  var stateCount: Int { 0 }
  var sharesState: Bool { false }
  var matrices: [Parameter] { [] }
  var isLoss: Bool { false }
}
