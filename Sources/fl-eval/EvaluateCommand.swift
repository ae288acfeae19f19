import ArgumentParser
import FlashShared
import ToolSupport

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Evaluate a run on a set of shards (the default).",
    discussion: """
      Scores every token of the set once, windows in order, and prints one JSON object: nats a \
      token, perplexity, bits a character and a byte of exactly the scored text, accuracy, and the \
      standard error. End-of-text tokens are scored like others; the first token of the set is \
      predicted from end-of-text. With windows side by side the first token of each sees one token \
      only; --context-stride S gives every token at least window - S + 1 tokens to see.

      A model that peeks at later tokens of its window looks better than it is. --incremental \
      scores the same text again in a form in which that is impossible, and reports both.

      In a capped vocabulary one token stands for many: each is charged the bits that it takes to \
      say which, so that bits a character compare with those of other vocabularies.

      --protocol published measures as the reference's script of the recipe did, on a sample; the \
      caveats are part of the output.
      """)

  enum MeasuringProtocol: String, ExpressibleByArgument, CaseIterable {
    case whole
    case published
  }

  @OptionGroup var runOptions: RunOptions

  @Option(help: ArgumentHelp("The folder of the shards.", valueName: "folder"))
  var data: String

  @Option(
    help: ArgumentHelp("Tokens of a window (default: the training window).", valueName: "n"))
  var window: Int?

  @Option(
    help: ArgumentHelp(
      "Tokens from one window's begin to the next one's (default: the window).", valueName: "n"))
  var contextStride: Int?

  @Option(help: ArgumentHelp("Score only the first documents.", valueName: "n"))
  var documents: Int?

  @Flag(help: "Score the text again from prefixes alone, by incremental decoding where possible.")
  var incremental = false

  @Option(name: .customLong("protocol"), help: "How to measure: whole or published.")
  var measuringProtocol = MeasuringProtocol.whole

  @Option(
    help: ArgumentHelp("With --protocol published, how many batches to draw.", valueName: "n"))
  var batches: Int?

  @Option(help: "With --protocol published, the seed of the draws.")
  var seed = 0

  @OptionGroup var threads: ThreadOptions

  @Flag(name: [.short, .long], help: "No progress bar.")
  var quiet = false

  func validate() throws {
    for (name, value) in [
      ("window", window), ("context-stride", contextStride), ("documents", documents),
      ("batches", batches),
    ] {
      if let value, value < 1 { throw ValidationError("--\(name) must be at least 1.") }
    }
    guard seed >= 0 else { throw ValidationError("--seed must be at least 0.") }
    if measuringProtocol == .published {
      guard window == nil, contextStride == nil, documents == nil, !incremental else {
        throw ValidationError(
          "--protocol published takes its windows from the recipe: "
            + "leave out --window, --context-stride, --documents and --incremental.")
      }
    } else if batches != nil {
      throw ValidationError("--batches goes with --protocol published.")
    }
  }

  func run() throws {
    Interruption.install()
    let measurement = try Measurement(
      runOptions.open(), data: data, threads: threads.count, isQuiet: quiet)
    let event =
      try measuringProtocol == .whole
      ? measurement.whole(
        window: window, stride: contextStride, documents: documents, incremental: incremental)
      : measurement.asPublished(batches: batches, seed: seed)
    try EventLog(descriptor: 1).write("evaluation", event)
  }
}
