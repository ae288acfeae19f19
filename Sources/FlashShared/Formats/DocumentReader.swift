import Foundation

/// Reads documents from files, one after the other, in constant memory.
///
/// Two ways to use it: `next()` gives one document at a time; `next(into:)` gives blocks of whole
/// documents, which threads can split and work on by themselves.
public final class DocumentReader {
  /// The longest document that is accepted unless another limit is given: 256 MiB.
  public static let standardLimit = 1 << 28
  /// The same for a line of JSON: 64 MiB.
  public static let standardLineLimit = 1 << 26

  private let format: DocumentFormat
  private var cleaner: TextCleaner
  /// The limit that was asked for.
  private let limit: Int?
  private let blockSize: Int
  private var waiting: ArraySlice<String>
  private var current: (source: ByteSource, framing: any DocumentFraming)?
  private var opened = 0
  private let noticed = DocumentFindings()
  /// What was read beyond the end of the last block.
  private let carry = ByteBuffer()
  private var line = 1
  private var isContinuing = false
  /// Bytes handed out so far, over all files.
  public private(set) var bytesRead = 0
  /// Bytes of all files together, if the system knows all their sizes.
  public let totalBytes: Int?
  private var pending: [Document] = []
  private lazy var ownBlock = DocumentBlock()

  /// Opens nothing yet; files are opened as they are reached.
  ///
  /// - Parameters:
  ///   - paths: the files in order; `-` is standard input.
  ///   - format: how each holds documents.
  ///   - cleaning: what is mended in the text as it is read.
  ///   - limit: the most bytes that a document may have; nil for the standard limit.
  ///   - blockSize: how many bytes a block aims at.
  public init(
    paths: [String], format: DocumentFormat, cleaning: TextCleaning = TextCleaning(),
    limit: Int? = nil, blockSize: Int = 1 << 18
  ) {
    var format = format
    if cleaning.isNeeded { format.settings.cleaning = cleaning }
    self.format = format
    cleaner = TextCleaner(format.settings.cleaning)
    self.limit = limit
    self.blockSize = blockSize
    waiting = paths[...]
    let sizes = paths.map { path -> Int? in
      guard path != "-" else { return nil }
      var status = stat()
      guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      return Int(status.st_size)
    }
    totalBytes = sizes.allSatisfy { $0 != nil } ? sizes.reduce(0) { $0 + ($1 ?? 0) } : nil
  }

  /// The next document; nil after the last one of the last file.
  public func next() throws -> Document? {
    while pending.isEmpty {
      guard try next(into: ownBlock) else { return nil }
      try ownBlock.forEachDocument { view in
        pending.append(
          Document(
            text: [UInt8](view.text), line: view.line, name: view.name,
            informationBits: view.informationBits, continuesPrevious: view.continuesPrevious))
      }
      pending.reverse()
    }
    return pending.removeLast()
  }

  /// What was noticed so far and not refused, in the order in which it stands in the sources.
  public var findings: [DocumentFinding] { noticed.list }

  /// How many lines were left out since they hold no document.
  public var skippedLines: Int {
    findings.reduce(0) { $0 + ($1.kind == .skippedLine ? $1.count : 0) }
  }

  /// Fills a block with the documents that come next.
  ///
  /// - Returns: false when there are no more.
  public func next(into block: DocumentBlock) throws -> Bool {
    while true {
      guard try openNextIfNeeded(), let (source, framing) = current else { return false }
      block.begin(
        source: source.name, index: opened, framing: framing, line: line, findings: noticed)
      block.continuesPrevious = isContinuing
      block.buffer.append(carry.bytes)
      carry.truncate()
      let isEnd = try fill(block, from: source, framing)
      if isEnd { current = nil }
      guard block.buffer.count > 0 else { continue }
      bytesRead += block.buffer.count
      line += framing.isOneDocument ? 0 : ByteCounts.lineFeeds(block.buffer.bytes)
      isContinuing = framing.isOneDocument
      return true
    }
  }

  private func openNextIfNeeded() throws -> Bool {
    if current != nil { return true }
    guard let path = waiting.popFirst() else { return false }
    let source = try ByteSource(path: path)
    try source.skipByteOrderMark()
    let start = FileStart(
      source: source.name, bytes: try source.peek(FileStart.length),
      advice: format.settings.advice)
    current = (source, try format.framing(of: start))
    opened += 1
    line = 1
    isContinuing = false
    cleaner = TextCleaner(format.settings.cleaning)
    return true
  }

  /// Reads until the block ends with a document, and puts what lies behind into `carry`.
  ///
  /// - Returns: whether the file ended.
  private func fill(
    _ block: DocumentBlock, from source: ByteSource, _ framing: any DocumentFraming
  ) throws -> Bool {
    let limit = limit ?? framing.documentLimit
    var searched = 0
    while true {
      let start = block.buffer.count
      let wanted =
        framing.bytesWanted(after: block.bytes) ?? max(blockSize - start, blockSize / 4, 1)
      cleaner.restore(block.buffer)
      let isEnd = try source.fill(block.buffer, wanted: wanted) < wanted
      cleaner.clean(block.buffer, from: start, isEnd: isEnd)
      let bytes = block.bytes
      if let boundary = framing.lastBoundary(in: bytes, searchedBefore: searched) {
        guard boundary < bytes.count else { return isEnd }
        if !isEnd || framing.isOneDocument {
          carry.append(UnsafeRawBufferPointer(rebasing: bytes[boundary...]))
          block.buffer.truncate(to: boundary)
          return false
        }
        return true
      }
      if isEnd { return true }
      searched = block.buffer.count
      guard searched <= limit else {
        throw DocumentError.tooLong(
          source: source.name, line: line, limit: limit, mend: framing.lengthMend)
      }
    }
  }
}
