import Synchronization

/// Scores windows on all workers of a pool, a round of them at a time.
///
/// Windows are taken in groups of the scorers' batch, whichever worker is free takes the next
/// group. Which windows make a group does not depend on the number of workers, so neither do the
/// results.
final class ScoringWorkers: WorkerTask, @unchecked Sendable {
  // A worker touches its own scorer and the elements of the groups that it has taken; the rest is
  // set while none runs.

  /// Fills in the inputs and targets of a window, each `time` long.
  typealias Filling = (
    _ window: Int, _ inputs: inout [Int32], _ targets: inout [Int32], _ offset: Int
  ) throws -> Void

  /// What was found in a group of windows.
  private final class Group {
    var inputs: [Int32]
    var targets: [Int32]
    var losses: [Float]
    var hits: [Float]

    init(count: Int) {
      inputs = [Int32](repeating: 0, count: count)
      targets = [Int32](repeating: -1, count: count)
      losses = [Float](repeating: 0, count: count)
      hits = [Float](repeating: 0, count: count)
    }
  }

  private let pool: WorkerPool
  private let scorers: [any WindowScorer]
  private let groups: [Group]
  private let batch: Int
  private let time: Int
  private var activeGroups = 0
  private let nextGroup = Atomic<Int>(0)

  /// - Parameters:
  ///   - batch: windows of a group.
  ///   - time: targets of a window.
  init(
    _ model: any LanguageModel, _ store: ParameterStore, form: ScoringForm, batch: Int, time: Int,
    pool: WorkerPool
  ) {
    self.pool = pool
    self.batch = batch
    self.time = time
    scorers = (0..<pool.count).map { _ in
      form.scorer(model, store, batch: batch, time: time)
    }
    groups = (0..<pool.count * Self.groupsPerWorker).map { _ in Group(count: batch * time) }
  }

  /// Groups of a round for each worker: enough that none waits long for the others.
  private static let groupsPerWorker = 4

  /// Scores windows 0 ..< `count`.
  ///
  /// - Parameter receive: takes each window in order, with the losses of its targets and where the
  ///   most probable token was the target; the window's share of both arrays begins at `offset`.
  func score(
    count: Int, filling fill: Filling,
    _ receive: (_ window: Int, _ losses: [Float], _ hits: [Float], _ offset: Int) throws -> Void
  ) throws {
    let roundSize = groups.count * batch
    for first in stride(from: 0, to: count, by: roundSize) {
      try Interruption.check()
      let end = min(first + roundSize, count)
      activeGroups = (end - first + batch - 1) / batch
      for index in 0..<activeGroups * batch {
        let group = groups[index / batch]
        let offset = index % batch * time
        if first + index < end {
          try fill(first + index, &group.inputs, &group.targets, offset)
        } else {
          // The last group is filled up with windows in which nothing is scored.
          for place in offset..<offset + time { group.targets[place] = -1 }
        }
      }
      nextGroup.store(0, ordering: .relaxed)
      pool.run(self)
      try Interruption.check()
      for window in first..<end {
        let group = groups[(window - first) / batch]
        try receive(window, group.losses, group.hits, (window - first) % batch * time)
      }
    }
  }

  func run(worker: Int) {
    while true {
      let index = nextGroup.add(1, ordering: .relaxed).oldValue
      guard index < activeGroups else { return }
      let group = groups[index]
      scorers[worker].score(group.inputs, group.targets, &group.losses, &group.hits)
    }
  }
}
