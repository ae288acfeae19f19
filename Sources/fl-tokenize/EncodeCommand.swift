import ArgumentParser
import FlashShared
import Foundation
import ToolSupport

extension EncodingOptions.Form: ExpressibleByArgument {}

struct EncodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode",
    abstract: "Turns documents into tokens.",
    discussion: """
      Writes a binary token stream, which fl-shard reads, or with --output-format jsonl one object \
      a line: {"tokens", "characters", "bytes"} and, where the document has them, its "id" and its \
      information content in "bits". Nothing is put before or behind a document.

      Bytes for which the tokenizer has no symbol are left out, and their number is reported. Bytes \
      that are not UTF-8 are kept: each counts as a character that is neither letter, number nor \
      white space.

      Memory does not grow with the input. A document may have 256 MiB; with --format whole and \
      --piece-characters files of any length are read.
      """)

  @OptionGroup var documents: DocumentOptions

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The tokenizer's file: tokenizer.json.", valueName: "file"))
  var tokenizer: String

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Where to write; - is standard output.", valueName: "file"))
  var output = "-"

  @Option(help: "binary: the stream that fl-shard reads; jsonl: one JSON object a line.")
  var outputFormat = EncodingOptions.Form.binary

  @Option(
    help: ArgumentHelp(
      "Cut each document after every so many code points, and encode the pieces by themselves.",
      valueName: "count"))
  var pieceCharacters: Int?

  @Flag(help: "Take white space off both ends of each document.")
  var strip = false

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let pieceCharacters, pieceCharacters < 1 {
      throw ValidationError("--piece-characters must be at least 1.")
    }
  }

  func run() throws {
    Interruption.install()
    if outputFormat == .binary {
      try TerminalRefusal.check(
        output, "the binary token stream",
        mend: "name a file with --output, pipe it on, or give --output-format jsonl")
    }
    let started = ContinuousClock.now
    let tokenizer = try Tokenizer(contentsOf: tokenizer)
    var options = EncodingOptions()
    options.form = outputFormat
    options.pieceCharacters = pieceCharacters
    options.stripsWhitespace = strip
    options.threads = threads.count
    let reader = documents.reader(pieceCharacters: pieceCharacters, advice: .pieces)
    let sink = try ByteSink(path: output)
    let progress = Progress(ProgressBar("Encoding", isQuiet: common.quiet))
    let total = reader.totalBytes.map { Double(max($0, 1)) }
    let totals = try tokenizer.encode(reader, options) { done in
      progress.bar.update(
        fraction: total.map { Double(done) / $0 }, detail: "\(done / 1_000_000) MB")
    } sink: {
      try sink.write($0)
    }
    try sink.finish()
    progress.bar.finish()
    printFindings(of: reader, from: "fl-tokenize")
    let seconds = (ContinuousClock.now - started) / .seconds(1)
    if !common.quiet {
      var message = "\(totals.documents) documents, \(totals.tokens) tokens"
      if totals.droppedBytes > 0 {
        message +=
          "; \(totals.droppedBytes) bytes have no symbol in the tokenizer and were left out"
      }
      note(message)
    }
    guard !sink.isStandardOutput else { return }
    try EventLog(descriptor: 1, digits: EventLog.exactDigits).write(
      "encoded",
      [
        "documents": .integer(totals.documents), "tokens": .integer(totals.tokens),
        "characters": .integer(totals.characters), "bytes": .integer(totals.bytes),
        "dropped_bytes": .integer(totals.droppedBytes),
        "skipped_lines": .integer(reader.skippedLines), "seconds": .number(seconds),
        "output": .string(output),
      ])
  }
}
