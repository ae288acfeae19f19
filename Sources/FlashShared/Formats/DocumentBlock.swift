import Foundation

/// A stretch of a source that holds whole documents (or one part of a long one), not yet taken
/// apart: the unit that a reading thread hands to working threads.
///
/// One thread at a time may use a block; like `ByteBuffer`, it is handed over, never shared.
public final class DocumentBlock: @unchecked Sendable {
  let buffer = ByteBuffer(capacity: 1 << 18)
  /// What error messages call the source.
  public private(set) var source = ""
  /// The line on which the block begins.
  public private(set) var firstLine = 1
  /// Whether the block goes on with the document of the block before it.
  public internal(set) var continuesPrevious = false
  private var format = DocumentFormat.lines
  private var separator: [UInt8] = []

  public init() {}

  /// How many bytes of the source the block holds.
  public var byteCount: Int { buffer.count }

  func begin(source: String, format: DocumentFormat, line: Int) {
    self.source = source
    self.format = format
    firstLine = line
    buffer.truncate()
    if case .separated(let text) = format { separator = Array(text.utf8) }
  }

  /// Whether line numbers mean anything for the format.
  var needsLines: Bool { if case .whole = format { false } else { true } }

  /// Whether a block must end at a boundary even where the file ends behind it.
  var endsAtBoundary: Bool { if case .whole = format { true } else { false } }

  /// Where the last document that is complete ends, given that no boundary lies before
  /// `searchedBefore`; nil if none is complete.
  func lastBoundary(searchedBefore: Int) -> Int? {
    let bytes = buffer.bytes
    switch format {
    case .jsonLines, .lines:
      guard let position = bytes[searchedBefore...].lastIndex(of: 0x0A) else { return nil }
      return position + 1
    case .separated:
      return lastSeparator(in: bytes, from: max(0, searchedBefore - separator.count - 2))
    case .whole(let pieceCharacters):
      return pieceCharacters.flatMap { ByteCounts.prefix(of: bytes, characters: $0) }
    }
  }

  /// Takes the block apart. The text of a view is valid during the call only.
  public func forEachDocument(_ body: (DocumentView) throws -> Void) throws {
    buffer.reserve(WordScanner.slack)
    let bytes = buffer.bytes
    switch format {
    case .jsonLines(let member): try forEachJSONLine(member, body)
    case .lines:
      var view = DocumentView(text: bytes, line: firstLine, isPadded: true)
      var start = 0
      while start < bytes.count {
        let end = (bytes.position(of: 0x0A, from: start) ?? bytes.count - 1) + 1
        view.text = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        try body(view)
        view.line += 1
        start = end
      }
    case .separated: try forEachSeparated(body)
    case .whole:
      try body(
        DocumentView(
          text: bytes, line: 1, continuesPrevious: continuesPrevious, isPadded: true))
    }
  }

  private func forEachSeparated(_ body: (DocumentView) throws -> Void) throws {
    let bytes = buffer.bytes
    var line = firstLine
    var start = 0
    while start < bytes.count {
      let found = nextSeparator(in: bytes, from: start)
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
  }

  /// The first separator line at or after `start`, its line break included; `start` is a line start.
  private func nextSeparator(in bytes: UnsafeRawBufferPointer, from start: Int) -> Range<Int>? {
    var position = start
    while position <= bytes.count {
      if position == start || bytes[position - 1] == 0x0A,
        let end = separatorEnd(in: bytes, at: position)
      {
        return position..<end
      }
      // The next place where a separator can begin: its first byte, or behind a line feed.
      let isEmpty = separator.isEmpty
      guard
        let hit = bytes.position(
          of: separator.first ?? 0x0A, from: isEmpty ? position : position + 1)
      else { return nil }
      position = isEmpty ? hit + 1 : hit
    }
    return nil
  }

  /// The end of the separator line that begins at `position`, or nil if none does.
  private func separatorEnd(in bytes: UnsafeRawBufferPointer, at position: Int) -> Int? {
    guard bytes.count - position >= separator.count,
      separator.indices.allSatisfy({ bytes[position + $0] == separator[$0] })
    else { return nil }
    var end = position + separator.count
    if end == bytes.count { return separator.isEmpty ? nil : end }
    if bytes[end] == 0x0D, end + 1 < bytes.count, bytes[end + 1] == 0x0A { end += 1 }
    return bytes[end] == 0x0A ? end + 1 : nil
  }

  /// The end of the last separator line that is complete, its line feed included.
  private func lastSeparator(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
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

  private func forEachJSONLine(
    _ member: String, _ body: (DocumentView) throws -> Void
  ) throws {
    let bytes = buffer.bytes
    var line = firstLine - 1
    var start = 0
    while start < bytes.count {
      let end = bytes.position(of: 0x0A, from: start) ?? bytes.count
      let text = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      line += 1
      start = end + 1
      if text.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      let value = try JSONValue(parsing: text, source: source, line: line)
      guard var string = value[member]?.stringValue else {
        throw DocumentError.badLine(
          source: source, line: line,
          reason: "no text under \"\(member)\"; expected {\"\(member)\": \"...\"}")
      }
      let name = value["id"].flatMap { $0.stringValue ?? $0.integerValue.map(String.init) }
      let bits = value["bits"]?.doubleValue
      try string.withUTF8 {
        try body(
          DocumentView(
            text: UnsafeRawBufferPointer($0), line: line, name: name, informationBits: bits))
      }
    }
  }
}

extension UnsafeRawBufferPointer {
  /// The first position of a byte at or after `start`.
  func position(of byte: UInt8, from start: Int) -> Int? {
    guard start < count, let base = baseAddress,
      let hit = memchr(base + start, Int32(byte), count - start)
    else { return nil }
    return base.distance(to: UnsafeRawPointer(hit))
  }
}
