import Foundation

/// The binary stream of encoded documents that `fl-tokenize encode` writes and `fl-shard` reads.
///
/// All numbers are little-endian and unaligned. A stream is a header, records, and an end record:
///
///     header    "FLTOKENS"  u32 version (1)  u32 bytes per id (2 or 4)  u64 vocabulary size
///               32 bytes SHA-256 of the tokenizer's file
///               8 bytes zero                                                      (64 bytes)
///     document  u32 "DOC1"  u32 flags  u64 tokens  u64 characters  u64 bytes
///               f64 information content in bits (NaN: not known)
///               u32 length of the document's name  u32 zero                       (48 bytes)
///               the name in UTF-8, then the ids
///     end       u32 "END1"  u32 zero  u64 documents  u64 tokens  u64 characters  u64 bytes
///               u64 dropped bytes                                                 (48 bytes)
///
/// Characters (Unicode code points) and bytes are those of the source text. Flag 1 says that the
/// record goes on with the document of the record before it: a text too long for one record comes
/// in several, and no end-of-text belongs between them. Dropped bytes are those of the source text
/// for which the tokenizer has no symbol. A stream without its end record was cut off.
public enum TokenStream {
  static let magic = Array("FLTOKENS".utf8)
  static let version: UInt32 = 1
  static let documentMark: UInt32 = 0x3143_4F44
  static let endMark: UInt32 = 0x3144_4E45
  static let continuationFlag: UInt32 = 1
  static let headerSize = 64
  static let recordSize = 48
  /// The most tokens that one record may hold.
  public static let maximumTokens = 1 << 30
  /// The longest line of the JSON form: parsing takes some forty times as much memory.
  static let longestLine = 1 << 26
  /// The most bytes that a document's name may have.
  public static let maximumNameLength = 1 << 16
}

/// What a token stream says of itself before its first document.
public struct TokenStreamHeader: Equatable, Sendable {
  /// How many ids the tokenizer has; every id in the stream is smaller.
  public let vocabularySize: Int
  /// SHA-256 of the tokenizer's file, 32 bytes.
  public let tokenizerSHA256: [UInt8]
  /// 2 for vocabularies of at most 65,536 entries, otherwise 4.
  public var bytesPerID: Int { vocabularySize <= 1 << 16 ? 2 : 4 }

  public init(vocabularySize: Int, tokenizerSHA256: [UInt8]) {
    precondition(vocabularySize > 0 && tokenizerSHA256.count == 32, "not a tokenizer's header")
    self.vocabularySize = vocabularySize
    self.tokenizerSHA256 = tokenizerSHA256
  }

  /// The 64 bytes that open the stream.
  var encoded: [UInt8] {
    var bytes = TokenStream.magic
    bytes.append(littleEndian: TokenStream.version)
    bytes.append(littleEndian: UInt32(bytesPerID))
    bytes.append(littleEndian: UInt64(vocabularySize))
    return bytes + tokenizerSHA256 + [UInt8](repeating: 0, count: 8)
  }
}

/// One document of a token stream, or one part of a long one.
public struct TokenDocument: Equatable, Sendable {
  /// The token ids.
  public var ids: [Int32] = []
  /// Unicode code points of the source text.
  public var characters = 0
  /// Bytes of the source text.
  public var bytes = 0
  /// The document's information content under its own source, in bits, where that is known.
  public var informationBits: Double?
  /// The document's name in its source (`id` of JSON lines), where it has one.
  public var name: String?
  /// Whether this goes on with the document before it instead of beginning a new one.
  public var continuesPrevious = false

  public init(ids: [Int32] = [], characters: Int = 0, bytes: Int = 0) {
    self.ids = ids
    self.characters = characters
    self.bytes = bytes
  }
}

/// The sums that close a token stream.
public struct TokenStreamTotals: Equatable, Sendable {
  /// Documents; parts of one document count once.
  public var documents = 0
  public var tokens = 0
  /// Unicode code points of the source text.
  public var characters = 0
  /// Bytes of the source text.
  public var bytes = 0
  /// Bytes of the source text that the tokenizer has no symbol for, and which are in no token.
  public var droppedBytes = 0

  public init() {}

