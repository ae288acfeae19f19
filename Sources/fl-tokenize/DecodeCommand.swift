import ArgumentParser
import FlashShared
import Foundation
import ToolSupport

struct DecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract: "Turns tokens back into text.",
    discussion: """
      Reads what encode writes, in either form. Bytes come back exactly; special tokens are left \
      out unless --keep-special is given. In jsonl, where text must be UTF-8, what is not becomes \
      U+FFFD.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text
    case raw
    case jsonl
  }

  @Argument(help: ArgumentHelp("The file with tokens; - is standard input.", valueName: "file"))
  var input = "-"

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

  @OptionGroup var emptyResult: EmptyResultOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    Interruption.install()
    let target = try OutputTarget(file: output)
    try OutputTarget.refuseSamePlace([target], inputs: [input, self.tokenizer])
    let tokenizer = try Tokenizer(contentsOf: tokenizer)
    let reader = try TokenStreamReader(path: input)
    if let header = reader.header, header.tokenizerSHA256 != tokenizer.sha256 {
      throw DecodeError.anotherTokenizer(stream: reader.source, tokenizer: self.tokenizer)
    }
    let sink = try ByteSink(target)
    var document = TokenDocument()
    var isOpen = false
    var pending = JSONObject()
    var text: [UInt8] = []
    var number = 0
    func close() throws {
      guard isOpen else { return }
      isOpen = false
      switch outputFormat {
      case .raw: break
      case .text: try sink.write("\n\(separator)\n")
      case .jsonl:
        pending["text"] = .string(String(decoding: text, as: UTF8.self))
        try sink.write(JSONValue.object(pending).serialized() + [0x0A])
      }
      text.removeAll(keepingCapacity: true)
    }
    while try reader.next(into: &document) {
      try Interruption.check()
      if !document.continuesPrevious {
        try close()
        isOpen = true
        number += 1
        pending = document.name.map { ["id": .string($0)] } ?? [:]
      }
      if let id = document.ids.first(where: { Int($0) >= tokenizer.vocabularySize }) {
        throw DecodeError.outsideVocabulary(
          stream: reader.source, document: number, id: Int(id),
          vocabularySize: tokenizer.vocabularySize)
      }
      let bytes =
        printed
        ? Array(tokenizer.printedText(document.ids, skippingSpecial: !keepSpecial).utf8)
        : tokenizer.decode(document.ids, skippingSpecial: !keepSpecial)
      if outputFormat == .jsonl { text += bytes } else { try sink.write(bytes) }
    }
    try close()
    guard number > 0 || emptyResult.allowEmpty else {
      throw EmptyResultError.nothingCame(source: reader.source)
    }
    try sink.finish()
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
