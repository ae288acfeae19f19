import ArgumentParser
import FlashShared
import Foundation
import ToolSupport

struct CapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cap",
    abstract: "Caps a tokenizer to the ids that are most frequent in some text.",
    discussion: """
      v4's tokenizer: GPT-2's merges, of whose ids the 9,996 most frequent are kept and numbered \
      from 4 by falling frequency (of equals, the one seen first); every other id becomes <unk>. \
      The original is an input: a tokenizer.json, or GPT-2's vocab.json and merges.txt.

        fl-tokenize cap stories.txt --vocabulary vocab.json --merges merges.txt \\
          --documents 50000 --output tokenizer.json

      The output holds the original whole, and encode and decode read it like any other.
      """)

  @OptionGroup var documents: DocumentOptions

  @Option(help: ArgumentHelp("The original as tokenizer.json.", valueName: "file"))
  var base: String?

  @Option(help: ArgumentHelp("The original's vocab.json.", valueName: "file"))
  var vocabulary: String?

  @Option(help: ArgumentHelp("The original's merges.txt.", valueName: "file"))
  var merges: String?

  @Option(help: ArgumentHelp("Entries, the four special tokens included.", valueName: "count"))
  var vocabularySize = 10_000

  @Option(
    name: .customLong("documents"),
    help: ArgumentHelp("Count the first so many documents (default: all).", valueName: "count"))
  var limit: Int?

  @Option(name: [.short, .long], help: ArgumentHelp("The file to write.", valueName: "file"))
  var output: String

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (base == nil) == (vocabulary != nil), (vocabulary == nil) == (merges == nil) else {
      throw ValidationError("Give either --base, or --vocabulary and --merges.")
    }
    let special = CappedVocabulary.standardSpecialTokens.count
    guard vocabularySize > special else {
      throw ValidationError("--vocabulary-size must be more than \(special).")
    }
    guard limit ?? 1 > 0 else { throw ValidationError("--documents must be at least 1.") }
  }

  func run() throws {
    Interruption.install()
    let original =
      if let base {
        try Tokenizer(contentsOf: base)
      } else {
        try Tokenizer(vocabularyPath: vocabulary ?? "", mergesPath: merges ?? "")
      }
    guard original.cap == nil else {
      throw TokenizerError.unsupported(
        path: base ?? "", reason: "capping what is capped; give the original")
    }
    let encoder = TokenEncoder(original)
    var frequencies = IDFrequencies(vocabularySize: original.vocabularySize)
    var progress = ProgressBar("Counting", isQuiet: common.quiet)
    let reader = documents.reader()
    var counted = 0
    while counted < limit ?? .max, let document = try reader.next() {
      frequencies.count(encoder.encode(document.text))
      counted += 1
      if counted.isMultiple(of: 512) {
        try Interruption.check()
        progress.update(
          fraction: limit.map { Double(counted) / Double($0) }, detail: "\(counted) documents")
      }
    }
    progress.finish()
    printFindings(of: reader, from: "fl-tokenize")
    let room = vocabularySize - CappedVocabulary.standardSpecialTokens.count
    let capped = Tokenizer(
      model: original.model, addedTokens: original.addedTokens,
      addsPrefixSpace: original.addsPrefixSpace,
      hasByteLevelDecoder: original.hasByteLevelDecoder,
      cap: CappedVocabulary(kept: frequencies.mostFrequent(room)))
    let sink = try ByteSink(path: output)
    try sink.write(capped.serialized())
    try sink.finish()
    let coverage = frequencies.coverage(room)
    if !common.quiet {
      note(
        "kept \(capped.vocabularySize - 4) of \(frequencies.distinct) ids seen in \(counted) "
          + "documents: \((100 * coverage).rounded(to: 3)) % of all tokens")
    }
    guard !sink.isStandardOutput else { return }
    try EventLog(descriptor: 1, digits: EventLog.exactDigits).write(
      "capped",
      [
        "vocabulary_size": .integer(capped.vocabularySize), "documents": .integer(counted),
        "distinct_ids": .integer(frequencies.distinct), "coverage": .number(coverage),
        "sha256": .string(capped.sha256.hexadecimal), "output": .string(output),
      ])
  }
}
