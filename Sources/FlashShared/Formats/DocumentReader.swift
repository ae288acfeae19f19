import Foundation

/// Reads documents from files, one after the other, in constant memory.
///
/// Two ways to use it: `next()` gives one document at a time; `next(into:)` gives blocks of whole
/// documents, which threads can split and work on by themselves.
public final class DocumentReader {
  /// The longest document that is accepted unless another limit is given: 256 MiB.
  public static let standardLimit = 1 << 28
  /// The same for a line of JSON: 64 MiB, since parsing can take forty times as much memory.
  public static let standardLineLimit = 1 << 26

  private let format: DocumentFormat
  private let cleaning: TextCleaning
  private var cleaner: TextCleaner
  private let limit: Int
  private let blockSize: Int
  private var waiting: ArraySlice<String>
  private var current: ByteSource?
  /// What was read beyond the end of the last block.
  private let carry = ByteBuffer()
  private var line = 1
  private var isAtStart = true
  private var isContinuing = false
  /// Bytes handed out so far, over all files.
  public private(set) var bytesRead = 0
  /// What messages about all of the input call it.
  public let name: String
  /// Bytes of all files together, if the system knows all their sizes.
  public let totalBytes: Int?
  private var pending: [Document] = []
  private lazy var ownBlock = DocumentBlock()

  /// Opens nothing yet; files are opened as they are reached.
  ///
  /// - Parameters:
  ///   - paths: the files in order; `-` is standard input.
  ///   - cleaning: what is mended in the text as it is read.
  ///   - limit: the most bytes that a document may have; nil for the standard limit.
  ///   - blockSize: how many bytes a block aims at.
  public init(
    paths: [String], format: DocumentFormat, cleaning: TextCleaning = TextCleaning(),
    limit: Int? = nil, blockSize: Int = 1 << 18
  ) {
    self.cleaning = cleaning
    cleaner = TextCleaner(cleaning)
    if case .whole(let characters?) = format { precondition(characters > 0, "pieces of nothing") }
    self.format = format
    if case .jsonLines = format {
      self.limit = limit ?? Self.standardLineLimit
    } else {
      self.limit = limit ?? Self.standardLimit
    }
    self.blockSize = blockSize
    waiting = paths[...]
    let first = paths.first.map { $0 == "-" ? "standard input" : $0 } ?? "no file"
    name = paths.count < 2 ? first : "\(first) and \(paths.count - 1) more"
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

  /// Fills a block with the documents that come next.
  ///
  /// - Returns: false when there are no more.
  public func next(into block: DocumentBlock) throws -> Bool {
    while true {
      guard try openNextIfNeeded(), let source = current else { return false }
      block.begin(source: source.name, format: format, line: line)
      block.continuesPrevious = isContinuing
      block.buffer.append(carry.bytes)
      carry.truncate()
      let isEnd = try fill(block, from: source)
      if isEnd { current = nil }
      guard block.buffer.count > 0 else { continue }
      bytesRead += block.buffer.count
      line += block.needsLines ? ByteCounts.lineFeeds(block.buffer.bytes) : 0
      if case .whole = format { isContinuing = true }
      return true
    }
  }

  private func openNextIfNeeded() throws -> Bool {
    if current != nil { return true }
    guard let path = waiting.popFirst() else { return false }
    current = try ByteSource(path: path)
    line = 1
    isAtStart = true
    isContinuing = false
    cleaner = TextCleaner(cleaning)
    return true
  }

  /// Reads until the block ends with a document, and puts what lies behind into `carry`.
  ///
  /// - Returns: whether the file ended.
  private func fill(_ block: DocumentBlock, from source: ByteSource) throws -> Bool {
    var searched = 0
    while true {
      // At the start enough to tell what the file begins with.
      let wanted = max(wantedBytes(block), isAtStart ? 4 : 0)
      let start = block.buffer.count
      cleaner.restore(block.buffer)
      let received = try source.fill(block.buffer, wanted: wanted)
      if isAtStart { try checkStart(block.buffer, source) }
      let isEnd = received < wanted
      cleaner.clean(block.buffer, from: start, isEnd: isEnd)
      if let boundary = block.lastBoundary(searchedBefore: searched) {
        guard boundary < block.buffer.count else { return isEnd }
        let bytes = block.buffer.bytes
        if !isEnd || block.endsAtBoundary {
          carry.append(UnsafeRawBufferPointer(rebasing: bytes[boundary...]))
          block.buffer.truncate(to: boundary)
          return false
        }
        return true
      }
      if isEnd { return true }
      searched = block.buffer.count
      guard block.buffer.count <= limit else {
        throw DocumentError.tooLong(source: source.name, line: line, limit: limit)
      }
    }
  }

  /// How much to read next: what a block lacks, or what a piece lacks at one byte a character.
  private func wantedBytes(_ block: DocumentBlock) -> Int {
    if case .whole(let characters?) = format {
      let missing = characters + 1 - ByteCounts.characters(block.buffer.bytes)
      return missing > 0 ? min(max(missing, 16), 1 << 22) : 0
    }
    return max(blockSize - block.buffer.count, blockSize / 4, 1)
  }

  private func checkStart(_ buffer: ByteBuffer, _ source: ByteSource) throws {
    isAtStart = false
    let bytes = buffer.bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      buffer.removePrefix(3)
    } else if bytes.starts(with: [0xFF, 0xFE]) {
      throw DocumentError.notUTF8(source: source.name, encoding: "UTF-16LE")
    } else if bytes.starts(with: [0xFE, 0xFF]) {
      throw DocumentError.notUTF8(source: source.name, encoding: "UTF-16BE")
    }
  }
}
