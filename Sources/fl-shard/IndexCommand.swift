import ArgumentParser
import FlashShared
import Foundation
import ToolSupport

struct IndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index",
    abstract: "Counts the n-grams of a set of shards for 'fl-sample --ngrams'.",
    discussion: """
      For each sequence of n - 1 tokens the index says which tokens followed it most often, and how \
      often. N-grams are counted in sorted batches that fit into --memory; what does not fit waits \
      in temporary files beside the output, at most 24 bytes for each token of the set. The index \
      takes 16 bytes for each context and 8 for each continuation. It does not depend on --memory.

        fl-shard index train --output train.4grams
        fl-sample run "Once upon a time" --ngrams train.4grams --ngram-weight 0.3
      """)

  @Argument(help: ArgumentHelp("The set's folder.", valueName: "folder"))
  var shards: String

  @Option(name: [.short, .long], help: ArgumentHelp("The index.", valueName: "file"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "n: tokens of a context and its continuation. V^n must be below 2^64, V the ids of the "
        + "vocabulary.", valueName: "n"))
  var order = NgramIndexBuilder.Settings().order

  @Option(
    help: ArgumentHelp(
      "Keep so many continuations of a context, the most frequent.",
      valueName: "count"))
  var continuations = NgramIndexBuilder.Settings().continuations

  @Option(
    help: ArgumentHelp("Leave contexts out that occur less often.", valueName: "count"))
  var minCount = NgramIndexBuilder.Settings().minimumCount

  @Option(help: ArgumentHelp("Memory for sorting and merging.", valueName: "MiB"))
  var memory = NgramIndexBuilder.Settings().memoryLimit >> 20

  @OptionGroup var emptyResult: EmptyResultOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
      guard range.contains(value) else {
        throw ValidationError(
          "\(name) must be from \(range.lowerBound) to \(range.upperBound), not \(value).")
      }
    }
    try check("--order", order, NgramIndexHead.orders)
    try check("--continuations", continuations, NgramIndexHead.continuationLimits)
    try check("--min-count", minCount, 1...Int(UInt32.max))
    try check("--memory", memory, 1...1 << 24)
  }

  func run() throws {
    Interruption.install()
    let target = try OutputTarget(file: output)
    try OutputTarget.refuseSamePlace([target], inputs: ShardSet.paths(of: shards))
    var settings = NgramIndexBuilder.Settings()
    settings.order = order
    settings.continuations = continuations
    settings.minimumCount = minCount
    settings.memoryLimit = memory << 20
    settings.allowsEmpty = emptyResult.allowEmpty
    let set = try ShardSet(path: shards)
    var progress = ProgressBar("Indexing", isQuiet: common.quiet)
    let head = try NgramIndexBuilder(settings).build(set, to: output) {
      progress.update(fraction: $0, detail: shards)
    }
    progress.finish()
    note(
      "\(output): \(head.contextCount) contexts of \(order - 1) tokens, "
        + "\(head.continuationCount) continuations", unless: common.quiet)
    guard !target.isStandardOutput else { return }
    var record: JSONObject = ["path": .string(output), "shards": .string(shards)]
    record.merge(head.json)
    try EventLog(descriptor: 1, digits: EventLog.exactDigits).write("index", record)
  }
}
