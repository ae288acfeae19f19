import ArgumentParser
import FlashShared
import ToolSupport

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Joins sets of shards into one.",
    discussion: """
      The documents of the sets follow each other in the order in which the sets are named. All must \
      come from one tokenizer and have the same end-of-text token. The shards are those that packing \
      everything at once would have written, so that files can be encoded and packed on their own, \
      on several cores or machines (pipelines/examples/parallel.sh):

        fl-shard merge parts/* --output train

      To filter, shuffle, limit or split as well, give the sets to 'fl-shard pack' instead.
      """)

  @Argument(help: ArgumentHelp("The sets' folders.", valueName: "folder"))
  var inputs: [String]

  @Option(name: [.short, .long], help: ArgumentHelp("The new set's folder.", valueName: "folder"))
  var output: String

  @Option(help: ArgumentHelp("Tokens of a full shard.", valueName: "count"))
  var shardTokens = ShardSetWriter.defaultShardTokens

  @OptionGroup var emptyResult: EmptyResultOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (1...1 << 30).contains(shardTokens) else {
      throw ValidationError("--shard-tokens is between 1 and \(1 << 30).")
    }
  }

  func run() throws {
    Interruption.install()
    try OutputTarget.refuseSamePlace(
      [ShardSetWriter.target(output)], inputs: inputs.flatMap(ShardSet.paths))
    // What is no set is refused before anything is written.
    let total = try inputs.reduce(0) { try $0 + ShardSet(path: $1).tokenCount }
    let input = TokenInput(paths: inputs)
    try input.open()
    var settings = TokenPacking.Settings()
    settings.shardTokens = shardTokens
    settings.allowsEmpty = emptyResult.allowEmpty
    var progress = ProgressBar("Merging", isQuiet: common.quiet)
    let manifest = try TokenPacking(settings, input: input).run(
      training: output, validation: nil
    ) { tokens in
      progress.update(fraction: Double(tokens) / Double(max(1, total)), detail: "\(tokens) tokens")
    }.training
    progress.finish()
    note("\(output): \(manifest.summary)", unless: common.quiet)
    try EventLog(descriptor: 1, digits: EventLog.exactDigits).write(
      "merge",
      [
        "path": .string(output), "documents": .integer(manifest.documentCount),
        "tokens": .integer(manifest.tokenCount), "shards": .integer(manifest.shards.count),
      ])
  }
}
