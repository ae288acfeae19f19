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

  @OptionGroup var emptyResult: EmptyResultOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    Interruption.install()
    let target = try OutputTarget(file: output.output)
    let validationTarget = try output.validation.map { try OutputTarget(file: $0) }
    let reportTarget = try output.report.map { try OutputTarget(file: $0) }
    let targets = [target, validationTarget, reportTarget].compactMap(\.self)
    try OutputTarget.refuseSamePlace(targets, inputs: input.inputs)
    let settings = try documents.settings()
    let reader = input.reader()
    let name = input.inputs.count == 1 ? input.inputs[0] : "\(input.inputs[0]) and more"
    var curation = TextCuration(settings)
    let format = output.curatedFormat
    let main = try DataOutput(target)
    let validation = try validationTarget.map(DataOutput.init)
    let reportSink = try reportTarget.map { try ByteSink($0) }
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
    progress.finish()
    if !emptyResult.allowEmpty { try refuseEmpty(curation, dealer, source: reader.name) }
    try main.finish()
    try validation?.finish()
    printFindings(of: reader, from: "fl-shard")
    let members = summary(curation, totals, dealer, skippedLines: reader.skippedLines)
    try reportSink?.write(JSONValue.object(members).serialized(isPretty: true) + [0x0A])
    try reportSink?.finish()
    note(
      "kept \(curation.unitsKept) of \(curation.unitsRead) documents, "
        + "\(totals.characters) characters", unless: common.quiet)
    guard !targets.contains(where: \.isStandardOutput) else { return }
    try EventLog(descriptor: 1, digits: EventLog.exactDigits).write("curate", members)
  }

  private func refuseEmpty(
    _ curation: TextCuration, _ dealer: CuratedDealer, source: String
  ) throws {
    guard curation.unitsRead > 0 || curation.isFinished else {
      throw EmptyResultError.nothingCame(source: source)
    }
    guard curation.unitsKept > 0 else {
      throw EmptyResultError.nothingLeft(
        output: output.output,
        reason: "none of \(curation.unitsRead) documents passes the filters and limits")
    }
    for (path, count) in zip([output.output, output.validation].compactMap(\.self), dealer.counts)
    where count == 0 {
      throw EmptyResultError.nothingLeft(
        output: path,
        reason: "all \(curation.unitsKept) documents went to the other output")
    }
  }

  private func summary(
    _ curation: TextCuration, _ totals: CuratedTotals, _ dealer: CuratedDealer, skippedLines: Int
  ) -> JSONObject {
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
    return [
      "documents_read": .integer(curation.documentsRead),
      "documents": .integer(curation.unitsKept), "characters": .integer(totals.characters),
      "bytes": .integer(totals.bytes), "bits": JSONValue(totals.bits),
      "sources": .array(input.inputs.map(JSONValue.string)),
      "steps": .array(steps.map(JSONValue.object)),
    ]
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
