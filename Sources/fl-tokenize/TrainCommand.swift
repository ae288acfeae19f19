import ArgumentParser
import FlashShared
import Foundation
import ToolSupport

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Learns a vocabulary and merges from text.",
    discussion: """
      Vocabulary, merges and ids are those that the tokenizers library's BpeTrainer learns from the \
      same texts. With --format lines each line with its line feed is a text of its own, as in the \
      library's train_from_files; otherwise each document is.

      Memory grows with the number of different words, not with the text.
      """)

  enum Alphabet: String, ExpressibleByArgument, CaseIterable {
    case seen
    case bytes
  }

  enum Decoder: String, ExpressibleByArgument, CaseIterable {
    case byteLevel = "byte-level"
    case none
  }

  @OptionGroup var documents: DocumentOptions

  @Option(name: [.short, .long], help: ArgumentHelp("The file to write.", valueName: "file"))
  var output: String

  @Option(help: ArgumentHelp("How many entries the vocabulary gets.", valueName: "count"))
  var vocabularySize = BytePairTraining().vocabularySize

  @Option(help: ArgumentHelp("Pairs that occur less often are not merged.", valueName: "count"))
  var minimumFrequency = BytePairTraining().minimumFrequency

  @Option(
    name: .customLong("special-token"), parsing: .singleValue,
    help: ArgumentHelp(
      "A special token; may be given several times, and ids follow the order (default: <pad>, "
        + "<unk>, <bos>, <eos>).", valueName: "text"))
  var specialTokens: [String] = []

  @Flag(help: "No special tokens.")
  var noSpecialTokens = false

  @Option(
    help: """
      seen: bytes that occur get a symbol, and others are dropped when text is encoded; bytes: all \
      256 do.
      """)
  var alphabet = Alphabet.seen

  @Option(
    help: ArgumentHelp("At most so many symbols: the rarest are left out.", valueName: "count"))
  var limitAlphabet: Int?

  @Option(help: ArgumentHelp("No merged token becomes longer than this.", valueName: "bytes"))
  var maximumTokenLength: Int?

  @Flag(
    inversion: .prefixedNo,
    help: "Put a space before each text that does not begin with one.")
  var prefixSpace = true

  @Option(
    help: "The decoder that the file names; with none, other programs print tokens with spaces.")
  var decoder = Decoder.byteLevel

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if noSpecialTokens && !specialTokens.isEmpty {
      throw ValidationError("Give either --special-token or --no-special-tokens.")
    }
  }

  func run() throws {
    Interruption.install()
    var options = BytePairTraining()
    options.vocabularySize = vocabularySize
    options.minimumFrequency = minimumFrequency
    if noSpecialTokens || !specialTokens.isEmpty { options.specialTokens = specialTokens }
    options.includesAllBytes = alphabet == .bytes
    options.alphabetLimit = limitAlphabet
    options.maximumTokenLength = maximumTokenLength
    options.addsPrefixSpace = prefixSpace
    let started = ContinuousClock.now
    let progress = Progress(ProgressBar("Training", isQuiet: common.quiet))
    let reader = documents.reader()
    let tokenizer = try Tokenizer.train(
      on: reader, options, hasByteLevelDecoder: decoder == .byteLevel, threads: threads.count
    ) { fraction, stage in
      progress.bar.update(fraction: fraction, detail: stage)
    }
    let output = try ByteSink(path: output)
    try output.write(tokenizer.serialized())
    try output.finish()
    progress.bar.finish()
    printFindings(of: reader, from: "fl-tokenize")
    let seconds = (ContinuousClock.now - started) / .seconds(1)
    if !common.quiet {
      note(
        "\(tokenizer.vocabularySize) entries, \(tokenizer.model.mergeList.count) merges "
          + "from \(reader.bytesRead) bytes in \(seconds.rounded(to: 2)) s")
    }
    guard !output.isStandardOutput else { return }
    try EventLog(descriptor: 1, digits: EventLog.exactDigits).write(
      "tokenizer",
      [
        "vocabulary_size": .integer(tokenizer.vocabularySize),
        "merges": .integer(tokenizer.model.mergeList.count),
        "source_bytes": .integer(reader.bytesRead), "seconds": .number(seconds),
        "sha256": .string(tokenizer.sha256.hexadecimal), "output": .string(self.output),
      ])
  }
}
