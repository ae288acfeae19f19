import Foundation

#if FLASHLM_MPI
  import CMPI

  /// Ranks that MPI started and connects. Built with `FLASHLM_MPI=1` only.
  final class MPITransport: RankTransport, @unchecked Sendable {
    // Used by the thread that made it, which MPI_THREAD_FUNNELED asks for.

    let rank: Int
    let count: Int
    private(set) var exchangedBytes = 0
    /// The exchanges that have begun, by what stands for them.
    private var requests: [MPI_Request?] = []
    private var partners: [Int] = []
    private var free: [Int] = []
    /// Seconds after a signal, and without one, until a rank that does not answer counts as lost.
    private static let patience = (signalled: 0.5, otherwise: 600.0)

    init() throws {
      var rank: Int32 = 0
      var count: Int32 = 0
      let error = flashlm_mpi_start(&rank, &count)
      guard error == 0 else { throw RankError.cannotStart(code: Int(error)) }
      self.rank = Int(rank)
      self.count = Int(count)
    }

    func send(_ bytes: UnsafeRawBufferPointer, to rank: Int) throws -> Int {
      try begin(bytes.count, with: rank) {
        flashlm_mpi_send(bytes.baseAddress, Int32(bytes.count), Int32(rank), &$0)
      }
    }

    func receive(into room: UnsafeMutableRawBufferPointer, from rank: Int) throws -> Int {
      try begin(room.count, with: rank) {
        flashlm_mpi_receive(room.baseAddress, Int32(room.count), Int32(rank), &$0)
      }
    }

    /// Waits while looking out for signals, which is how mpirun says that a rank is gone.
    func ended(among exchanges: [Int], waits: Bool) throws -> Int? {
      var rounds = 0
      let clock = SuspendingClock()
      var began: SuspendingClock.Instant?
      while true {
        if let exchange = try exchanges.first(where: hasEnded) {
          free.append(exchange)
          return exchange
        }
        guard waits else { return nil }
        rounds += 1
        guard rounds > 200 else { continue }
        let start = began ?? clock.now
        began = start
        let waited = (clock.now - start) / .seconds(1)
        let signal = Interruption.pending
        if waited > (signal == nil ? Self.patience.otherwise : Self.patience.signalled) {
          throw RankError.lost(
            rank: partners[exchanges[0]],
            reason: signal.map { "signal \($0) while waiting for it" }
              ?? "no answer for \(Int(waited)) s")
        }
        // Another rank may need this core.
        if waited > 0.000_2 { usleep(50) }
      }
    }

    func leave() { _ = flashlm_mpi_finish() }

    private func begin(
      _ count: Int, with rank: Int, _ start: (inout MPI_Request?) -> Int32
    ) throws -> Int {
      let exchange = free.popLast() ?? requests.count
      if exchange == requests.count {
        requests.append(nil)
        partners.append(rank)
      }
      partners[exchange] = rank
      try check(start(&requests[exchange]), rank)
      exchangedBytes += count
      return exchange
    }

    private func hasEnded(_ exchange: Int) throws -> Bool {
      var isDone: Int32 = 0
      try check(flashlm_mpi_test(&requests[exchange], &isDone), partners[exchange])
      return isDone != 0
    }

    private func check(_ error: Int32, _ rank: Int) throws {
      guard error == 0 else { throw RankError.lost(rank: rank, reason: "MPI error \(error)") }
    }
  }
#endif

/// The processes that this one was started with.
public enum Ranks {
  /// Joins the ranks that mpirun started, or makes this process a rank alone.
  public static func join() throws -> any RankTransport {
    let environment = ProcessInfo.processInfo.environment
    let size = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"].compactMap { environment[$0] }.first
    guard let size else { return SingleRank() }
    #if FLASHLM_MPI
      return try MPITransport()
    #else
      guard size == "1" else { throw RankError.withoutMPI }
      return SingleRank()
    #endif
  }
}
