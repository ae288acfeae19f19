/// A model's computation for one shape of batch, recorded once and run many times.
///
/// A model's forward pass calls the graph's operations, which records them. The first run lays all
/// tensors out in one arena; from then on a run allocates nothing. `backward()` walks the
/// operations in reverse and adds to the parameters' gradients.
///
/// A graph belongs to one thread at a time. Workers have one each over the same parameter store.
public final class Graph {
  /// What the graph is for.
  public enum Mode: Sendable {
    /// Forward and backward, dropout on.
    case training
    /// Forward only, dropout off.
    case evaluation
    /// Forward only, a token or a few at a time: operations that mix positions keep a state.
    case decoding
  }

  /// What the graph is for.
  public let mode: Mode
  /// Sequences in a run.
  public let batch: Int
  /// Positions of each sequence in a run.
  public let time: Int
  /// When decoding, how many positions a cache holds.
  public let contextLength: Int
  /// The weights.
  public let store: ParameterStore
  /// Matrices of the store that lie packed as well, if any.
  let packedWeights: PackedWeights?
  /// What the next run depends on.
  public var context = StepContext()

  private(set) var operations: [any Operation] = []
  private(set) var shapes: [[Int]] = []
  private var keptTensors: Set<Int> = []
  private var lossSlots: [String] = []
  private var siteCount = 0
  private var arena: Arena?
  private let tokenBuffer: FloatBuffer
  private let targetBuffer: FloatBuffer

  /// An empty graph.
  ///
  /// - Parameter contextLength: when decoding, the number of positions that caches hold; otherwise
  ///   unused.
  public convenience init(
    _ store: ParameterStore, mode: Mode, batch: Int, time: Int, contextLength: Int = 0
  ) {
    self.init(
      store, mode: mode, batch: batch, time: time, contextLength: contextLength,
      packedWeights: nil)
  }

  init(
    _ store: ParameterStore, mode: Mode, batch: Int, time: Int, contextLength: Int = 0,
    packedWeights: PackedWeights?
  ) {
    precondition(batch > 0 && time > 0, "an empty graph")
    self.store = store
    self.mode = mode
    self.batch = batch
    self.time = time
    self.contextLength = contextLength
    self.packedWeights = packedWeights
    tokenBuffer = FloatBuffer(count: batch * time)
    targetBuffer = FloatBuffer(count: batch * time)
    tokens.update(repeating: 0)
    targets.update(repeating: -1)
  }

  // MARK: Inputs

  /// The input tokens, [batch, time]; to be set before a run.
  public var tokens: UnsafeMutableBufferPointer<Int32> { Self.integers(tokenBuffer) }

  /// The target tokens, [batch, time]; −1 where nothing is scored. To be set before a run that
  /// computes losses.
  public var targets: UnsafeMutableBufferPointer<Int32> { Self.integers(targetBuffer) }

  private static func integers(_ buffer: FloatBuffer) -> UnsafeMutableBufferPointer<Int32> {
    UnsafeMutableRawBufferPointer(start: buffer.pointer, count: buffer.count * 4)
      .bindMemory(to: Int32.self)
  }

  // MARK: Recording

  /// Declares a tensor.
  func tensor(_ shape: [Int]) -> Tensor {
    precondition(arena == nil, "the graph has been laid out")
    shapes.append(shape)
    return Tensor(index: shapes.count - 1, shape: shape)
  }

  /// Adds an operation to the end.
  func record(_ operation: some Operation) { operations.append(operation) }

  /// Keeps a tensor's numbers until the end of a run, so that they can be read.
  public func keep(_ tensor: Tensor) { keptTensors.insert(tensor.index) }

  /// A place in the graph that draws random numbers of its own, counted in recording order.
  func nextRandomSite() -> UInt64 {
    defer { siteCount += 1 }
    return UInt64(siteCount)
  }

  /// The slot under which a loss term of this name adds up.
  func lossSlot(_ name: String) -> Int {
    if let slot = lossSlots.firstIndex(of: name) { return slot }
    lossSlots.append(name)
    precondition(lossSlots.count <= SIMD8<Float>.scalarCount, "too many loss terms")
    return lossSlots.count - 1
  }

  // MARK: Running

  /// Computes all operations in order.
  public func forward() {
    checkPackedWeights()
    let arena = laidOutArena()
    arena.clearLosses()
    var run = execution(arena, parameterGradients: nil)
    for (index, operation) in operations.enumerated() {
      run.state = arena.state(of: index)
      operation.forward(run)
    }
  }

