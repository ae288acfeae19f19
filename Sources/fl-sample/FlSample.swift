import ArgumentParser
import FlashShared
import Foundation
import ToolSupport

/// Samples text from a trained model.
@main
struct FlSample: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fl-sample",
    abstract: "Sample text from a trained model.",
    discussion: """
      Continues prompts with the model of a run (a folder that fl-train wrote) and prints the text \
      as it is produced, or JSON lines. The resolved settings are the first JSON line on standard \
      error, with --json on standard output. Control characters are shown as pictures on a terminal \
      and written as they are elsewhere.

      Defaults are neutral: the model's own distribution. The same seed gives the same text, \
      however many samples are drawn side by side. A text ends at the end-of-text token, at a \
      --stop string or after --tokens tokens. Models that decode incrementally keep the last \
      --context positions; beyond them the oldest are forgotten. Others, and all with --recompute, \
      run over the last --context tokens for each token.

      Three things can guide the choice: --search looks a token ahead with a value head (v8, v8.1, \
      v8.2, v8.3), --compass follows the direction that v9.2 predicts, and --ngrams mixes in what \
      followed the last tokens in the training text. They go together with all samplers.

      Examples:
        fl-sample runs/v5.2 "Once upon a time" --temp 0.7 --top-k 40
        fl-sample runs/v5.2 --from-recipe --seed 7
        fl-sample runs/v5.2 --prompts prompts.jsonl --samples 4 --json | jq -r .text
        fl-sample runs/v8.3 "The little girl" --samplers temp,frequency-penalty,top-p \\
          --temp 1.2 --frequency-penalty 1.2 --repeat-last-n 100 --top-p 0.85
        fl-sample runs/v8.3 "The little girl" --preset v8.3-diverse
        fl-sample runs/v8.1 "The little girl" --search --search-repetition-penalty 0.5 \\
          --temp 0.8 --top-k 40
        fl-sample runs/v8.3 "The little girl" --ngrams train.4grams --ngram-weight 0.3 --temp 0.8
      """,
    version: ToolMain.version)

  @Argument(help: ArgumentHelp("The folder of the run.", valueName: "run"))
  var folder: String

  @Argument(
    help: ArgumentHelp(
      "Texts to continue; - reads one from standard input. Without any, the text starts anew.",
      valueName: "prompt"))
  var prompts: [String] = []

  @Option(
    name: .customLong("prompts"),
    help: ArgumentHelp(
      "Prompts as JSON lines, {\"prompt\": …}; - is standard input.", valueName: "file"))
  var promptFile: String?

  @Option(help: ArgumentHelp("The most tokens to draw for a text.", valueName: "n"))
  var tokens: Int?

  @Option(help: ArgumentHelp("How many texts to draw for each prompt.", valueName: "n"))
  var samples = 1

  @Option(help: "The seed of every draw.")
  var seed = 0

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "End a text before this string; may be given several times.", valueName: "text"))
  var stop: [String] = []

  @Flag(help: "Go on after the end-of-text token.")
  var ignoreEndOfText = false

  @OptionGroup(title: "Samplers") var sampling: SamplerOptions

  @OptionGroup(title: "Search") var searching: SearchOptions

  @OptionGroup(title: "Guides") var guiding: GuideOptions

  @Flag(help: "Take prompts and settings that are not given from the run's recipe.")
  var fromRecipe = false

  @Option(
    help: ArgumentHelp(
      "Start from the settings of one of the reference's sampling tools: "
        + SamplerPreset.all.map(\.name).joined(separator: ", ") + ".", valueName: "name"))
  var preset: SamplerPreset?

  @Option(help: "Which parameters: best or last.")
  var checkpoint = TrainedRun.CheckpointChoice.best

  @Option(
    help: ArgumentHelp(
      "Positions that the model looks back at (default: the training window).", valueName: "n"))
  var context: Int?

  @Flag(help: "Run over the whole context for each token, as the reference's scripts do.")
  var recompute = false

  @Flag(
    inversion: .prefixedNo,
    help: "Let tokens leave at the model's early exits (v7) where those are confident.")
  var earlyExits: Bool?

  @Flag(help: "Print JSON lines: the settings, then one object a text.")
  var json = false

  @Flag(help: "Print continuations without their prompts.")
  var noEcho = false

  @Flag(help: "Print nothing but text.")
  var quiet = false

  static func main() { ToolMain.run(Self.self) }

  func validate() throws {
    guard seed >= 0 else { throw ValidationError("--seed must be at least 0.") }
    guard samples > 0 else { throw ValidationError("--samples must be at least 1.") }
    guard (tokens ?? 1) > 0 else { throw ValidationError("--tokens must be at least 1.") }
    guard (context ?? 1) > 0 else { throw ValidationError("--context must be at least 1.") }
    guard prompts.isEmpty || promptFile == nil else {
      throw ValidationError("Give prompts as arguments or with --prompts, not both.")
    }
    guard prompts.filter({ $0 == "-" }).count < 2 else {
      throw ValidationError("Standard input can be read once only.")
    }
    guard !stop.contains("") else { throw ValidationError("--stop needs some text.") }
    _ = try searching.settings()
    guard preset == nil || !fromRecipe else {
      throw ValidationError("Give --preset or --from-recipe, not both.")
    }
    if !fromRecipe { _ = try settings(base: preset?.settings ?? SamplerSettings()) }
  }

  func run() throws {
    Interruption.install()
    let run = try TrainedRun(path: folder, checkpoint: checkpoint)
    let tokenizer = try run.tokenizer()
    let settings = try settings(
      base: fromRecipe
        ? SamplerSettings(run.recipe) : preset?.settings ?? SamplerSettings())
    if let token = settings.logitBias.keys.first(where: { $0 >= run.model.vocabularySize }) {
      throw ValidationError("--logit-bias \(token): the model has \(run.model.vocabularySize) ids.")
    }
    var options = TextGenerator.Options(contextLength: context ?? run.windowLength)
    options.sampler = settings
    options.search = try searching.settings()
    options.ngrams = try guiding.indexes(for: run, tokenizer)
    options.tokenLimit =
      try tokens
      ?? (fromRecipe ? run.recipe.integer("sampling.tokens") : 256)
    options.stops = stop
    options.stopsAtEndOfText = !ignoreEndOfText
    options.recomputes = recompute
    options.exitsEarly =
      try earlyExits
      ?? (fromRecipe ? run.recipe.boolean("sampling.early_exits") : false)
    if options.exitsEarly, run.model.depth == nil {
      throw ValidationError("--early-exits: this version has none.")
    }
    options.seed = UInt64(seed)
    let generator = try TextGenerator(
      run.model, run.store, tokenizer: tokenizer, endOfText: try run.endOfText(tokenizer),
      options: options)
    let output = SampleOutput(isJSON: json, isQuiet: quiet, echoesPrompt: !noEcho)
    try output.begin(settingsEvent(run, options))
    var index = 0
    try forEachPrompt(run.recipe) { prompt, source in
      let promptTokens = try generator.tokens(of: prompt, source: source)
      try output.write(
        prompt: prompt, promptIndex: index, samples: samples
      ) { receive in
        try generator.generate(promptTokens, promptIndex: index, samples: samples, receive)
      }
      index += 1
    }
    try output.end()
  }

  /// A base with what was given on the command line.
  private func settings(base: SamplerSettings) throws -> SamplerSettings {
    var guided = base
    try guiding.apply(to: &guided)
    return try sampling.settings(base: guided)
  }

  /// Calls `body` with each prompt and what errors call it.
  private func forEachPrompt(
    _ recipe: Recipe, _ body: ([UInt8], String) throws -> Void
  ) throws {
    if let promptFile {
      let reader = DocumentReader(
        paths: [promptFile], format: .jsonLines(textMember: "prompt"))
      while let document = try reader.next() {
        try body(document.text, "\(promptFile):\(document.line)")
      }
      return
    }
    var texts = prompts
    if texts.isEmpty, fromRecipe {
      texts = try recipe.strings("sampling.prompts")
    }
    var words = CommandLineBytes()
    for (index, text) in (texts.isEmpty ? [""] : texts).enumerated() {
      try body(
        text == "-" ? standardInput() : words.bytes(of: text),
        text == "-" ? "standard input" : "prompt \(index + 1)")
    }
  }

  /// The whole of standard input, without a line feed at its end.
  private func standardInput() throws -> [UInt8] {
    let reader = DocumentReader(paths: ["-"], format: .whole(pieceCharacters: nil))
    var bytes = try reader.next()?.text ?? []
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    return bytes
  }

  private func settingsEvent(_ run: TrainedRun, _ options: TextGenerator.Options) -> JSONObject {
    var event = run.summary
    event.merge(options.sampler.json)
    if let search = options.search { event["search"] = .object(search.json) }
    if !options.ngrams.isEmpty {
      event["ngrams"] = .array(options.ngrams.map { .string($0.path) })
    }
    event["tokens"] = .integer(options.tokenLimit)
    event["samples"] = .integer(samples)
    event["seed"] = .integer(seed)
    event["stop"] = .array(options.stops.map { .string($0) })
    event["stops_at_end_of_text"] = .boolean(options.stopsAtEndOfText)
    event["context"] = .integer(options.contextLength)
    event["early_exits"] = .boolean(options.exitsEarly)
    let readsAll = options.exitsEarly && run.model.depth?.needsAllPositions == true
    event["decoding"] =
      run.model.decodesIncrementally && !options.recomputes && !readsAll
      ? "incremental" : "recomputed"
    return event
  }
}

extension TrainedRun.CheckpointChoice: ExpressibleByArgument {}

extension SamplerPreset: ExpressibleByArgument {
  public init?(argument: String) { self.init(named: argument) }

  public static var allValueStrings: [String] { all.map(\.name) }
  public var defaultValueDescription: String { name }
}
