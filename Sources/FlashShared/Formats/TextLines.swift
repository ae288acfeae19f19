/// Text in which each line is a document, its line feed included.
struct TextLines: DocumentFraming {
  static let name = "lines"
  static let summary = "each line with its line feed"

  init(_ settings: DocumentSettings) {}

  func lastBoundary(in bytes: UnsafeRawBufferPointer, searchedBefore: Int) -> Int? {
    bytes[searchedBefore...].lastIndex(of: 0x0A).map { $0 + 1 }
  }

  func forEachDocument(
    in block: DocumentBlock, _ body: (DocumentView) throws -> Void
  ) throws {
    let bytes = block.bytes
    var view = DocumentView(text: bytes, line: block.firstLine, isPadded: true)
    var start = 0
    while start < bytes.count {
      let end = (bytes.position(of: 0x0A, from: start) ?? bytes.count - 1) + 1
      view.text = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      try body(view)
      view.line += 1
      start = end
    }
  }
}

extension DocumentFormat {
  /// Each line is a document, its line feed included.
  public static var lines: Self { DocumentFormat(TextLines.self, DocumentSettings()) }
}
