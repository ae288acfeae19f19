import ArgumentParser
import FlashShared
import Foundation
import ToolSupport

struct DecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract: "Turns tokens back into text.",
    discussion: """
      Reads what encode writes, in either form; JSON lines that are lists, [1,2,3]; arrays of numpy \
      (.npy); and the sets of shards that fl-shard packs. Bytes come back exactly; special tokens, \
      and the end-of-text token that a set's documents carry, are left out unless --keep-special is \
      given. In jsonl, where text must be UTF-8, what is not becomes U+FFFD.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text
    case raw
    case jsonl
  }

  @Argument(
    help: ArgumentHelp(
      "Files with tokens ('-' is standard input) and folders of sets, read in this order.",
      valueName: "input"))
  var inputs: [String] = ["-"]

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The tokenizer's file: tokenizer.json.", valueName: "file"))
  var tokenizer: String

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Where to write; - is standard output.", valueName: "file"))
  var output = "-"

  @Option(
    help: """
      text: documents with a separator line after each; raw: the bytes, one document after the \
      other; jsonl: {"text": ...} a line.
      """)
  var outputFormat = Format.text

  @Option(help: ArgumentHelp("With text, the line after each document.", valueName: "line"))
  var separator = "<|endoftext|>"

  @Flag(help: "Write special tokens too.")
  var keepSpecial = false

  @Flag(
    help: """
      Print tokens as the tokenizers library does without a decoder: in stand-ins for bytes, with \
      spaces between.
      """)
  var printed = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    Interruption.install()
    let tokenizer = try Tokenizer(contentsOf: tokenizer)
    let sink = try ByteSink(path: output)
    for path in inputs {
      let input = TokenInput(paths: [path], describesSources: false)
      try input.open(needsVocabularySize: false)
      if let hash = input.tokenizerHash, hash != hexadecimal(tokenizer.sha256) {
        throw DecodeError.anotherTokenizer(stream: input.current, tokenizer: self.tokenizer)
      }
      try decode(input, tokenizer, into: sink)
    }
    try sink.finish()
  }

  private func decode(
    _ input: TokenInput, _ tokenizer: Tokenizer, into sink: ByteSink
  ) throws {
    var part = TokenPart()
    var record = JSONObject()
    var text: [UInt8] = []
    var number = 0
    while try input.next(into: &part) {
      try Interruption.check()
      if part.isFirst {
        number += 1
        record = part.name.map { ["id": .string($0)] } ?? [:]
        text.removeAll(keepingCapacity: true)
      }
      if let id = part.ids.first(where: { Int($0) >= tokenizer.vocabularySize }) {
        throw DecodeError.outsideVocabulary(
          stream: input.current, document: number, id: Int(id),
          vocabularySize: tokenizer.vocabularySize)
      }
      if !keepSpecial, part.isLast, let end = input.presentEndOfText, part.ids.last == end {
        part.ids.removeLast()
      }
      let bytes =
        printed
        ? Array(tokenizer.printedText(part.ids, skippingSpecial: !keepSpecial).utf8)
        : tokenizer.decode(part.ids, skippingSpecial: !keepSpecial)
      if outputFormat == .jsonl { text += bytes } else { try sink.write(bytes) }
      guard part.isLast else { continue }
      switch outputFormat {
      case .raw: break
      case .text: try sink.write("\n\(separator)\n")
      case .jsonl:
        record["text"] = .string(String(decoding: text, as: UTF8.self))
        try sink.write(JSONValue.object(record).serialized() + [0x0A])
      }
    }
  }
}

/// Tokens that do not belong to the tokenizer.
enum DecodeError: ReportableError {
  case anotherTokenizer(stream: String, tokenizer: String)
  case outsideVocabulary(stream: String, document: Int, id: Int, vocabularySize: Int)

  var exitStatus: ExitStatus { .badData }

  var description: String {
    switch self {
    case .anotherTokenizer(let stream, let tokenizer):
      "\(stream): encoded with another tokenizer than \(tokenizer); give that one"
    case .outsideVocabulary(let stream, let document, let id, let vocabularySize):
      "\(stream): document \(document) has id \(id), outside the tokenizer's \(vocabularySize) "
        + "entries; give the tokenizer that encoded it"
    }
  }
}
