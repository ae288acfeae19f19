import Foundation

/// A built tool, or a script of the repository, that a test runs as a person would.
public struct Tool: Sendable {
  /// The program.
  public let path: String

  /// A tool from the folder that this test program was built into, or from another one.
  public init(_ name: String, in folder: String = products) {
    path = URL(filePath: folder).appending(path: name).path
  }

  /// A script by its path in the repository.
  public init(script: String) { path = Self.repository.appending(path: script).path }

  /// A program of the system.
  public init(absolutePath path: String) { self.path = path }

  /// Whether the system has a program, found as a shell finds it.
  public static func isInstalled(_ name: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
    }
  }

  /// The repository's root.
  public static let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The folder of the built tools.
  public static let products = URL(filePath: CommandLine.arguments[0])
    .deletingLastPathComponent().path

  /// What a run left.
  public struct Outcome: Sendable {
    /// The exit code, or 128 + n after signal n.
    public let status: Int32
    public let output: Data
    public let errorText: String
    /// The standard output as text.
    public var text: String { String(decoding: output, as: UTF8.self) }
    /// The lines of the standard output.
    public var lines: [Substring] { text.split(separator: "\n") }
  }

  /// Starts the tool without waiting.
  public func start(
    _ arguments: [String], input: FileHandle? = nil, output: FileHandle? = nil,
    errors: FileHandle? = nil, environment: [String: String] = [:], folder: String? = nil
  ) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(filePath: folder) }
    process.standardInput = input ?? FileHandle.nullDevice
    process.standardOutput = output ?? FileHandle.nullDevice
    process.standardError = errors ?? FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Runs the tool to its end. Input and outputs go through files, so that no pipe can fill up.
  public func run(
    _ arguments: [String], input: some Sequence<UInt8> = [], environment: [String: String] = [:],
    folder: String? = nil
  ) throws -> Outcome {
    let scratch = try TemporaryFolder()
    let inputPath = try scratch.file("input", input)
    for name in ["output", "errors"] { _ = try scratch.file(name, "") }
    let process = try start(
      arguments, input: FileHandle(forReadingAtPath: inputPath),
      output: FileHandle(forWritingAtPath: scratch.file("output")),
      errors: FileHandle(forWritingAtPath: scratch.file("errors")), environment: environment,
      folder: folder)
    process.waitUntilExit()
    let isSignal = process.terminationReason == .uncaughtSignal
    return Outcome(
      status: process.terminationStatus + (isSignal ? 128 : 0),
      output: try Data(contentsOf: URL(filePath: scratch.file("output"))),
      errorText: String(
        decoding: try Data(contentsOf: URL(filePath: scratch.file("errors"))), as: UTF8.self))
  }
}
