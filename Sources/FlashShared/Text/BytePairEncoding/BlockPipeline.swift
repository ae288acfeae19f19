import Foundation

/// Work on the blocks of a document reader by several threads, whose results come out in order.
///
/// Each worker in turn reads a block, works on it alone, and waits until it is its turn to hand the
/// result over. There is no queue, so there are never more blocks in memory than workers.
final class BlockPipeline<Worker>: WorkerTask, @unchecked Sendable {
  // `reader`, `nextToRead` and `isFinished` are guarded by `reading`; `nextToHandOver` and
  // `failure` by `turn`. A worker is touched by its own thread, and by `handOver` in its turn.
  private let reader: DocumentReader
  private let workers: [Worker]
  private let work: (inout Worker, DocumentBlock) throws -> Void
  private let handOver: (inout Worker, DocumentBlock) throws -> Void
  private let reading = NSLock()
  private let turn = NSCondition()
  private var nextToRead = 0
  private var isFinished = false
  private var nextToHandOver = 0
  private var failure: (number: Int, error: any Error)?
  private var states: [Worker?]

  /// Runs all blocks through the workers.
  ///
  /// - Parameters:
  ///   - work: done by several threads at once, each with its own worker.
  ///   - handOver: done by one thread at a time, in the order of the blocks.
  /// - Returns: the workers, for what they have gathered.
  static func run(
    _ reader: DocumentReader, workers: [Worker],
    work: @escaping (inout Worker, DocumentBlock) throws -> Void,
    handOver: @escaping (inout Worker, DocumentBlock) throws -> Void = { _, _ in }
  ) throws -> [Worker] {
    let pipeline = BlockPipeline(reader, workers, work, handOver)
    WorkerPool(count: workers.count).run(pipeline)
    if let failure = pipeline.failure { throw failure.error }
    return pipeline.states.compactMap { $0 }
  }

  private init(
    _ reader: DocumentReader, _ workers: [Worker],
    _ work: @escaping (inout Worker, DocumentBlock) throws -> Void,
    _ handOver: @escaping (inout Worker, DocumentBlock) throws -> Void
  ) {
    self.reader = reader
    self.workers = workers
    self.work = work
    self.handOver = handOver
    states = workers.map { _ in nil }
  }

  func run(worker index: Int) {
    var worker = workers[index]
    let block = DocumentBlock()
    while true {
      reading.lock()
      let number = nextToRead
      nextToRead += 1
      var hasBlock = false
      var problem: (any Error)?
      if !isFinished {
        do {
          try Interruption.check()
          hasBlock = try reader.next(into: block)
        } catch { problem = error }
        isFinished = !hasBlock
      }
      reading.unlock()
      if hasBlock {
        do { try work(&worker, block) } catch { problem = error }
      }
      turn.lock()
      while nextToHandOver < number && failure == nil { turn.wait() }
      if hasBlock, problem == nil, failure == nil {
        do { try handOver(&worker, block) } catch { problem = error }
      }
      if let problem, failure == nil { failure = (number, problem) }
      nextToHandOver = max(nextToHandOver, number + 1)
      let isOver = !hasBlock || failure != nil
      turn.broadcast()
      if isOver { states[index] = worker }
      turn.unlock()
      if isOver { return }
    }
  }
}
