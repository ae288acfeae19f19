import Foundation

/// What is wrong with a stream of encoded documents.
public enum TokenStreamError: ReportableError, Equatable {
  /// The first bytes are not those of a token stream.
  case notATokenStream(source: String)
  /// The source holds something else; `reason` says what, and what helps.
  case notTokens(source: String, reason: String)
  /// A stream of a later version.
  case unknownVersion(source: String, version: UInt32)
  /// The stream ends before its end record.
  case cutOff(source: String, offset: Int)
  /// Something at an offset cannot be.
  case damaged(source: String, offset: Int, reason: String)
  /// A line of the JSON-lines form is not of its form.
  case badLine(source: String, line: Int, reason: String)

  public var exitStatus: ExitStatus { .badData }

  public var description: String {
    switch self {
    case .notATokenStream(let source):
      "\(source): not a token stream; make one with 'fl-tokenize encode'"
    case .notTokens(let source, let reason): "\(source): \(reason)"
    case .unknownVersion(let source, let version):
      "\(source): token stream of version \(version), this program reads version 1; "
        + "use the fl-tokenize of the same release"
    case .cutOff(let source, let offset):
      "\(source): cut off at byte \(offset), before the end record; encode it again"
    case .damaged(let source, let offset, let reason):
      "\(source): damaged at byte \(offset): \(reason); encode it again"
    case .badLine(let source, let line, let reason):
      "\(source):\(line): \(reason)"
    }
  }
}

/// Reads a token stream, document by document, in constant memory.
///
/// All forms are read: the binary one (see `TokenStream`); JSON lines, one document a line:
/// `{"tokens": [...], "characters": 12, "bytes": 12, "id": "a", "bits": 34.5, "continues": true}`,
/// where all but `tokens` may be missing, or the list alone, `[1, 2, 3]`; and numpy's `.npy`, whose
/// whole numbers are one document, or one for each row. The first bytes decide.
public final class TokenStreamReader {
  /// What error messages call the stream.
  public let source: String
  /// What the stream says of itself; nil for JSON lines, which say nothing.
  public let header: TokenStreamHeader?
  /// What has been read so far. After the last document of a binary stream it equals the stream's
  /// own sums, dropped bytes included.
  public private(set) var totals = TokenStreamTotals()
  let input: ByteSource
  let buffer = ByteBuffer(capacity: 1 << 18)
  /// The next byte to read, in the buffer and in the stream.
  private var position = 0
  private var offset = 0
  private var line = 0
  private var isFinished = false
  /// What is still to come of a `.npy`; nil for the other forms.
  var array: TokenArray?

  /// Opens a stream and reads its header.
  public init(_ input: ByteSource) throws {
    self.input = input
    source = input.name
    try input.skipByteOrderMark()
    let start = try input.peek(FileStart.length)
    let first = start.first { !Self.isBlank($0) }
    let isJSON = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    let isBlank = first == nil && start.count > 0
    let isArray = start.starts(with: NpyHeader.magic)
    if isArray { array = try TokenArray(start, source: source) }
    guard !isJSON, !isBlank, !isArray else {
      header = nil
      _ = try input.fill(buffer, wanted: array?.dataOffset ?? 0)
      buffer.truncate()
      return
    }
    if !start.starts(with: TokenStream.magic),
      let reason = ForeignContent.description(of: start, source: source)
    {
      throw TokenStreamError.notTokens(source: source, reason: reason)
    }
    _ = try input.fill(buffer, wanted: TokenStream.headerSize)
    header = try Self.header(buffer.bytes, source)
    position = TokenStream.headerSize
    offset = TokenStream.headerSize
  }