  /// Adds the sums of another part of the stream.
  public static func += (sum: inout TokenStreamTotals, part: TokenStreamTotals) {
    sum.documents += part.documents
    sum.tokens += part.tokens
    sum.characters += part.characters
    sum.bytes += part.bytes
    sum.droppedBytes += part.droppedBytes
  }

  /// Adds a document.
  public mutating func count(_ document: TokenDocument) {
    documents += document.continuesPrevious ? 0 : 1
    tokens += document.ids.count
    characters += document.characters
    bytes += document.bytes
  }

  /// The 48 bytes that close the stream.
  var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: TokenStream.endMark)
    bytes.append(littleEndian: UInt32(0))
    for sum in [documents, tokens, characters, self.bytes, droppedBytes] {
      bytes.append(littleEndian: UInt64(sum))
    }
    return bytes
  }
}

/// The fixed part of a document record.
struct TokenRecordHead {
  var tokens = 0
  var characters = 0
  var bytes = 0
  var informationBits = Double.nan
  var nameLength = 0
  var continuesPrevious = false

  /// Writes the 48 bytes of a record's head at an address.
  func store(at address: UnsafeMutableRawPointer) {
    func put<Number: FixedWidthInteger>(_ number: Number, _ offset: Int) {
      address.storeBytes(of: number.littleEndian, toByteOffset: offset, as: Number.self)
    }
    put(TokenStream.documentMark, 0)
    put(continuesPrevious ? TokenStream.continuationFlag : 0, 4)
    put(UInt64(tokens), 8)
    put(UInt64(characters), 16)
    put(UInt64(bytes), 24)
    put(informationBits.bitPattern, 32)
    put(UInt32(nameLength), 40)
    put(UInt32(0), 44)
  }
}

/// Writes a token stream, document by document.
public struct TokenStreamWriter: ~Copyable {
  private let header: TokenStreamHeader
  private let sink: (UnsafeRawBufferPointer) throws -> Void
  private let buffer = ByteBuffer(capacity: 1 << 18)
  /// What has been written so far; `droppedBytes` is the caller's to add.
  public var totals = TokenStreamTotals()

  /// Begins a stream.
  ///
  /// - Parameter sink: takes the stream's bytes, in order.
  public init(
    header: TokenStreamHeader, sink: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    self.header = header
    self.sink = sink
    buffer.append(header.encoded)
  }

  /// Appends a document, whose ids must lie inside the vocabulary.
  public mutating func write(_ document: TokenDocument) throws {
    let name = Array((document.name ?? "").utf8)
    precondition(document.ids.count <= TokenStream.maximumTokens, "split long documents")
    precondition(name.count <= TokenStream.maximumNameLength, "a name beyond the limit")
    var head = TokenRecordHead()
    head.tokens = document.ids.count
    head.characters = document.characters
    head.bytes = document.bytes
    head.informationBits = document.informationBits ?? .nan
    head.nameLength = name.count
    head.continuesPrevious = document.continuesPrevious
    head.store(at: buffer.reserve(TokenStream.recordSize))
    buffer.advance(by: TokenStream.recordSize)
    buffer.append(name)
    let width = header.bytesPerID
    let room = buffer.reserve(width * document.ids.count)
    for (index, id) in document.ids.enumerated() {
      precondition(id >= 0 && id < header.vocabularySize, "an id outside the vocabulary")
      if width == 2 {
        room.storeBytes(of: UInt16(id).littleEndian, toByteOffset: 2 * index, as: UInt16.self)
      } else {
        room.storeBytes(of: UInt32(id).littleEndian, toByteOffset: 4 * index, as: UInt32.self)
      }
    }
    buffer.advance(by: width * document.ids.count)
    totals.count(document)
    if buffer.count >= 1 << 17 { try flush() }
  }

  /// Closes the stream with its sums. What is not finished reads as cut off.
  public consuming func finish() throws {
    buffer.append(totals.encoded)
    try flush()
  }

  private func flush() throws {
    try sink(buffer.bytes)
    buffer.truncate()
  }
}

extension [UInt8] {
  mutating func append<Number: FixedWidthInteger>(littleEndian number: Number) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }
}
