/// The matrices of a store that many rows are multiplied with, packed for it once per optimiser
/// step, shared by all workers.
final class PackedWeights: WorkerTask, @unchecked Sendable {
  // Workers pack parts of their own while nobody reads; between steps nothing is written.

  private let store: ParameterStore
  private let pool: WorkerPool
  private let memory: FloatBuffer
  private let entries: [Entry]
  private let places: [Place: Int]
  /// The store's generation when they were packed; −1 before.
  private(set) var generation = -1

  private struct Entry {
    let parameter: Parameter
    let weight: PackedWeight
    /// The number of parts before it.
    let firstPart: Int
  }

  /// Where a matrix lies, and its extent: matrices can be rows of another, or neighbours that
  /// are multiplied as one.
  private struct Place: Hashable {
    let isDerived: Bool
    let offset: Int
    let shape: [Int]

    init(_ matrix: Parameter) {
      isDerived = matrix.storage == .derived
      offset = matrix.valueOffset
      shape = matrix.shape
    }
  }

  /// Makes room for matrices of the store; nil where packing them brings nothing.
  init?(_ matrices: [Parameter], of store: ParameterStore, pool: WorkerPool) {
    guard PackedWeight.isUseful else { return nil }
    var places: [Place: Int] = [:]
    var distinct: [Parameter] = []
    for matrix in matrices where places[Place(matrix)] == nil && matrix.storage != .packed {
      places[Place(matrix)] = distinct.count
      distinct.append(matrix)
    }
    guard !distinct.isEmpty else { return nil }
    let counts = distinct.map {
      PackedWeight.count(inputWidth: $0.shape[1], outputWidth: $0.shape[0])
    }
    memory = FloatBuffer(count: counts.reduce(0, +))
    var offset = 0
    var part = 0
    var entries: [Entry] = []
    for (matrix, count) in zip(distinct, counts) {
      let weight = PackedWeight(
        memory: memory.pointer + offset, inputWidth: matrix.shape[1],
        outputWidth: matrix.shape[0])
      entries.append(Entry(parameter: matrix, weight: weight, firstPart: part))
      offset += count
      part += weight.partCount
    }
    self.entries = entries
    self.places = places
    self.store = store
    self.pool = pool
  }

  /// The packed form of a matrix, if it is among them.
  subscript(matrix: Parameter) -> PackedWeight? {
    places[Place(matrix)].map { entries[$0].weight }
  }

  /// Bytes of all packed matrices.
  var memoryBytes: Int { 4 * memory.count }

  /// Packs all matrices anew. Call after every change of the store's values.
  func update() {
    pool.run(self)
    generation = store.generation
  }

  func run(worker: Int) {
    let last = entries[entries.count - 1]
    let share = WorkerPool.share(
      of: last.firstPart + last.weight.partCount, worker: worker, workers: pool.count)
    for index in entries.indices {
      let entry = entries[index]
      let values = store.pointer(entry.parameter)
      for part in 0..<entry.weight.partCount where share.contains(entry.firstPart + part) {
        entry.weight.pack(values, part: part)
      }
    }
  }
}
