import ArgumentParser
import FlashShared
import Foundation
import ToolSupport

struct CurateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "curate",
    abstract: "Filters, de-duplicates, shuffles and splits text.",
    discussion: """
      Documents are cut into units, stripped, filtered in the order in which the options stand \
      here, compared with earlier ones, limited, shuffled and split. Words are runs of other than \
      white space; characters are Unicode code points. Near duplicates are found with MinHash over \
      five-word shingles (128 hashes).

      Stories of 10 to 40 words, shuffled, as JSON lines for fl-tokenize:

        fl-shard curate --min-words 10 --max-words 40 --shuffle 1 stories.txt > curated.jsonl
      """)

  @OptionGroup(title: "Input") var input: DocumentOptions
  @OptionGroup(title: "Documents") var documents: TextFilterOptions
  @OptionGroup(title: "Output") var output: TextOutputOptions

  @OptionGroup var common: CommonOptions

  func run() throws {
    Interruption.install()
    let settings = try documents.settings()
    let reader = input.reader()
    let name = input.inputs.count == 1 ? input.inputs[0] : "\(input.inputs[0]) and more"
    var curation = TextCuration(settings)
    let format = output.curatedFormat
    let main = try DataOutput(path: output.output)
    let validation = try output.validation.map(DataOutput.init)
    let dealer = CuratedDealer(
      format: format, shuffleSeed: output.shuffle, memoryLimit: output.memory << 20,
      validationFraction: output.validationFraction ?? 0, splitSeed: output.splitSeed,
      outputs: [main, validation].compactMap(\.self).map { output in
        { bytes in try output.append { $0 += bytes } }
      })
    var totals = CuratedTotals()
    var progress = ProgressBar("Curating", isQuiet: common.quiet)
    var record: [UInt8] = []
    while !curation.isFinished, let document = try reader.next() {
      try Interruption.check()
      try curation.process(document) { kept in
        totals.count(kept)
        record.removeAll(keepingCapacity: true)
        try format.append(kept, source: name, to: &record)
        try dealer.add(record)
      }
      progress.update(
        fraction: reader.totalBytes.map { Double(reader.bytesRead) / Double(max(1, $0)) },
        detail: "\(curation.unitsKept) of \(curation.unitsRead) documents kept")
    }
    try dealer.finish()
    try main.finish()
    try validation?.finish()
    progress.finish()
    printFindings(of: reader, from: "fl-shard")
    try report(
      curation, totals, dealer, skippedLines: reader.skippedLines,
      isOnStandardOutput: main.isStandardOutput)
  }

  private func report(
    _ curation: TextCuration, _ totals: CuratedTotals, _ dealer: CuratedDealer,
    skippedLines: Int, isOnStandardOutput: Bool
  ) throws {
    var steps = curation.steps
    if skippedLines > 0 {
      steps.insert(["step": "skip_invalid", "lines_removed": .integer(skippedLines)], at: 0)
    }
    if let seed = output.shuffle {
      steps.append(["step": "shuffle", "seed": .string(String(seed))])
    }
    if let fraction = output.validationFraction {
      steps.append([
        "step": "split", "by": "documents", "validation_fraction": .number(fraction),
        "seed": .string(String(output.splitSeed)),
        "validation_documents": .integer(dealer.counts[1]),
      ])
    }
    let members: JSONObject = [
      "documents_read": .integer(curation.documentsRead),
      "documents": .integer(curation.unitsKept), "characters": .integer(totals.characters),
      "bytes": .integer(totals.bytes), "bits": JSONValue(totals.bits),
      "sources": .array(input.inputs.map(JSONValue.string)),
      "steps": .array(steps.map(JSONValue.object)),
    ]
    if let path = output.report {
      try AtomicFile.write(JSONValue.object(members).serialized(isPretty: true) + [0x0A], to: path)
    }
    note(
      "kept \(curation.unitsKept) of \(curation.unitsRead) documents, "
        + "\(totals.characters) characters", unless: common.quiet)
    if !isOnStandardOutput {
      try EventLog(descriptor: 1, digits: EventLog.exactDigits).write("curate", members)
    }
  }
}

/// Sums over the documents that stay.
private struct CuratedTotals {
  var characters = 0
  var bytes = 0
  /// Nil as soon as one document does not state its own.
  var bits: Double? = 0

  mutating func count(_ document: TextCuration.Kept) {
    characters += document.text.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    bytes += document.text.count
    bits = bits.flatMap { sum in document.informationBits.map { sum + $0 } }
  }
}
