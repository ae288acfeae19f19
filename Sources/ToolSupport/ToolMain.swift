import ArgumentParser
import FlashShared
import Foundation

/// What the five tools share around their commands.
public enum ToolMain {
  /// The version that `--version` prints.
  public static let version = "1.0.0"

  /// Parses the command line, runs the command and exits with the code that its outcome has.
  ///
  /// Errors are one line on standard error, with the tool's name before it. A closed pipe ends the
  /// process quietly.
  public static func run<Command: ParsableCommand>(_ root: Command.Type) -> Never {
    signal(SIGPIPE, SIG_DFL)
    do {
      var command = try root.parseAsRoot()
      try command.run()
      Foundation.exit(0)
    } catch let error as ReportableError {
      report(error.description, of: root)
      Foundation.exit(error.exitStatus.rawValue)
    } catch let error as Interrupted {
      Foundation.exit(128 + error.signal)
    } catch {
      root.exit(withError: error)
    }
  }

  private static func report(_ message: String, of root: ParsableCommand.Type) {
    let name = root.configuration.commandName ?? "flashlm"
    try? FileHandle.standardError.write(contentsOf: Data("\(name): \(message)\n".utf8))
  }
}
