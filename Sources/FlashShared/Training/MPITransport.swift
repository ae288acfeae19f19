import Foundation

#if FLASHLM_MPI
  import CMPI

  /// Ranks that MPI started and connects. Built with `FLASHLM_MPI=1` only.
  final class MPITransport: RankTransport, @unchecked Sendable {
    // Used by the thread that made it, which MPI_THREAD_FUNNELED asks for.

    let rank: Int
    let count: Int
    private(set) var exchangedBytes = 0
    private var sends: [MPI_Request?] = []
    private var freeSends: [Int] = []
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
      let ticket = freeSends.popLast() ?? sends.count
      if ticket == sends.count { sends.append(nil) }
      try check(
        flashlm_mpi_send(bytes.baseAddress, Int32(bytes.count), Int32(rank), &sends[ticket]), rank)
      exchangedBytes += bytes.count
      return ticket
    }

    func finishSend(_ ticket: Int) throws {
      try wait(&sends[ticket], for: nil)
      freeSends.append(ticket)
    }

    func receive(into room: UnsafeMutableRawBufferPointer, from rank: Int) throws {
      var request: MPI_Request?
      try check(
        flashlm_mpi_receive(room.baseAddress, Int32(room.count), Int32(rank), &request), rank)
      try wait(&request, for: rank)
      exchangedBytes += room.count
    }

    func finish() { _ = flashlm_mpi_finish() }

    private func check(_ error: Int32, _ rank: Int?) throws {
      guard error == 0 else {
        throw RankError.lost(rank: rank ?? -1, reason: "MPI error \(error)")
      }
    }

    /// Waits while looking out for signals, which is how mpirun says that a rank is gone.
    private func wait(_ request: inout MPI_Request?, for rank: Int?) throws {
      var isDone: Int32 = 0
      var rounds = 0
      let clock = SuspendingClock()
      var began: SuspendingClock.Instant?
      while true {
        try check(flashlm_mpi_test(&request, &isDone), rank)
        if isDone != 0 { return }
        rounds += 1
        guard rounds > 2000 else { continue }
        let start = began ?? clock.now
        began = start
        let waited = (clock.now - start) / .seconds(1)
        if waited
          > (Interruption.pending == nil ? Self.patience.otherwise : Self.patience.signalled)
        {
          let reason =
            Interruption.pending.map { "signal \($0) while waiting for it" }
            ?? "no answer for \(Int(waited)) s"
          throw RankError.lost(rank: rank ?? -1, reason: reason)
        }
        // Another rank may need this core.
        if waited > 0.002 { usleep(50) }
      }
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
