import ArgumentParser
import FlashShared
import Foundation

/// Where a command's documents come from, and how files hold them.
public struct DocumentOptions: ParsableArguments {
  /// The name of a document format.
  public struct Format: ExpressibleByArgument, Sendable {
    let name: String

    public init?(argument: String) {
      guard DocumentFormat(named: argument) != nil else { return nil }
      name = argument
    }

    init() { name = DocumentFormat.automaticName }

    public static var allValueStrings: [String] { DocumentFormat.names.map(\.name) }
    public var defaultValueDescription: String { name }
  }

  @Argument(
    help: ArgumentHelp(
      "Files with documents, read in this order; - is standard input.", valueName: "file"))
  public var inputs: [String] = ["-"]

  @Option(
    help: ArgumentHelp(
      "How the files hold documents. "
        + DocumentFormat.names.map { "\($0.name): \($0.summary)" }.joined(separator: "; ") + ".",
      valueName: "format"))
  public var format = Format()

  @Option(
    help: ArgumentHelp(
      "With text, the line between documents; an empty one separates at empty lines.",
      valueName: "line"))
  public var separator = "<|endoftext|>"

  @Option(
    help: ArgumentHelp(
      "With jsonl, the name of the member with the text; a.b is the member b of the object a, unless "
        + "there is a member a.b.", valueName: "name"))
  public var textMember = "text"

  @Flag(
    help: """
      With jsonl, count and leave out lines that hold no document: not JSON, without the text's \
      member, or text that is none.
      """)
  public var skipInvalid = false

  @Flag(help: "Turn CR LF and CR into LF as the files are read.")
  public var normalizeLineBreaks = false

  @Flag(
    help:
      "Leave out bytes that are not UTF-8, and halves of surrogate pairs, as the files are read."
  )
  public var dropInvalidBytes = false

  public init() {}

  public func validate() throws {
    if separator.contains(where: \.isNewline) {
      throw ValidationError("--separator is one line; give it without its line break.")
    }
  }

  /// A reader of the documents.
  ///
  /// - Parameters:
  ///   - pieceCharacters: with `whole`, the code points that a part of a file has.
  ///   - advice: what messages may advise beside what these options are.
  public func reader(
    pieceCharacters: Int? = nil, advice: DocumentAdvice = []
  ) -> DocumentReader {
    var settings = DocumentSettings()
    settings.textMember = textMember
    settings.separator = separator
    settings.pieceCharacters = pieceCharacters
    settings.skipsInvalid = skipInvalid
    settings.cleaning.normalizesLineBreaks = normalizeLineBreaks
    settings.cleaning.dropsInvalidBytes = dropInvalidBytes
    settings.advice = [.format, .separator, .textMember, .skipInvalid, .dropInvalidBytes]
    settings.advice.formUnion(advice)
    let format = DocumentFormat(named: format.name, settings) ?? .automatic(settings)
    return DocumentReader(paths: inputs, format: format)
  }
}

/// Says on standard error what a reader noticed in its sources and did not refuse, if anything.
public func printFindings(of reader: DocumentReader, from tool: String) {
  for finding in reader.findings { printMessage(finding.description, from: tool) }
}
