/// The exit codes of the tools, after `sysexits.h`.
public enum ExitStatus: Int32, Sendable {
  case success = 0
  /// A check that was asked for did not hold (a conformance or causality test, `verify`).
  case checkFailed = 1
  /// The command line or a recipe asks for something that makes no sense.
  case usage = 64
  /// An input file is damaged or not of the form it claims.
  case badData = 65
  /// An input file is missing or cannot be opened.
  case noInput = 66
  /// A bug in this program.
  case software = 70
  /// An output file cannot be created.
  case cannotCreate = 73
  /// Reading or writing failed part of the way.
  case inputOutput = 74
  /// Another process is in the way; the same command may succeed later.
  case tryAgain = 75
}

/// An error that a tool reports to its user in one line and turns into an exit code.
///
/// Each room declares one enumeration that conforms; its cases carry what the user needs to mend
/// the cause: the file, the line or byte offset, and what was expected there.
public protocol ReportableError: Error, CustomStringConvertible {
  /// The code that the process exits with.
  var exitStatus: ExitStatus { get }
}
