import ArgumentParser
import FlashShared
import ToolSupport

struct LeakCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leak",
    abstract: "Measure what a model gains from seeing later tokens of its window.",
    discussion: """
      Scores windows spread evenly over a set twice: teacher-forced, the whole window in one pass \
      as in training, and from prefixes alone, so that a prediction sees nothing but the tokens \
      before it: by incremental decoding, or, for a model that cannot decode incrementally, by a \
      pass over each prefix of the window (as many passes as the window has tokens). The \
      difference, in nats a token, is the size of the leak; its standard error is over windows. \
      Also audits the set's first window: each token is replaced in turn, and a single changed bit \
      of an earlier logit is a leak, however little it gains.
        fl-eval leak runs/v7.4-published/run --data runs/v7.4-published/valid --windows 64
      """)

  @OptionGroup var runOptions: RunOptions

  @Option(help: ArgumentHelp("The folder of the shards.", valueName: "folder"))
  var data: String

  @Option(help: ArgumentHelp("How many windows are scored twice.", valueName: "n"))
  var windows = 32

  @Option(
    help: ArgumentHelp("Tokens of a window (default: the training window).", valueName: "n"))
  var window: Int?

  @OptionGroup var threads: ThreadOptions

  @Flag(name: [.short, .long], help: "No progress bar.")
  var quiet = false

  func validate() throws {
    for (name, value) in [("windows", windows), ("window", window)] {
      if let value, value < 1 { throw ValidationError("--\(name) must be at least 1.") }
    }
  }

  func run() throws {
    Interruption.install()
    let measurement = try Measurement(
      runOptions.open(), data: data, threads: threads.count, isQuiet: quiet)
    try EventLog(descriptor: 1).write("leak", measurement.leak(windows: windows, length: window))
  }
}
