/// How the processes that train one model together reach each other. Each of them, a rank, has
/// workers of its own.
///
/// Between two ranks bytes arrive in the order in which they were sent. One thread uses a transport.
public protocol RankTransport: AnyObject, Sendable {
  /// This process, from 0. Rank 0 alone writes files.
  var rank: Int { get }
  /// How many processes there are.
  var count: Int { get }
  /// Bytes that this process has sent and received so far.
  var exchangedBytes: Int { get }

  /// Begins to send bytes, which must stay as they are until that has ended.
  ///
  /// - Returns: what stands for the exchange until it has ended.
  func send(_ bytes: UnsafeRawBufferPointer, to rank: Int) throws -> Int

  /// Begins to receive the next bytes from a rank, exactly as many as there is room for; they are
  /// there when that has ended. Bytes that are asked for before they are sent arrive soonest.
  ///
  /// - Returns: what stands for the exchange until it has ended.
  func receive(into room: UnsafeMutableRawBufferPointer, from rank: Int) throws -> Int

  /// One of some exchanges that has ended, the first of them if several have, which no longer counts
  /// as begun; nil if none has.
  ///
  /// - Parameter waits: whether to wait until one has.
  func ended(among exchanges: [Int], waits: Bool) throws -> Int?

  /// Parts from the others, when all of them do.
  func leave()
}

extension RankTransport {
  /// Waits until an exchange has ended: what was sent may change, what was asked for is there.
  func finish(_ exchange: Int) throws { _ = try ended(among: [exchange], waits: true) }
}

/// One process alone.
public final class SingleRank: RankTransport {
  public let rank = 0
  public let count = 1
  public let exchangedBytes = 0

  public init() {}

  public func send(_ bytes: UnsafeRawBufferPointer, to rank: Int) -> Int {
    preconditionFailure("nobody to send to")
  }

  public func receive(into room: UnsafeMutableRawBufferPointer, from rank: Int) -> Int {
    preconditionFailure("nobody to receive from")
  }

  public func ended(among exchanges: [Int], waits: Bool) -> Int? { nil }

  public func leave() {}
}

/// What goes wrong between ranks.
public enum RankError: ReportableError, Equatable {
  /// A rank does not answer.
  case lost(rank: Int, reason: String)
  /// A rank was started with another recipe or other data than rank 0.
  case different(rank: Int)
  /// MPI cannot be started.
  case cannotStart(code: Int)
  /// The process was started by mpirun, but the program was built without MPI.
  case withoutMPI

  public var exitStatus: ExitStatus {
    switch self {
    case .lost, .cannotStart: .tryAgain
    case .different, .withoutMPI: .usage
    }
  }

  public var description: String {
    switch self {
    case .lost(let rank, let reason):
      "rank \(rank) is lost (\(reason)); the same command with --resume goes on from the last "
        + "checkpoint, with any number of ranks"
    case .different(let rank):
      "rank \(rank): its recipe or its data are not those of rank 0; give all ranks the same"
    case .cannotStart(let code): "MPI cannot be started (error \(code)); start it with mpirun"
    case .withoutMPI:
      "started by mpirun, but built without MPI; build it with 'FLASHLM_MPI=1 make'"
    }
  }
}
