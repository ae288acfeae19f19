import ArgumentParser
import FlashShared
import Foundation
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

  @Option(help: "The number of worker threads (default: one for each core).")
  var threads: Int?

  @Flag(name: [.short, .long], help: "No progress bar.")
  var quiet = false

  func validate() throws {
    for (name, value) in [
      ("window", window), ("context-stride", contextStride), ("documents", documents),
      ("batches", batches), ("threads", threads),
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
    let run = try runOptions.open()
    let shards = try ShardSet(path: data)
    try run.check(shards)
    let pool = WorkerPool(count: threads ?? ProcessInfo.processInfo.activeProcessorCount)
    var event = run.summary
    event["data"] = .string(data)
    let measured =
      try measuringProtocol == .whole
      ? evaluateWhole(run, shards, pool) : measureAsPublished(run, shards, pool)
    for (name, value) in measured.members { event[name] = value }
    event["threads"] = .integer(pool.count)
    event["peak_memory_bytes"] = .integer(MemoryUse.peakBytes)
    try EventLog(descriptor: 1).write("evaluation", event)
  }

  private func evaluateWhole(
    _ run: TrainedRun, _ shards: ShardSet, _ pool: WorkerPool
  ) throws -> JSONObject {
    let length = window ?? run.windowLength
    guard (contextStride ?? length) <= length else {
      throw ValidationError("--context-stride must be at most the window, \(length).")
    }
    let unknown =
      FileManager.default.fileExists(atPath: run.folder.tokenizer)
      ? run.unknownToken(try run.tokenizer()) : nil
    func evaluate(_ form: ScoringForm, _ title: String) throws -> EvaluationResult {
      let evaluation = try WholeSetEvaluation(
        run.model, run.store, shards: shards,
        options: .init(
          windowLength: length, stride: contextStride, documents: documents, form: form,
          unknown: unknown))
      var bar = ProgressBar(title, isQuiet: quiet)
      defer { bar.finish() }
      let clock = ContinuousClock()
      let started = clock.now
      return try evaluation.run(pool: pool) { fraction, tokens in
        let seconds = (clock.now - started) / .seconds(1)
        bar.update(fraction: fraction, detail: "\(Int(Double(tokens) / max(seconds, 1e-9))) tok/s")
      }
    }
    let result = try evaluate(.parallel, "evaluate")
    var object: JSONObject = ["protocol": "whole"]
    for (name, value) in result.json.members { object[name] = value }
    guard incremental else { return object }
    let prefixOnly = try evaluate(.prefixOnly(run.model), "from prefixes")
    var figures = prefixOnly.figures
    figures["form"] = .string(prefixOnly.method.form.rawValue)
    figures["seconds"] = .number(prefixOnly.seconds)
    object["prefix_only"] = .object(figures)
    object["prefix_only_loss_gap"] = .number(prefixOnly.loss - result.loss)
    object["prefix_only_bits_per_character_gap"] =
      prefixOnly.bitsPerCharacter.flatMap { bits in
        result.bitsPerCharacter.map { .number(bits - $0) }
      } ?? .null
    return object
  }

  private func measureAsPublished(
    _ run: TrainedRun, _ shards: ShardSet, _ pool: WorkerPool
  ) throws -> JSONObject {
    let published = try PublishedProtocol(
      run.recipe, seed: UInt64(seed), batches: batches)
    let result = try published.run(run.model, run.store, shards: shards, pool: pool)
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    func integer(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }
    var object: JSONObject = [
      "protocol": "published", "sample": .string(published.sample.rawValue),
      "loss": .number(result.loss), "perplexity": .number(result.perplexity),
      "bits_per_token": .number(result.loss / log(2)),
    ]
    if published.sample == .stories {
      object["bits_per_character"] = number(result.bitsPerCharacter)
      object["stories"] = integer(result.stories)
      object["characters"] = integer(result.characters)
    } else {
      object["batches"] = .integer(published.batches)
      object["sequences"] = .integer(published.sequences)
      object["window"] = .integer(published.windowLength)
      object["standard_deviation_of_batches"] = number(result.batchDeviation)
      object["standard_error"] = number(
        result.batchDeviation.map { $0 / Double(published.batches).squareRoot() })
    }
    object["tokens"] = .integer(result.tokens)
    object["target_shift"] = .integer(run.model.objective.targetShift)
    if published.sample == .randomWindows { object["seed"] = .integer(seed) }
    object["caveats"] = .array(published.caveats(run.model).map { .string($0) })
    object["seconds"] = .number(result.seconds)
    return object
  }
}
