/// Text files of which each is one document. It comes in parts of so many code points (the last one
/// shorter) if that is asked for, otherwise whole.
struct WholeText: DocumentFraming {
  static let name = "whole"
  static let summary = "each file is one"

  private let pieceCharacters: Int?
  private let advice: DocumentAdvice

  init(_ settings: DocumentSettings) {
    precondition(settings.pieceCharacters ?? 1 > 0, "pieces of nothing")
    pieceCharacters = settings.pieceCharacters
    advice = settings.advice
  }

  var isOneDocument: Bool { true }

  var lengthMend: String {
    advice.contains(.pieces)
      ? "read it in pieces: --piece-characters 1000000"
      : advice.contains(.format)
        ? "name how it is cut into documents: --format text or lines" : "cut it into several files"
  }

  /// What a piece lacks at one byte a character.
  func bytesWanted(after bytes: UnsafeRawBufferPointer) -> Int? {
    guard let pieceCharacters else { return nil }
    let missing = pieceCharacters + 1 - ByteCounts.characters(bytes)
    return missing > 0 ? min(max(missing, 16), 1 << 22) : 0
  }

  func lastBoundary(in bytes: UnsafeRawBufferPointer, searchedBefore: Int) -> Int? {
    pieceCharacters.flatMap { ByteCounts.prefix(of: bytes, characters: $0) }
  }

  func forEachDocument(
    in block: DocumentBlock, _ body: (DocumentView) throws -> Void
  ) throws {
    try body(
      DocumentView(
        text: block.bytes, line: 1, continuesPrevious: block.continuesPrevious, isPadded: true))
  }
}

extension DocumentFormat {
  /// Each file is one document. It comes in parts of `pieceCharacters` code points (the last one
  /// shorter) if that is given, otherwise whole.
  public static func whole(pieceCharacters: Int?) -> Self {
    var settings = DocumentSettings()
    settings.pieceCharacters = pieceCharacters
    return DocumentFormat(WholeText.self, settings)
  }
}
