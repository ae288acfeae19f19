import ArgumentParser
import FlashShared
import Foundation
import ToolSupport

struct PackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack",
    abstract: "Packs tokens into shards with a manifest; splits, subsets and merges sets.",
    discussion: """
      Inputs are token streams of 'fl-tokenize encode' and folders of sets that were packed before, \
      which are merged in their order. Documents are filtered, ended, limited, shuffled and split, \
      in this order. A set appears whole or not at all: its manifest is written last.

        fl-tokenize encode --tokenizer t.json curated.jsonl | fl-shard pack --output train
        fl-shard pack tokens.bin --end-of-text '<eos>' --tokenizer t.json \\
          --output train --validation valid --validation-fraction 0.05
        fl-shard pack train --first-tokens 20000000 --output subset
      """)

  enum SplitBy: String, ExpressibleByArgument, CaseIterable {
    case documents
    case tokens
  }

  @Argument(
    help: ArgumentHelp(
      "Token streams ('-' is standard input) and folders of sets.", valueName: "input"))
  var inputs: [String] = ["-"]

  @Option(name: [.short, .long], help: ArgumentHelp("The set's folder.", valueName: "folder"))
  var output: String

  @Option(help: ArgumentHelp("Keep documents of at least this many tokens.", valueName: "count"))
  var minTokens: Int?

  @Option(help: ArgumentHelp("Keep documents of at most this many tokens.", valueName: "count"))
  var maxTokens: Int?

  @Option(
    help: ArgumentHelp(
      "Put this token after each document. Digits are its id, whatever they are in the tokenizer; "
        + "anything else is its text, and needs --tokenizer.",
      valueName: "token"))
  var endOfText: String?

  @Option(
    help: ArgumentHelp(
      "The tokenizer.json, which must be the one that made the tokens.", valueName: "path"))
  var tokenizer: String?

  @Option(
    help: ArgumentHelp("For inputs that do not state it, such as JSON lines.", valueName: "size"))
  var vocabularySize: Int?

  @Option(help: ArgumentHelp("Stop after so many documents.", valueName: "count"))
  var firstDocuments: Int?

  @Option(
    help: ArgumentHelp(
      "Stop after so many tokens, end-of-text included, inside a document if need be.",
      valueName: "count"))
  var firstTokens: Int?

  @Flag(help: "With --first-tokens, stop before the document that would be cut.")
  var wholeDocuments = false

  @Option(help: ArgumentHelp("Shuffle the documents with this seed.", valueName: "seed"))
  var shuffle: UInt64?

  @Option(
    help: ArgumentHelp(
      "Cut the stream into chunks of so many tokens and permute them as NumPy's RandomState does: "
        + "for published recipes that did. The set is one document; what is left over is dropped.",
      valueName: "tokens"))
  var permuteChunks: Int?

  @Option(help: ArgumentHelp("The seed of --permute-chunks.", valueName: "seed"))
  var permutationSeed: UInt32 = 42

  @Option(help: ArgumentHelp("The validation set's folder.", valueName: "folder"))
  var validation: String?

  @Option(
    help: ArgumentHelp(
      "How much of it goes there: each document with this probability, "
        + "or the last tokens.", valueName: "fraction"))
  var validationFraction: Double?

  @Option(help: ArgumentHelp("The last documents go there, so many.", valueName: "count"))
  var validationDocuments: Int?

  @Option(help: ArgumentHelp("The last tokens go there, so many.", valueName: "count"))
  var validationTokens: Int?

  @Option(help: "What --validation-fraction divides: documents, or the stream of tokens.")
  var splitBy = SplitBy.documents

  @Option(help: ArgumentHelp("The seed of the division of documents.", valueName: "seed"))
  var splitSeed: UInt64 = 0

  @Option(help: ArgumentHelp("Tokens of a full shard.", valueName: "count"))
  var shardTokens = ShardSetWriter.defaultShardTokens

  @Option(help: ArgumentHelp("Memory for the shuffle; more goes to a file.", valueName: "MiB"))
  var memory = 512

  @Option(
    help: ArgumentHelp(
      "A report of 'fl-shard curate' to put into the manifest; repeatable.", valueName: "path"))
  var report: [String] = []

  @OptionGroup var emptyResult: EmptyResultOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    let ways = [
      validationFraction != nil, validationDocuments != nil, validationTokens != nil,
    ].count { $0 }
    guard ways == (validation == nil ? 0 : 1) else {
      throw ValidationError(
        "--validation goes with one of --validation-fraction, --validation-documents and "
          + "--validation-tokens.")
    }
    guard validationFraction.map({ $0 > 0 && $0 < 1 }) ?? true else {
      throw ValidationError("--validation-fraction is between 0 and 1.")
    }
    guard validation == nil || validation != output else {
      throw ValidationError("--validation and --output are the same.")
    }
    guard !wholeDocuments || firstTokens != nil else {
      throw ValidationError("--whole-documents needs --first-tokens.")
    }
    guard permuteChunks.map({ (1...1 << 28).contains($0) }) ?? true else {
      throw ValidationError("--permute-chunks is between 1 and \(1 << 28).")
    }
    guard permuteChunks == nil || (shuffle == nil && validation == nil) else {
      throw ValidationError("--permute-chunks does not go with --shuffle and --validation.")
    }
    guard (1...1 << 30).contains(shardTokens) else {
      throw ValidationError("--shard-tokens is between 1 and \(1 << 30).")
    }
    for (name, value) in [
      ("--min-tokens", minTokens), ("--max-tokens", maxTokens),
      ("--first-documents", firstDocuments), ("--first-tokens", firstTokens),
      ("--validation-documents", validationDocuments), ("--validation-tokens", validationTokens),
    ] where value ?? 0 < 0 {
      throw ValidationError("\(name) cannot be \(value ?? 0).")
    }
    guard vocabularySize.map({ $0 > 0 && $0 <= Int(Int32.max) }) ?? true else {
      throw ValidationError("--vocabulary-size cannot be \(vocabularySize ?? 0).")
    }
    guard (1...1 << 24).contains(memory) else {
      throw ValidationError("--memory cannot be \(memory).")
    }
  }

  func run() throws {
    Interruption.install()
    try OutputTarget.refuseSamePlace(
      [output, validation].compactMap(\.self).map(ShardSetWriter.target),
      inputs: inputs.flatMap(ShardSet.paths) + [tokenizer].compactMap(\.self) + report)
    let tokenizer = try tokenizer.map { try Tokenizer(contentsOf: $0) }
    let input = TokenInput(
      paths: inputs, vocabularySize: vocabularySize ?? tokenizer?.vocabularySize,
      tokenizerHash: tokenizer.map { hexadecimal($0.sha256) })
    try input.open(allowsEmpty: emptyResult.allowEmpty)
    let packing = TokenPacking(
      try settings(tokenizer), input: input, tokenizer: tokenizer,
      steps: try report.flatMap(Self.steps))
    var progress = ProgressBar("Packing", isQuiet: common.quiet)
    let sets = try packing.run(training: output, validation: validation) { tokens in
      progress.update(fraction: nil, detail: "\(tokens) tokens")
    }
    progress.finish()
    for (path, manifest) in [(output, sets.training), (validation ?? "", sets.validation)] {
      guard let manifest else { continue }
      note("\(path): \(manifest.summary)", unless: common.quiet)
      try EventLog(descriptor: 1, digits: EventLog.exactDigits).write(
        "pack",
        [
          "path": .string(path), "documents": .integer(manifest.documentCount),
          "tokens": .integer(manifest.tokenCount), "shards": .integer(manifest.shards.count),
        ])
    }
  }

  private func settings(_ tokenizer: Tokenizer?) throws -> TokenPacking.Settings {
    var settings = TokenPacking.Settings()
    settings.allowsEmpty = emptyResult.allowEmpty
    settings.minimumTokens = minTokens
    settings.maximumTokens = maxTokens
    settings.endOfText = try endOfText.map { try Self.endOfText($0, tokenizer) }
    settings.firstDocuments = firstDocuments
    settings.firstTokens = firstTokens
    settings.keepsWholeDocuments = wholeDocuments
    settings.shuffleSeed = shuffle
    settings.chunkOrder = permuteChunks.map { ChunkOrder(tokens: $0, seed: permutationSeed) }
    settings.shardTokens = shardTokens
    settings.memoryLimit = memory << 20
    if let count = validationDocuments {
      settings.split = .lastDocuments(count)
    } else if let count = validationTokens {
      settings.split = .lastTokens(count)
    } else if let fraction = validationFraction {
      settings.split =
        splitBy == .tokens
        ? .lastTokenFraction(fraction) : .documents(fraction: fraction, seed: splitSeed)
    }
    return settings
  }

  /// A token by its id, if the text is digits, and by its text otherwise.
  private static func endOfText(_ text: String, _ tokenizer: Tokenizer?) throws -> Int32 {
    if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      guard let id = Int32(text), Int(id) < tokenizer?.vocabularySize ?? .max else {
        let last = tokenizer.map { "; the tokenizer's last is \($0.vocabularySize - 1)" } ?? ""
        throw CurationError.badSetting("--end-of-text \(text): no token has that id\(last)")
      }
      return id
    }
    guard let tokenizer else {
      throw CurationError.badSetting(
        "--end-of-text '\(text)' is a token's text; give the tokenizer too: --tokenizer FILE")
    }
    guard let id = tokenizer.id(of: text) else {
      throw CurationError.badSetting(
        "--end-of-text '\(text)': the tokenizer has no such token; give one that it has, or an id")
    }
    return id
  }

  private static func steps(_ path: String) throws -> [JSONObject] {
    guard let steps = try JSONValue(contentsOf: path)["steps"]?.arrayValue else {
      throw CurationError.badReport(path: path)
    }
    return try steps.map { step in
      guard let object = step.objectValue else { throw CurationError.badReport(path: path) }
      return object
    }
  }
}
