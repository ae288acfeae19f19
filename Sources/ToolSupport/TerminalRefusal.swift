import FlashShared
import Foundation

/// Binary data on their way to a terminal, which they could only confuse.
public struct TerminalRefusal: ReportableError {
  /// What the data are, and how to send them elsewhere.
  let data: String
  let mend: String

  public var exitStatus: ExitStatus { .usage }
  public var description: String { "\(data) would go to the terminal; \(mend)" }

  /// Refuses an output that is a terminal.
  public static func check(_ output: String, _ data: String, mend: String) throws {
    if output == "-", isatty(1) == 1 { throw TerminalRefusal(data: data, mend: mend) }
  }
}
