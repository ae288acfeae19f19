import ArgumentParser
import FlashShared
import Foundation
import ToolSupport

struct StoriesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stories",
    abstract: "Writes the embedded corpus: stories whose information content is known.",
    discussion: """
      A seeded grammar writes children's stories. Each story carries its information content in \
      bits: -log2 of its probability under the grammar, exactly. No causal model can predict fresh \
      stories with fewer bits on average, so the sum of the bits is a floor under every honest \
      result; a model below it sees the future.

      A story is a function of the seed and its number alone. Train and validation texts do not \
      overlap if they take different ranges of numbers:

        fl-shard stories --seed 1 --documents 200000 --output train.jsonl
        fl-shard stories --seed 1 --first-document 200000 --documents 2000 --output validation.jsonl

      Stories are ASCII; paragraphs end with a line feed.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case jsonl
    case text
  }

  @Option(help: ArgumentHelp("How many stories to write.", valueName: "count"))
  var documents: Int?

  @Option(
    name: [.long, .customLong("bytes")],
    help: ArgumentHelp(
      "Write stories until their texts have this many characters (which are bytes); the last "
        + "story is complete.", valueName: "count"))
  var characters: Int?

  @Option(help: "The seed of the corpus.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("The number of the first story.", valueName: "number"))
  var firstDocument: UInt64 = 0

  @Option(
    help: "jsonl: {\"text\", \"bits\", \"id\"} a line; text: the texts, each with a separator.")
  var format = Format.jsonl

  @Option(help: "With --format text, the line after each story.")
  var separator = "<|endoftext|>"

  @Option(name: [.short, .long], help: ArgumentHelp("Where to write.", valueName: "path"))
  var output = "-"

  @OptionGroup var emptyResult: EmptyResultOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (documents == nil) != (characters == nil) else {
      throw ValidationError("give either --documents or --characters.")
    }
    guard (documents ?? 0) >= 0, (characters ?? 0) >= 0 else {
      throw ValidationError("--documents and --characters cannot be negative.")
    }
    guard
      documents == nil
        || firstDocument.addingReportingOverflow(UInt64(documents ?? 0)).overflow == false
    else { throw ValidationError("--first-document is too large.") }
  }

  func run() throws {
    Interruption.install()
    let grammar = StoryGrammar.standard
    let output = try DataOutput(path: output)
    var progress = ProgressBar("Writing stories", isQuiet: common.quiet)
    var written = (documents: 0, characters: 0, bits: 0.0)
    var text: [UInt8] = []
    while written.documents < documents ?? .max, written.characters < characters ?? .max {
      let index = firstDocument &+ UInt64(written.documents)
      text.removeAll(keepingCapacity: true)
      let bits = grammar.appendStory(seed: seed, index: index, to: &text)
      written.documents += 1
      written.characters += text.count
      written.bits += bits
      try output.append { buffer in
        switch format {
        case .text:
          buffer += text
          buffer += "\n\(separator)\n".utf8
        case .jsonl:
          buffer += #"{"text":""#.utf8
          _ = grammar.appendStory(seed: seed, index: index, to: &buffer, isEscaped: true)
          buffer += "\",\"bits\":\(bits),\"id\":\"story-\(seed)-\(index)\"}\n".utf8
        }
      }
      if written.documents.isMultiple(of: 4096) {
        try Interruption.check()
        let fraction =
          documents.map { Double(written.documents) / Double($0) }
          ?? characters.map { Double(written.characters) / Double($0) }
        progress.update(fraction: fraction, detail: "\(written.documents) stories")
      }
    }
    guard written.documents > 0 || emptyResult.allowEmpty else {
      throw EmptyResultError.nothingLeft(output: self.output, reason: "no story was asked for")
    }
    try output.finish()
    progress.finish()
    try report(written, isOnStandardOutput: output.isStandardOutput)
  }

  private func report(
    _ written: (documents: Int, characters: Int, bits: Double), isOnStandardOutput: Bool
  ) throws {
    let floor = written.characters == 0 ? 0 : written.bits / Double(written.characters)
    note(
      "\(written.documents) stories, \(written.characters) characters, "
        + "\(Int(written.bits.rounded())) bits: "
        + "the floor is \((floor * 1e4).rounded() / 1e4) bits per character", unless: common.quiet)
    guard !isOnStandardOutput else { return }
    try EventLog(descriptor: 1, digits: EventLog.exactDigits).write(
      "stories",
      [
        "documents": .integer(written.documents), "characters": .integer(written.characters),
        "bits": .number(written.bits), "bits_per_character": .number(floor),
        "seed": .string(String(seed)), "first_document": .string(String(firstDocument)),
      ])
  }
}