  /// Opens a path; `-` is standard input.
  public convenience init(path: String) throws { try self.init(ByteSource(path: path)) }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D
  }

  private static func header(
    _ bytes: UnsafeRawBufferPointer, _ source: String
  ) throws -> TokenStreamHeader {
    let magic = TokenStream.magic
    guard bytes.prefix(magic.count).elementsEqual(magic) else {
      throw TokenStreamError.notATokenStream(source: source)
    }
    guard bytes.count == TokenStream.headerSize else {
      throw TokenStreamError.cutOff(source: source, offset: bytes.count)
    }
    let version = bytes.number(UInt32.self, at: 8)
    guard version == TokenStream.version else {
      throw TokenStreamError.unknownVersion(source: source, version: version)
    }
    let vocabularySize = bytes.number(UInt64.self, at: 16)
    guard vocabularySize > 0, vocabularySize <= UInt64(Int32.max) else {
      throw TokenStreamError.damaged(
        source: source, offset: 16, reason: "a vocabulary of \(vocabularySize) entries")
    }
    let header = TokenStreamHeader(
      vocabularySize: Int(vocabularySize), tokenizerSHA256: [UInt8](bytes[24..<56]))
    guard Int(bytes.number(UInt32.self, at: 12)) == header.bytesPerID else {
      throw TokenStreamError.damaged(
        source: source, offset: 12, reason: "the ids' width does not fit the vocabulary")
    }
    return header
  }

  /// The next document; nil after the last.
  public func next() throws -> TokenDocument? {
    var document = TokenDocument()
    return try next(into: &document) ? document : nil
  }

  /// Reads the next document into `document`, whose memory is used again.
  ///
  /// - Returns: false after the last document.
  public func next(into document: inout TokenDocument) throws -> Bool {
    guard !isFinished else { return false }
    let found =
      if let header {
        try nextRecord(into: &document, header)
      } else if array != nil {
        try nextOfArray(into: &document)
      } else {
        try nextLine(into: &document)
      }
    if found {
      if document.continuesPrevious && totals.documents == 0 {
        throw damaged("the first record continues a document")
      }
      totals.count(document)
      guard totals.bytes <= Self.largestSize, totals.characters <= Self.largestSize else {
        throw damaged("the documents' sizes add up to more than can be")
      }
    } else {
      isFinished = true
    }
    return found
  }

  private func damaged(_ reason: String) -> TokenStreamError {
    header == nil
      ? .badLine(source: source, line: line, reason: reason)
      : .damaged(source: source, offset: offset, reason: reason)
  }

  /// Makes the next `size` bytes available at `position`.
  private func need(_ size: Int) throws {
    guard buffer.count - position < size else { return }
    buffer.removePrefix(position)
    position = 0
    // In steps, so that an absurd length in a damaged file does not ask for absurd memory.
    while buffer.count < size {
      let step = max(
        min(size - buffer.count, 1 << 24), min(1 << 18, buffer.capacity - buffer.count))
      if try input.fill(buffer, wanted: step) < min(step, size - buffer.count) {
        guard buffer.count >= size else {
          throw TokenStreamError.cutOff(source: source, offset: offset + buffer.count)
        }
      }
    }
  }

  private func nextRecord(
    into document: inout TokenDocument, _ header: TokenStreamHeader
  ) throws -> Bool {
    try need(TokenStream.recordSize)
    let mark = number(UInt32.self, 0)
    if mark == TokenStream.endMark {
      try readEnd()
      return false
    }
    guard mark == TokenStream.documentMark else { throw damaged("no record begins here") }
    let tokens = number(UInt64.self, 8)
    let nameLength = Int(number(UInt32.self, 40))
    guard tokens <= TokenStream.maximumTokens else { throw damaged("\(tokens) tokens") }
    guard nameLength <= TokenStream.maximumNameLength else {
      throw damaged("a name of \(nameLength) bytes")
    }
    let flags = number(UInt32.self, 4)
    guard flags & ~TokenStream.continuationFlag == 0 else { throw damaged("unknown flags") }
    document.continuesPrevious = flags & TokenStream.continuationFlag != 0
    document.characters = try size(16)
    document.bytes = try size(24)
    let bits = Double(bitPattern: number(UInt64.self, 32))
    document.informationBits = bits.isNaN ? nil : bits
    let width = header.bytesPerID
    let idsStart = TokenStream.recordSize + nameLength
    let total = idsStart + Int(tokens) * width
    try need(total)
    let name = UnsafeRawBufferPointer(
      rebasing: buffer.bytes[(position + TokenStream.recordSize)..<(position + idsStart)])
    document.name = nameLength == 0 ? nil : String(decoding: name, as: UTF8.self)
    let ids = UnsafeRawBufferPointer(
      rebasing: buffer.bytes[(position + idsStart)..<(position + total)])
    let largest =
      width == 2
      ? Self.copy(ids, UInt16.self, into: &document.ids)
      : Self.copy(ids, UInt32.self, into: &document.ids)
    guard largest < header.vocabularySize else {
      throw damaged("id \(largest) in a vocabulary of \(header.vocabularySize)")
    }
    position += total
    offset += total
    return true
  }

  /// Copies ids and returns the largest, or -1 if there are none.
  private static func copy<Number: FixedWidthInteger & UnsignedInteger>(
    _ bytes: UnsafeRawBufferPointer, _ type: Number.Type, into ids: inout [Int32]
  ) -> Int {
    let count = bytes.count / MemoryLayout<Number>.size
    var largest: Number = 0
    ids.removeAll(keepingCapacity: true)
    ids.reserveCapacity(count)
    for index in 0..<count {
      let id = bytes.number(Number.self, at: index * MemoryLayout<Number>.size)
      largest = max(largest, id)
      ids.append(Int32(truncatingIfNeeded: id))
    }
    return count == 0 ? -1 : Int(largest)
  }

  private func readEnd() throws {
    totals.droppedBytes = try size(40)
    var stated = TokenStreamTotals()
    stated.documents = try size(8)
    stated.tokens = try size(16)
    stated.characters = try size(24)
    stated.bytes = try size(32)
    stated.droppedBytes = totals.droppedBytes
    guard stated == totals else { throw damaged("the end record's sums are not those read") }
    position += TokenStream.recordSize
    offset += TokenStream.recordSize
    let rest = buffer.count - position
    let more = rest > 0 ? rest : try input.fill(buffer, wanted: 1)
    guard more == 0 else { throw damaged("bytes after the end record") }
  }

  private func number<Number: FixedWidthInteger>(_ type: Number.Type, _ at: Int) -> Number {
    buffer.bytes.number(type, at: position + at)
  }

  /// The most bytes or characters that a document, or all of them, can have.
  private static let largestSize = 1 << 56

  private func size(_ at: Int) throws -> Int {
    let value = number(UInt64.self, at)
    guard value <= Self.largestSize else { throw damaged("a count of \(value)") }
    return Int(value)
  }

  private func nextLine(into document: inout TokenDocument) throws -> Bool {
    while let range = try nextLineRange() {
      line += 1
      let text = UnsafeRawBufferPointer(rebasing: buffer.bytes[range])
      if text.allSatisfy(Self.isBlank) { continue }
      try document.parse(jsonLine: text, source: source, line: line)
      return true
    }
    return false
  }

  /// The next line, without its end, as a range of the buffer; nil at the end of the stream.
  private func nextLineRange() throws -> Range<Int>? {
    var searched = position
    while true {
      let rest = UnsafeRawBufferPointer(rebasing: buffer.bytes[searched...])
      if let end = rest.firstIndex(of: 0x0A) {
        defer { position = searched + end + 1 }
        return position..<(searched + end)
      }
      buffer.removePrefix(position)
      position = 0
      searched = buffer.count
      guard searched <= TokenStream.longestLine else {
        throw TokenStreamError.badLine(
          source: source, line: line + 1,
          reason: "a line of more than 64 MiB; split the document, or encode to the binary form")
      }
      if try input.fill(buffer, wanted: 1 << 16) == 0 {
        guard buffer.count > 0 else { return nil }
        defer { position = buffer.count }
        return 0..<buffer.count
      }
    }
  }
}

extension UnsafeRawBufferPointer {
  /// A little-endian number at a byte offset, aligned or not.
  func number<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) -> Number {
    Number(littleEndian: loadUnaligned(fromByteOffset: offset, as: Number.self))
  }
}
