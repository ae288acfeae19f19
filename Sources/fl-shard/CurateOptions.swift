import ArgumentParser
import FlashShared

extension CurationUnit: ExpressibleByArgument {}

/// Which documents stay, and in which form.
struct TextFilterOptions: ParsableArguments {
  @Option(
    help: "Cut documents into lines or paragraphs (at blank lines), which are then documents.")
  var unit = CurationUnit.document

  @Flag(help: "Remove white space at both ends of each document. Empty documents always go.")
  var strip = false

  @Option(help: ArgumentHelp("Keep documents of at least this many words.", valueName: "count"))
  var minWords: Int?

  @Option(help: ArgumentHelp("Keep documents of at most this many words.", valueName: "count"))
  var maxWords: Int?

  @Option(
    help: ArgumentHelp("Keep documents of at least this many characters.", valueName: "count"))
  var minCharacters: Int?

  @Option(
    help: ArgumentHelp("Keep documents of at most this many characters.", valueName: "count"))
  var maxCharacters: Int?

  @Option(
    help: ArgumentHelp(
      "Keep documents in which this regular expression is found; repeatable.", valueName: "pattern")
  )
  var keep: [String] = []

  @Option(
    help: ArgumentHelp(
      "Remove documents in which this regular expression is found; repeatable.",
      valueName: "pattern"))
  var drop: [String] = []

  @Flag(help: "Remove documents that came before, byte for byte.")
  var dropDuplicates = false

  @Option(
    help: ArgumentHelp(
      "Remove documents that share at least this part of their five-word sequences with an "
        + "earlier one (0 to 1; 0.8 is usual); of their sequences of characters where there are "
        + "no words between spaces.", valueName: "similarity"))
  var dropNearDuplicates: Double?

  @Option(
    help: ArgumentHelp(
      "Memory for near duplicates in MiB, about 500 bytes a document.", valueName: "MiB"))
  var nearDuplicateMemory = 1024

  @Option(
    help: ArgumentHelp("Keep the first documents that pass, so many.", valueName: "count"))
  var firstDocuments: Int?

  func validate() throws {
    if let similarity = dropNearDuplicates, !(similarity > 0 && similarity <= 1) {
      throw ValidationError("--drop-near-duplicates is a similarity above 0 and at most 1.")
    }
    for (name, value) in [
      ("--min-words", minWords), ("--max-words", maxWords), ("--min-characters", minCharacters),
      ("--max-characters", maxCharacters), ("--first-documents", firstDocuments),
      ("--near-duplicate-memory", nearDuplicateMemory),
    ] where value ?? 0 < 0 || value ?? 0 > 1 << 40 {
      throw ValidationError("\(name) cannot be \(value ?? 0).")
    }
  }

  func settings() throws -> TextCuration.Settings {
    var settings = TextCuration.Settings()
    settings.unit = unit
    settings.isStripped = strip
    settings.filters += [
      minWords.map(CurationFilter.minimumWords), maxWords.map(CurationFilter.maximumWords),
      minCharacters.map(CurationFilter.minimumCharacters),
      maxCharacters.map(CurationFilter.maximumCharacters),
    ].compactMap(\.self)
    settings.filters += try keep.map { try .pattern($0, isKept: true) }
    settings.filters += try drop.map { try .pattern($0, isKept: false) }
    settings.removesDuplicates = dropDuplicates
    settings.nearDuplicateThreshold = dropNearDuplicates
    settings.nearDuplicateMemory = nearDuplicateMemory << 20
    settings.firstDocuments = firstDocuments
    return settings
  }
}

/// Where curated text goes.
struct TextOutputOptions: ParsableArguments {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case jsonl
    case text
  }

  @Option(name: [.short, .long], help: ArgumentHelp("Where to write.", valueName: "path"))
  var output = "-"

  @Option(help: "jsonl: {\"text\"} a line, with \"bits\" and \"id\" where known; or text.")
  var outputFormat = Format.jsonl

  @Option(
    help: ArgumentHelp(
      "With --output-format text, the line after each document.", valueName: "line"))
  var outputSeparator = "<|endoftext|>"

  @Option(
    help: ArgumentHelp(
      "With --output-format text, put this between documents instead of separator lines, and nothing "
        + "at the end.", valueName: "text"))
  var join: String?

  @Option(help: ArgumentHelp("Shuffle the documents with this seed.", valueName: "seed"))
  var shuffle: UInt64?

  @Option(help: ArgumentHelp("Memory for the shuffle; more goes to a file.", valueName: "MiB"))
  var memory = 512

  @Option(help: ArgumentHelp("Where the validation part goes.", valueName: "path"))
  var validation: String?

  @Option(
    help: ArgumentHelp(
      "The probability with which a document goes to the validation part.", valueName: "fraction"))
  var validationFraction: Double?

  @Option(help: ArgumentHelp("The seed of that.", valueName: "seed"))
  var splitSeed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Write what was done as JSON, for 'fl-shard pack --report'.", valueName: "path"))
  var report: String?

  func validate() throws {
    guard (validation == nil) == (validationFraction == nil) else {
      throw ValidationError("--validation and --validation-fraction go together.")
    }
    guard validationFraction.map({ $0 > 0 && $0 < 1 }) ?? true else {
      throw ValidationError("--validation-fraction is between 0 and 1.")
    }
    guard join == nil || outputFormat == .text else {
      throw ValidationError("--join needs --output-format text.")
    }
    guard validation == nil || validation != output else {
      throw ValidationError("--validation and --output are the same.")
    }
    guard (1...1 << 24).contains(memory) else {
      throw ValidationError("--memory cannot be \(memory).")
    }
  }

  var curatedFormat: CuratedFormat {
    switch outputFormat {
    case .jsonl: .jsonLines
    case .text: join.map(CuratedFormat.joined) ?? .separated(by: outputSeparator)
    }
  }
}