  /// Computes all operations in order, then the gradients in reverse, which are added to
  /// `gradients`.
  func forwardAndBackward(addingTo gradients: FloatBuffer) {
    precondition(mode == .training, "only training graphs have gradients")
    checkPackedWeights()
    precondition(gradients.count >= store.layout.storageCount, "the gradient buffer is too short")
    let arena = laidOutArena()
    arena.clearLosses()
    var run = execution(arena, parameterGradients: gradients.pointer)
    for (index, operation) in operations.enumerated() {
      run.state = arena.state(of: index)
      operation.forward(run)
    }
    for index in operations.indices.reversed() where arena.plan.participates[index] {
      for tensor in arena.plan.cleared[index] {
        arena.gradientPointer(tensor)?.update(repeating: 0, count: shapes[tensor].reduce(1, *))
      }
      run.inputGradientRules = arena.rules(of: index)
      operations[index].backward(run)
    }
  }

  /// The numbers of a tensor after a run; those of tensors that were not kept may be overwritten.
  public func values(of tensor: Tensor) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(
      start: laidOutArena().valuePointer(tensor.index), count: tensor.count)
  }

  /// The sum of a loss term over the last run, in nats; nil if the graph has no such term.
  public func loss(_ name: String) -> Double? {
    lossSlots.firstIndex(of: name).map { laidOutArena().losses[$0] }
  }

  /// The sum of the loss term in a slot over the last run, in nats.
  func loss(_ slot: Int) -> Double { laidOutArena().losses[slot] }

  /// The names of all loss terms, in slot order.
  public var lossNames: [String] { lossSlots }

  /// Bytes that the graph's tensors, scratch and state take.
  public var memoryBytes: Int { laidOutArena().byteCount }

  // MARK: Decoding state

  /// Forgets what has been consumed.
  public func resetState() {
    context.position = 0
    laidOutArena().clearState()
  }

  /// Makes what all sequences have consumed the same as what one of them has.
  public func copyState(ofSequence source: Int) {
    precondition((0..<batch).contains(source), "no such sequence")
    let arena = laidOutArena()
    for (index, operation) in operations.enumerated()
    where operation.stateCount > 0 && !operation.sharesState {
      let count = operation.stateCount / batch
      let first = arena.state(of: index)
      for sequence in 0..<batch where sequence != source {
        (first + sequence * count).update(from: first + source * count, count: count)
      }
    }
  }

  /// Takes over what another graph's only sequence has consumed, for all sequences. The same model
  /// must have begun both graphs; the numbers of positions of a run may differ.
  func takeOverState(of other: Graph) {
    precondition(other.batch == 1, "more than one sequence to choose from")
    let arena = laidOutArena()
    let source = other.laidOutArena()
    for (index, operation) in operations.enumerated() where operation.stateCount > 0 {
      let copies = operation.sharesState ? 1 : batch
      let count = operation.stateCount / copies
      precondition(other.operations[index].stateCount == count, "the state of another model")
      for copy in 0..<copies {
        (arena.state(of: index) + copy * count).update(
          from: source.state(of: index), count: count)
      }
    }
    context.position = other.context.position
  }

  /// Weights that changed since they were packed would be multiplied as they were.
  private func checkPackedWeights() {
    guard let packedWeights else { return }
    precondition(
      packedWeights.generation == store.generation, "the weights changed after they were packed")
  }

  private func laidOutArena() -> Arena {
    if let arena { return arena }
    let overwritten = OverwrittenTensors(
      operations, kept: keptTensors, withGradients: mode == .training)
    precondition(overwritten.conflict == nil, overwritten.conflict ?? "")
    let plan = MemoryPlan(
      operations: operations, shapes: shapes, kept: keptTensors, withGradients: mode == .training)
    let arena = Arena(
      plan: plan, operations: operations, lossCount: lossSlots.count,
      hasState: mode == .decoding)
    self.arena = arena
    return arena
  }

  private func execution(
    _ arena: Arena, parameterGradients: UnsafeMutablePointer<Float>?
  ) -> Execution {
    Execution(
      values: arena.valuePointers, gradients: arena.gradientPointers,
      inputGradientRules: arena.rules(of: 0), parameterValues: store.values.pointer,
      derivedParameterValues: store.derivedValues.pointer,
      packedParameterValues: store.packedValues.pointer,
      parameterGradients: parameterGradients, scratch: arena.scratch, state: arena.state(of: 0),
      context: context, tokens: UnsafePointer(tokens.baseAddress!),
      targets: UnsafePointer(targets.baseAddress!), losses: arena.losses)
  }
}
