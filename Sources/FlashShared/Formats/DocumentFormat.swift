/// How a file holds documents: one of the formats, or the one that each file's content shows.
///
/// Text is UTF-8. A byte order mark at the start of a file is dropped; files in UTF-16 are refused,
/// and so is what is compressed or no text at all (see `ForeignContent`). NUL is a character like
/// any other. Lines end with a line feed, and a carriage return before it belongs to the line's end
/// where lines mean something (JSON, separator lines), otherwise to the text. The last line need
/// not end.
public struct DocumentFormat: Sendable {
  /// All formats, in the order in which a file's content is held against them.
  static let kinds: [any DocumentFraming.Type] = [
    JSONLines.self, SeparatedText.self, TextLines.self, WholeText.self,
  ]

  /// The name that leaves the choice to each file's content.
  public static let automaticName = "auto"

  /// The names of all formats, and what a file of each is.
  public static var names: [(name: String, summary: String)] {
    kinds.map { ($0.name, $0.summary) }
      + [(automaticName, "what each file's content shows")]
  }

  /// What the format is told.
  public var settings: DocumentSettings
  /// Nil where each file's content decides.
  private let kind: (any DocumentFraming.Type)?

  init(_ kind: (any DocumentFraming.Type)?, _ settings: DocumentSettings) {
    self.kind = kind
    self.settings = settings
  }

  /// A format by its name; nil if there is none of that name.
  public init?(named name: String, _ settings: DocumentSettings = DocumentSettings()) {
    let kind = Self.kinds.first { $0.name == name }
    guard kind != nil || name == Self.automaticName else { return nil }
    self.init(kind, settings)
  }

  /// The format that each file's content shows: JSON lines where it begins with an object, or is
  /// named so; otherwise text between separator lines.
  public static func automatic(_ settings: DocumentSettings = DocumentSettings()) -> Self {
    DocumentFormat(nil, settings)
  }

  /// What takes a file apart that begins so.
  func framing(of start: FileStart) throws -> any DocumentFraming {
    try ForeignContent.refuse(start)
    if let kind { return kind.init(settings) }
    var settings = settings
    settings.isGuess = true
    for kind in Self.kinds where try kind.holds(start) { return kind.init(settings) }
    try ForeignContent.refuseBinary(start)
    return SeparatedText(settings)
  }
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
  /// A document that does not fit the limit; `mend` is what helps.
  case tooLong(source: String, line: Int, limit: Int, mend: String)
  /// The file is not in UTF-8.
  case notUTF8(source: String, encoding: String)
  /// The file holds something else than documents; `reason` says what, and what helps.
  case notDocuments(source: String, reason: String)
  /// A JSON line without what is needed.
  case badLine(source: String, line: Int, reason: String)

  public var exitStatus: ExitStatus { .badData }

  public var description: String {
    switch self {
    case .tooLong(let source, let line, let limit, let mend):
      "\(source):\(line): the document that begins here is longer than \(limit) bytes; \(mend)"
    case .notUTF8(let source, let encoding):
      "\(source): the file is in \(encoding); convert it with 'iconv -f \(encoding) -t UTF-8'"
    case .notDocuments(let source, let reason): "\(source): \(reason)"
    case .badLine(let source, let line, let reason): "\(source):\(line): \(reason)"
    }
  }
}
