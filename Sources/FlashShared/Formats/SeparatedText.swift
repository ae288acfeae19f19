import Foundation

/// Plain text in which documents are separated by lines that hold the separator and nothing else.
///
/// The line break before a separator line belongs to neither document, and nothing at all between
/// two separator lines is no document. An empty separator separates at empty lines. What nearly
/// separates (a mark inside a line, a separator between blanks) is text, and counted.
struct SeparatedText: DocumentFraming {
  static let name = "text"
  static let summary = "documents between separator lines"

  private let separator: [UInt8]
  /// Whether the separator is a mark such as <|endoftext|>, which nobody writes in a text.
  private let isMark: Bool
  private let advice: DocumentAdvice

  init(_ settings: DocumentSettings) {
    separator = Array(settings.separator.utf8)
    let scalars = settings.separator.unicodeScalars
    func isSign(_ scalar: Unicode.Scalar?) -> Bool {
      scalar.map { $0.isASCII && !$0.properties.isAlphabetic && $0.value > 0x20 } ?? false
    }
    isMark =
      isSign(scalars.first) && isSign(scalars.last)
      && scalars.contains { $0.properties.isAlphabetic }
    advice = settings.advice
  }

  var lengthMend: String {
    let lines = "take each line as one: --format lines"
    return advice.contains(.separator)
      ? "name the line that stands between documents (--separator), or \(lines)"
        + (advice.contains(.pieces)
          ? ", or the file in pieces: --format whole --piece-characters 1000000" : "")
      : advice.contains(.format) ? lines : "put separator lines between its parts"
  }

  func lastBoundary(in bytes: UnsafeRawBufferPointer, searchedBefore: Int) -> Int? {
    let start = max(0, searchedBefore - separator.count - 2)
    var end = bytes.count
    while let lineFeed = bytes[start..<end].lastIndex(of: 0x0A) {
      // A line that ends at `lineFeed` is the separator if the separator stands before its end.
      let cr = lineFeed > 0 && bytes[lineFeed - 1] == 0x0D ? 1 : 0
      let lineStart = lineFeed - cr - separator.count
      if lineStart >= 0, lineStart == 0 || bytes[lineStart - 1] == 0x0A,
        separatorEnd(in: bytes, at: lineStart) == lineFeed + 1
      {
        return lineFeed + 1
      }
      end = lineFeed
    }
    return nil
  }

  func forEachDocument(
    in block: DocumentBlock, _ body: (DocumentView) throws -> Void
  ) throws {
    let bytes = block.bytes
    var line = block.firstLine
    var start = 0
    var misses = Misses()
    while start < bytes.count {
      let found = nextSeparator(in: bytes, from: start, &misses)
      var end = found?.lowerBound ?? bytes.count
      let next = found?.upperBound ?? bytes.count
      // The line break before the separator line, or the file's last one, is not text.
      if end > start, bytes[end - 1] == 0x0A { end -= 1 }
      if end > start, bytes[end - 1] == 0x0D, found != nil || end < bytes.count { end -= 1 }
      if end > start {
        let text = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        try body(DocumentView(text: text, line: line, isPadded: true))
      }
      line += ByteCounts.lineFeeds(UnsafeRawBufferPointer(rebasing: bytes[start..<next]))
      start = next
    }
    guard let first = misses.first else { return }
    let before = UnsafeRawBufferPointer(rebasing: bytes[..<first])
    block.report(
      .separatorInText(separator: String(decoding: separator, as: UTF8.self)), misses.count,
      line: block.firstLine + ByteCounts.lineFeeds(before))
  }

  /// The places that nearly separate.
  private struct Misses {
    var count = 0
    var first: Int?

    mutating func add(_ position: Int) {
      count += 1
      if first == nil { first = position }
    }
  }

  /// The first separator line at or after `start`, its line break included; `start` is a line start.
  private func nextSeparator(
    in bytes: UnsafeRawBufferPointer, from start: Int, _ misses: inout Misses
  ) -> Range<Int>? {
    var position = start
    let isEmpty = separator.isEmpty
    while position <= bytes.count {
      if position == start || bytes[position - 1] == 0x0A,
        let end = separatorEnd(in: bytes, at: position)
      {
        return position..<end
      }
      if nearlySeparates(in: bytes, at: position) { misses.add(position) }
      // The next place where a separator can begin: its first byte, or behind a line feed.
      guard
        let hit = bytes.position(
          of: separator.first ?? 0x0A, from: isEmpty ? position : position + 1)
      else { return nil }
      position = isEmpty ? hit + 1 : hit
    }
    return nil
  }

  private func holdsSeparator(_ bytes: UnsafeRawBufferPointer, at position: Int) -> Bool {
    bytes.count - position >= separator.count
      && separator.indices.allSatisfy { bytes[position + $0] == separator[$0] }
  }

  /// The end of the separator line that begins at `position`, or nil if none does.
  private func separatorEnd(in bytes: UnsafeRawBufferPointer, at position: Int) -> Int? {
    guard holdsSeparator(bytes, at: position) else { return nil }
    var end = position + separator.count
    if end == bytes.count { return separator.isEmpty ? nil : end }
    if bytes[end] == 0x0D, end + 1 < bytes.count, bytes[end + 1] == 0x0A { end += 1 }
    return bytes[end] == 0x0A ? end + 1 : nil
  }

  /// Whether what begins at `position`, which is no separator line, may have been meant as one.
  private func nearlySeparates(in bytes: UnsafeRawBufferPointer, at position: Int) -> Bool {
    guard position < bytes.count, holdsSeparator(bytes, at: position) else { return false }
    if isMark { return true }
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
    var end = position + separator.count
    while end < bytes.count, isBlank(bytes[end]) { end += 1 }
    guard end == bytes.count || bytes[end] == 0x0A else { return false }
    var start = position
    while start > 0, isBlank(bytes[start - 1]) { start -= 1 }
    guard start == 0 || bytes[start - 1] == 0x0A else { return false }
    return !separator.isEmpty || end > position
  }
}

extension DocumentFormat {
  /// Documents are separated by lines that hold `separator` and nothing else.
  public static func separated(by separator: String) -> Self {
    var settings = DocumentSettings()
    settings.separator = separator
    return DocumentFormat(SeparatedText.self, settings)
  }
}
