/// How documents stand in a file: what one format knows, and nothing else does.
///
/// A new format is one type in a file of its own, a line in `DocumentFormat.kinds`, and its test.
/// The rest follows: `--format` takes its name, help lists it, and files that it recognises are
/// read with it where no format is named.
protocol DocumentFraming: Sendable {
  /// What `--format` calls it.
  static var name: String { get }
  /// What a file of this format is, as a clause of the help.
  static var summary: String { get }

  /// Whether a file that begins so is of this format. Throws where it is nearly so, and nothing
  /// good could come of reading it as another.
  static func holds(_ start: FileStart) throws -> Bool

  init(_ settings: DocumentSettings)

  /// The most bytes that a document may have where no other limit is given.
  var documentLimit: Int { get }
  /// What helps where a document is longer than the limit.
  var lengthMend: String { get }
  /// Whether a file is one document, which comes in several blocks if it is cut.
  var isOneDocument: Bool { get }

  /// How many more bytes a block needs; nil for as many as fill it.
  func bytesWanted(after bytes: UnsafeRawBufferPointer) -> Int?

  /// Where the last document that is complete ends, given that no boundary lies before
  /// `searchedBefore`; nil if none is complete.
  func lastBoundary(in bytes: UnsafeRawBufferPointer, searchedBefore: Int) -> Int?

  /// Takes a block of whole documents apart, whose memory goes on behind its bytes for
  /// `WordScanner.slack`. The text of a view is valid during the call only.
  func forEachDocument(in block: DocumentBlock, _ body: (DocumentView) throws -> Void) throws
}

extension DocumentFraming {
  static func holds(_ start: FileStart) throws -> Bool { false }
  var documentLimit: Int { DocumentReader.standardLimit }
  var lengthMend: String { "cut it into shorter documents" }
  var isOneDocument: Bool { false }
  func bytesWanted(after bytes: UnsafeRawBufferPointer) -> Int? { nil }
}

/// What a format may be told of how its files hold documents.
public struct DocumentSettings: Sendable {
  /// With JSON lines, the member that holds the text. A point reaches inside: `a.b` is the member
  /// `b` of the object `a`, unless there is a member `a.b`.
  public var textMember = "text"
  /// With separated text, the line between documents.
  public var separator = "<|endoftext|>"
  /// With whole files, the code points of a part; nil for files in one part.
  public var pieceCharacters: Int?
  /// Whether what holds no document is counted and left out instead of refused.
  public var skipsInvalid = false
  /// What is mended in the text as it is read.
  public var cleaning = TextCleaning()
  /// What messages may advise.
  public var advice: DocumentAdvice = []
  /// Whether the format was chosen by a file's content.
  var isGuess = false

  public init() {}
}

/// The options that the command in use has, so that messages advise no others.
public struct DocumentAdvice: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// `--format`
  public static let format = DocumentAdvice(rawValue: 1)
  /// `--separator`
  public static let separator = DocumentAdvice(rawValue: 2)
  /// `--text-member`
  public static let textMember = DocumentAdvice(rawValue: 4)
  /// `--skip-invalid`
  public static let skipInvalid = DocumentAdvice(rawValue: 8)
  /// `--drop-invalid-bytes`
  public static let dropInvalidBytes = DocumentAdvice(rawValue: 16)
  /// `--piece-characters`
  public static let pieces = DocumentAdvice(rawValue: 32)
}

/// What is known of a file before it is read: its first bytes, without a byte order mark.
struct FileStart {
  /// How many bytes are looked at, if there are so many.
  static let length = 1 << 16

  /// What error messages call the file.
  let source: String
  /// The first bytes, valid during the call.
  let bytes: UnsafeRawBufferPointer
  /// What messages may advise.
  let advice: DocumentAdvice

  /// Whether the file's name ends so, in letters of either case.
  func hasSuffix(_ suffixes: String...) -> Bool {
    let name = source.lowercased()
    return suffixes.contains { name.hasSuffix($0) }
  }
}
