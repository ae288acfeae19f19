import Foundation

/// A stretch of a source that holds whole documents (or one part of a long one), not yet taken
/// apart: the unit that a reading thread hands to working threads.
///
/// One thread at a time may use a block; like `ByteBuffer`, it is handed over, never shared.
public final class DocumentBlock: @unchecked Sendable {
  let buffer = ByteBuffer(capacity: 1 << 18)
  /// Room for a text that does not stand in the source as it is.
  let scratch = ByteBuffer()
  /// What error messages call the source.
  public private(set) var source = ""
  /// The line on which the block begins.
  public private(set) var firstLine = 1
  /// Whether the block goes on with the document of the block before it.
  public internal(set) var continuesPrevious = false
  private var framing: any DocumentFraming = TextLines(DocumentSettings())
  /// The source's position among the reader's, and where findings go.
  private var sourceIndex = 0
  private var findings: DocumentFindings?

  public init() {}

  /// How many bytes of the source the block holds.
  public var byteCount: Int { buffer.count }

  /// The bytes of the block.
  var bytes: UnsafeRawBufferPointer { buffer.bytes }

  func begin(
    source: String, index: Int, framing: any DocumentFraming, line: Int,
    findings: DocumentFindings
  ) {
    self.source = source
    sourceIndex = index
    self.framing = framing
    self.findings = findings
    firstLine = line
    buffer.truncate()
  }

  /// Takes the block apart. The text of a view is valid during the call only.
  public func forEachDocument(_ body: (DocumentView) throws -> Void) throws {
    buffer.reserve(WordScanner.slack)
    try framing.forEachDocument(in: self, body)
  }

  /// Notes what was noticed in the block `count` times, first on a line of the source.
  func report(_ kind: DocumentFinding.Kind, _ count: Int, line: Int, reason: String = "") {
    findings?.add(
      DocumentFinding(
        kind: kind, count: count, order: (sourceIndex, line), source: source, reason: reason))
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
