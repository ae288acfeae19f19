/// How a file holds documents.
///
/// Text is UTF-8. A byte order mark at the start of a file is dropped; files in UTF-16 are refused.
/// NUL is a character like any other. Lines end with a line feed, and a carriage return before it
/// belongs to the line's end where lines mean something (JSON, separator lines), otherwise to the
/// text. The last line need not end.
public enum DocumentFormat: Equatable, Sendable {
  /// One JSON object a line, its text under the name `textMember`; a number `bits` is the document's
  /// information content, a string or whole number `id` its name. Blank lines are skipped.
  case jsonLines(textMember: String)
  /// Plain text in which documents are separated by lines that hold `separator` and nothing else.
  /// The line break before a separator line belongs to neither document, and nothing at all
  /// between two separator lines is no document. An empty `separator` separates at empty lines.
  case separated(by: String)
  /// Each line is a document, its line feed included.
  case lines
  /// Each file is one document. It comes in parts of `pieceCharacters` code points (the last one
  /// shorter) if that is given, otherwise whole.
  case whole(pieceCharacters: Int?)
}

/// A document as its source holds it.
public struct Document: Equatable, Sendable {
  /// The text's bytes, UTF-8 unless the source is not.
  public var text: [UInt8]
  /// The line of the source on which the text begins, from 1.
  public var line: Int
  /// The `id` of JSON lines, if there is one.
  public var name: String?
  /// The `bits` of JSON lines: the document's information content under its own source.
  public var informationBits: Double?
  /// Whether this goes on with the document before it instead of beginning a new one.
  public var continuesPrevious: Bool
}

/// A document whose text lies in a block's memory: valid only while that block is not refilled.
public struct DocumentView {
  public var text: UnsafeRawBufferPointer
  public var line: Int
  public var name: String?
  public var informationBits: Double?
  public var continuesPrevious = false
  /// Whether memory behind the text is readable, as the fast paths need it.
  var isPadded = false

  /// Takes white space (Unicode's, and U+001C to U+001F) off both ends of the text.
  mutating func strip() {
    let first = WhiteSpace.prefix(of: text)
    let rest = UnsafeRawBufferPointer(rebasing: text[first...])
    text = UnsafeRawBufferPointer(rebasing: rest[..<(rest.count - WhiteSpace.suffix(of: rest))])
  }
}

/// What is wrong with a source of documents.
public enum DocumentError: ReportableError, Equatable {
  /// A document that does not fit the limit.
  case tooLong(source: String, line: Int, limit: Int)
  /// The file is not in UTF-8.
  case notUTF8(source: String, encoding: String)
  /// A JSON line without what is needed.
  case badLine(source: String, line: Int, reason: String)

  public var exitStatus: ExitStatus { .badData }

  public var description: String {
    switch self {
    case .tooLong(let source, let line, let limit):
      "\(source):\(line): the document that begins here is longer than \(limit) bytes; "
        + "give the line that separates its documents with --separator, or take each line for one "
        + "with --format lines"
    case .notUTF8(let source, let encoding):
      "\(source): the file is in \(encoding); convert it with 'iconv -f \(encoding) -t UTF-8'"
    case .badLine(let source, let line, let reason): "\(source):\(line): \(reason)"
    }
  }
}
