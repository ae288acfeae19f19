import Foundation
import Synchronization

/// Turns SIGINT, SIGTERM and SIGHUP into a question that long work asks between its steps.
///
/// The first signal asks for a clean end; a second one of the same kind ends the process at once,
/// as if it had not been caught. A signal that is ignored when the process starts stays ignored:
/// that is how `nohup` keeps a hang-up, and a shell without job control an interrupt, from what runs
/// in the background.
public enum Interruption {
  private static let received = Atomic<Int32>(0)

  /// Installs the handlers. Call once, before the work begins.
  public static func install() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signalNumber in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(signalNumber) {
      sigaddset(&signals, signalNumber)
      signal(signalNumber) { number in
        Interruption.received.store(number, ordering: .relaxed)
        // From now on the default action: a second signal ends the process.
        signal(number, SIG_DFL)
      }
    }
    // A parent may have left the signals blocked, as threads of a dispatch queue do.
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var current = sigaction()
    guard sigaction(number, nil, &current) == 0 else { return false }
    // Functions of C have no equality but that of their addresses.
    return unsafeBitCast(current.__sigaction_handler.sa_handler, to: UInt.self)
      == unsafeBitCast(SIG_IGN, to: UInt.self)
  }

  /// The signal that asked for an end, if one did.
  public static var pending: Int32? {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  /// Stops the work with the error that the tools turn into 128 + n.
  public static func check() throws {
    if let number = pending { throw Interrupted(signal: number) }
  }
}

/// The work was ended by a signal; what was finished is saved.
public struct Interrupted: Error, Equatable {
  /// The signal's number.
  public let signal: Int32
  public init(signal: Int32) { self.signal = signal }
}
