import Foundation
import Synchronization

/// Work that all workers of a pool do together.
public protocol WorkerTask: AnyObject, Sendable {
  /// Does one worker's part.
  ///
  /// - Parameter worker: from 0.
  func run(worker: Int)
}

/// Threads that run one task together, again and again.
///
/// `run` calls the task once for each worker and returns when all are done; worker 0 is the
/// caller. Between runs the threads sleep. A run allocates nothing, which is why the work is an
/// object and not a closure.
public final class WorkerPool: Sendable {
  /// How many workers there are.
  public let count: Int
  private let shared: Shared

  private final class Shared: @unchecked Sendable {
    // All fields are guarded by `condition`.
    let condition = NSCondition()
    var task: (any WorkerTask)?
    var generation = 0
    var running = 0
    var isStopping = false
  }

  /// Starts `count` − 1 threads.
  public init(count: Int) {
    precondition(count > 0, "no workers")
    self.count = count
    shared = Shared()
    for index in 1..<max(1, count) {
      let shared = shared
      let thread = Thread { Self.work(shared, index: index) }
      thread.name = "worker \(index)"
      thread.stackSize = 8 << 20
      thread.start()
    }
  }

  deinit {
    shared.condition.lock()
    shared.isStopping = true
    shared.condition.broadcast()
    shared.condition.unlock()
  }

  /// Runs the task on all workers and waits for them. A pool runs one task at a time: to run another
  /// from within a task, or from another thread meanwhile, traps.
  public func run(_ task: any WorkerTask) {
    if count > 1 {
      shared.condition.lock()
      precondition(shared.task == nil, "a pool of workers runs one task at a time")
      shared.task = task
      shared.generation += 1
      shared.running = count - 1
      shared.condition.broadcast()
      shared.condition.unlock()
    }
    task.run(worker: 0)
    guard count > 1 else { return }
    shared.condition.lock()
    while shared.running > 0 { shared.condition.wait() }
    shared.task = nil
    shared.condition.unlock()
  }

  private static func work(_ shared: Shared, index: Int) {
    var seen = 0
    while true {
      shared.condition.lock()
      while shared.generation == seen && !shared.isStopping { shared.condition.wait() }
      seen = shared.generation
      let task = shared.isStopping ? nil : shared.task
      shared.condition.unlock()
      guard let task else { return }
      task.run(worker: index)
      shared.condition.lock()
      shared.running -= 1
      if shared.running == 0 { shared.condition.broadcast() }
      shared.condition.unlock()
    }
  }

  /// The part of `count` items that a worker takes when all share them in one piece each.
  public static func share(of items: Int, worker: Int, workers: Int) -> Range<Int> {
    items * worker / workers..<items * (worker + 1) / workers
  }
}
