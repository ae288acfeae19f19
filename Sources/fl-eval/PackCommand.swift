import ArgumentParser
import FlashShared
import ToolSupport

struct PackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack",
    abstract: "Pack a run's ternary weights at 1.6 bits each.",
    discussion: """
      Writes a run that fl-eval and fl-sample read like any other, with the same outputs, a \
      twentieth of the size for ternary weights, and faster decoding. It cannot be trained further.
        fl-eval pack runs/v4 --output runs/v4-packed
      """)

  @OptionGroup var runOptions: RunOptions

  @Option(name: [.short, .long], help: ArgumentHelp("The folder to write.", valueName: "folder"))
  var output: String

  @Flag(help: "Replace the trained model that the folder holds.")
  var replace = false

  func run() throws {
    Interruption.install()
    try TrainedRun.requirePackable(to: output, replaces: replace)
    let run = try runOptions.open()
    let (weights, bytes) = try run.writePacked(to: output, replaces: replace)
    var event = run.summary
    event["output"] = .string(output)
    event["packed_weights"] = .integer(weights)
    event["bytes"] = .integer(bytes)
    try EventLog(descriptor: 1).write("pack", event)
  }
}
