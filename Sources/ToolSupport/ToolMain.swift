import ArgumentParser
import FlashShared
import Foundation

/// What the five tools share around their commands.
public enum ToolMain {
  /// Parses the command line, runs the command and exits with the code that its outcome has.
  ///
  /// Errors are one line on standard error, with the tool's name before it. A closed pipe ends the
  /// process quietly.
  public static func run<Command: ParsableCommand>(_ root: Command.Type) -> Never {
    signal(SIGPIPE, SIG_DFL)
    holdStandardDescriptors()
    refuseTooLittleAddressSpace(for: root)
    do {
      var command = try root.parseAsRoot()
      for message in RepeatedOptions(root, Array(CommandLine.arguments.dropFirst())).messages {
        report(message, of: root)
      }
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

  /// Occupies standard descriptors that the caller has closed, so that no file which is opened later
  /// gets the number of one: what is printed would go into it. Using them stays an error.
  private static func holdStandardDescriptors() {
    for descriptor in 0...2 as ClosedRange<Int32> where fcntl(descriptor, F_GETFD) == -1 {
      _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
    }
  }

  /// Ends the process if its address space is limited (`ulimit -v`) to less than OpenBLAS maps for
  /// its threads, one a core, as it is loaded: where it cannot, it tries again for ever.
  private static func refuseTooLittleAddressSpace(for root: ParsableCommand.Type) {
    var limit = rlimit()
    let needed = UInt64(512 + 160 * ProcessInfo.processInfo.processorCount) << 20
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur < needed
    else { return }
    report(
      "the address space is limited to \(limit.rlim_cur >> 20) MiB, and \(needed >> 20) MiB are "
        + "needed; raise 'ulimit -v'", of: root)
    // Not exit: it would wait for those threads.
    _exit(ExitStatus.tryAgain.rawValue)
  }

  private static func report(_ message: String, of root: ParsableCommand.Type) {
    printMessage(message, from: root.configuration.commandName ?? "flashlm")
  }
}
