import Testing

@testable import FlashShared

/// What threads share cannot be used wrongly without a trap.
@Suite struct SharedMemoryTests {
  private final class Nested: WorkerTask {
    let pool: WorkerPool
    init(_ pool: WorkerPool) { self.pool = pool }
    func run(worker: Int) { if worker == 0 { pool.run(self) } }
  }

  @Test func aPoolRunsOneTaskAtATime() async {
    await #expect(processExitsWith: .failure) {
      let pool = WorkerPool(count: 2)
      pool.run(Nested(pool))
    }
  }

  @Test func threadMemoryHasOneUserAtATime() async {
    await #expect(processExitsWith: .failure) {
      _ = ThreadMemory.borrow(10)
      _ = ThreadMemory.borrow(10)
    }
    for count in [10, 100_000, 10] {
      let memory = ThreadMemory.borrow(count)
      memory.update(repeating: 1, count: count)
      ThreadMemory.giveBack()
    }
  }

  /// A matrix for which packed weights exist, if packing is of use on this machine.
  private static func packed() -> (ParameterStore, Parameter, PackedWeights?) {
    var layout = ParameterLayout()
    let matrix = layout.declare("w", [64, 64], .constant(1))
    let store = ParameterStore(layout)
    store.initialize(seed: 1)
    return (store, matrix, PackedWeights([matrix], of: store, pool: WorkerPool(count: 1)))
  }

  @Test(.enabled(if: PackedWeight.isUseful)) func packedWeightsMustBeCurrent() async {
    await #expect(processExitsWith: .failure) {
      let (store, matrix, weights) = Self.packed()
      weights?.update()
      store.setValues([Float](repeating: 2, count: matrix.count), of: matrix)
      Graph(store, mode: .evaluation, batch: 1, time: 1, packedWeights: weights).forward()
    }
    let (store, matrix, weights) = Self.packed()
    store.setValues([Float](repeating: 2, count: matrix.count), of: matrix)
    weights?.update()
    Graph(store, mode: .evaluation, batch: 1, time: 1, packedWeights: weights).forward()
  }
}
