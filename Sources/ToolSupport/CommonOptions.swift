import ArgumentParser
import Foundation

/// What every command of the tools takes.
public struct CommonOptions: ParsableArguments {
  @Flag(name: [.short, .long], help: "No progress bar and no summary on standard error.")
  public var quiet = false

  public init() {}
}

/// How many threads a command may use.
public struct ThreadOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How many threads work (default: all cores).", valueName: "count"))
  var threads: Int?

  public init() {}

  /// The most threads that a process may have at work.
  private static let most = 1024

  /// The number that was asked for, or the number of cores.
  public var count: Int {
    threads ?? min(Self.most, ProcessInfo.processInfo.activeProcessorCount)
  }

  /// Whether a number was asked for.
  public var isGiven: Bool { threads != nil }

  public func validate() throws {
    guard (1...Self.most).contains(count) else {
      throw ValidationError("--threads must be 1 to \(Self.most).")
    }
  }
}
