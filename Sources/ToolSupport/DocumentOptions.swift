import ArgumentParser
import FlashShared
import Foundation

/// Where a command's documents come from, and how files hold them.
public struct DocumentOptions: ParsableArguments {
  /// How files hold documents, as the command line says it.
  public enum Format: String, ExpressibleByArgument, CaseIterable, Sendable {
    case auto
    case jsonl
    case text
    case lines
    case whole
  }

  @Argument(
    help: ArgumentHelp(
      "Files with documents, read in this order; - is standard input.", valueName: "file"))
  public var inputs: [String] = ["-"]

  @Option(
    help: ArgumentHelp(
      """
      How the files hold documents. jsonl: one JSON object a line with its text; text: documents \
      between separator lines; lines: each line with its line feed; whole: each file is one; auto: \
      jsonl if the first file's name ends in .jsonl or .ndjson, otherwise text.
      """, valueName: "format"))
  public var format = Format.auto

  @Option(
    help: ArgumentHelp(
      "With text, the line between documents; an empty one separates at empty lines.",
      valueName: "line"))
  public var separator = "<|endoftext|>"

  @Option(
    help: ArgumentHelp("With jsonl, the name of the member with the text.", valueName: "name"))
  public var textMember = "text"

  @Flag(help: "Turn CR LF and CR into LF as the files are read.")
  public var normalizeLineBreaks = false

  @Flag(help: "Leave out bytes that are not UTF-8 as the files are read.")
  public var dropInvalidBytes = false

  public init() {}

  public func validate() throws {
    if separator.contains(where: \.isNewline) {
      throw ValidationError("--separator is one line; give it without its line break.")
    }
  }

  /// The format that the options and the files' names mean.
  public func documentFormat(pieceCharacters: Int? = nil) -> DocumentFormat {
    switch format {
    case .jsonl: return .jsonLines(textMember: textMember)
    case .text: return .separated(by: separator)
    case .lines: return .lines
    case .whole: return .whole(pieceCharacters: pieceCharacters)
    case .auto:
      let name = inputs.first ?? "-"
      return name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson")
        ? .jsonLines(textMember: textMember) : .separated(by: separator)
    }
  }

  /// A reader of the documents.
  ///
  /// - Parameter pieceCharacters: with `whole`, the code points that a part of a file has.
  public func reader(pieceCharacters: Int? = nil) -> DocumentReader {
    var cleaning = TextCleaning()
    cleaning.normalizesLineBreaks = normalizeLineBreaks
    cleaning.dropsInvalidBytes = dropInvalidBytes
    return DocumentReader(
      paths: inputs, format: documentFormat(pieceCharacters: pieceCharacters), cleaning: cleaning)
  }
}
