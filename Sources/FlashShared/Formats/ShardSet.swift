import Foundation

/// A finished set of shards, open for reading: tokens by position across all shards, and where
/// documents begin and end.
///
/// Opening reads the manifest and every file's header and length, and refuses a set in which they
/// do not agree. Contents are checked by `verify()`; ids outside the vocabulary are refused as
/// they are read. Shards are memory-mapped: nothing is loaded before it is used.
public final class ShardSet: Sendable {
  /// The folder.
  public let path: String
  /// What the set says of itself.
  public let manifest: ShardManifest
  private let shards: [NpyArray]
  /// The position of each shard's first token, and the number of tokens at the end.
  private let starts: [Int]
  private let offsets: NpyArray
  private let bytesIndex: NpyArray?
  private let charactersIndex: NpyArray?
  private let bitsIndex: NpyArray?

  /// The files that a path stands for where it names a set, the folder included; else the path.
  public static func paths(of path: String) -> [String] {
    let parts = PathParts(path)
    let folder = parts.name == ShardManifest.fileName ? parts.folder : path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    guard names.contains(ShardManifest.fileName) else { return [path] }
    return [path, folder]
      + names.filter { $0 == ShardManifest.fileName || $0.hasSuffix(".npy") }
      .map { PathParts.join(folder, $0) }
  }

  /// Opens a set by its folder, or by the path of its manifest.
  public init(path: String) throws {
    let parts = PathParts(path)
    self.path = parts.name == ShardManifest.fileName ? parts.folder : path.isEmpty ? "." : path
    let root = self.path
    let manifestPath = PathParts.join(root, ShardManifest.fileName)
    guard access(manifestPath, F_OK) == 0 else { throw ShardError.notASet(path: root) }
    let manifest = try ShardManifest(contentsOf: manifestPath)
    self.manifest = manifest
    func open(_ file: ShardManifest.File, _ type: NpyElementType) throws -> NpyArray {
      try Self.open(file, type, in: root)
    }
    shards = try manifest.shards.map { try open($0, manifest.elementType) }
    starts = shards.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    offsets = try open(manifest.documentOffsets, .uint64)
    bytesIndex = try manifest.documentBytes.map { try open($0, .uint64) }
    charactersIndex = try manifest.documentCharacters.map { try open($0, .uint64) }
    bitsIndex = try manifest.documentBits.map { try open($0, .float64) }
    let last = offsets.element(at: offsets.count - 1, as: UInt64.self)
    guard offsets.element(at: 0, as: UInt64.self) == 0, last == UInt64(manifest.tokenCount) else {
      throw ShardError.wrongFile(
        path: offsets.file.path, reason: "document offsets do not span the set's tokens")
    }
  }

  private static func open(
    _ file: ShardManifest.File, _ type: NpyElementType, in folder: String
  ) throws -> NpyArray {
    let array = try NpyArray(path: PathParts.join(folder, file.name))
    func refuse(_ reason: String) -> ShardError {
      .wrongFile(path: array.file.path, reason: reason)
    }
    guard array.file.count == file.bytes else {
      throw refuse("\(array.file.count) bytes instead of \(file.bytes)")
    }
    guard array.header.elementType == type else {
      throw refuse("\(array.header.elementType.name) instead of \(type.name)")
    }
    guard array.header.shape == [file.elements] else {
      throw refuse("shape \(array.header.shape) instead of [\(file.elements)]")
    }
    return array
  }

  /// Tokens in all shards.
  public var tokenCount: Int { manifest.tokenCount }
  /// Documents in all shards.
  public var documentCount: Int { manifest.documentCount }
  /// Bytes of the source text, where known.
  public var sourceBytes: Int? { manifest.sourceBytes }
  /// Unicode code points of the source text, where known.
  public var sourceCharacters: Int? { manifest.sourceCharacters }
  /// The documents' information content under their own source in bits, where known: no causal
  /// model can need fewer on fresh documents.
  public var informationBits: Double? { manifest.informationBits }
  /// SHA-256 of the tokenizer's file in hexadecimal, where known.
  public var tokenizerHash: String? { manifest.tokenizerHash }
  /// Each token is smaller.
  public var vocabularySize: Int { manifest.vocabularySize }
  /// The token after each document, if there is one.
  public var endOfTextToken: Int32? { manifest.endOfTextToken }

  /// Copies the tokens of a range into a buffer.
  ///
  /// - Precondition: the range lies inside the set, and the buffer has room for it.
  public func copyTokens(
    in range: Range<Int>, into buffer: UnsafeMutableBufferPointer<Int32>
  ) throws {
    precondition(range.lowerBound >= 0 && range.upperBound <= tokenCount, "outside the set")
    precondition(buffer.count >= range.count, "the buffer is too small")
    guard var target = buffer.baseAddress else { return }
    var position = range.lowerBound
    while position < range.upperBound {
      let index = shard(holding: position)
      let end = min(range.upperBound, starts[index + 1])
      let local = (position - starts[index])..<(end - starts[index])
      let largest =
        manifest.elementType == .uint16
        ? Self.copy(UInt16.self, shards[index], local, target)
        : Self.copy(UInt32.self, shards[index], local, target)
      if largest >= vocabularySize { throw tokenError(in: shards[index], local) }
      target += local.count
      position = end
    }
  }

  /// The tokens of a range.
  public func tokens(in range: Range<Int>) throws -> [Int32] {
    try [Int32](unsafeUninitializedCapacity: range.count) { buffer, count in
      try copyTokens(in: range, into: buffer)
      count = range.count
    }
  }

  /// Gives back the memory of the shards whose last token lies in a range that was read.
  func forgetShards(endingIn range: Range<Int>) {
    guard !range.isEmpty else { return }
    for index in shard(holding: range.lowerBound)...shard(holding: range.upperBound - 1)
    where starts[index + 1] <= range.upperBound {
      shards[index].file.forget(0..<shards[index].file.count)
    }
  }

  /// Where a document's tokens are, its end-of-text token included.
  public func documentRange(_ document: Int) throws -> Range<Int> {
    let start = offsets.element(at: document, as: UInt64.self)
    let end = offsets.element(at: document + 1, as: UInt64.self)
    guard start <= end, end <= UInt64(tokenCount) else {
      throw ShardError.wrongFile(
        path: offsets.file.path, reason: "document \(document) ends before it begins")
    }
    return Int(start)..<Int(end)
  }

  /// Bytes of a document's source text, where known.
  public func bytes(ofDocument document: Int) -> Int? {
    bytesIndex.map { Int(clamping: $0.element(at: document, as: UInt64.self)) }
  }

  /// Unicode code points of a document's source text, where known.
  public func characters(ofDocument document: Int) -> Int? {
    charactersIndex.map { Int(clamping: $0.element(at: document, as: UInt64.self)) }
  }

  /// A document's information content in bits, where known.
  public func informationBits(ofDocument document: Int) -> Double? {
    bitsIndex.map { $0.element(at: document, as: Double.self) }
  }

  /// The shard that holds a token, by bisection.
  private func shard(holding position: Int) -> Int {
    var low = 0
    var high = shards.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if starts[middle] <= position { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// Widens tokens and returns the largest. The loop vectorises: 16 tokens at a time.
  private static func copy<Token: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ type: Token.Type, _ array: NpyArray, _ range: Range<Int>,
    _ target: UnsafeMutablePointer<Int32>
  ) -> Int {
    guard let data = array.data.baseAddress else { return -1 }
    let source = data + range.lowerBound * MemoryLayout<Token>.size
    var largest: Token = 0
    for index in 0..<range.count {
      let token = source.loadUnaligned(
        fromByteOffset: index * MemoryLayout<Token>.size, as: Token.self)
      largest = max(largest, token)
      target[index] = Int32(truncatingIfNeeded: token)
    }
    return Int(largest)
  }

  private func tokenError(in array: NpyArray, _ range: Range<Int>) -> ShardError {
    func token(_ index: Int) -> Int {
      manifest.elementType == .uint16
        ? Int(array.element(at: index, as: UInt16.self))
        : Int(array.element(at: index, as: UInt32.self))
    }
    let index = range.first { token($0) >= vocabularySize } ?? range.lowerBound
    return .tokenOutsideVocabulary(
      path: array.file.path, index: index, token: token(index), vocabularySize: vocabularySize)
  }

  /// Checks everything again: the hash of every file, every token, every document boundary and all
  /// sums.
  ///
  /// - Parameter progress: is told the fraction that is done.
  public func verify(progress: (Double) -> Void = { _ in }) throws {
    let total = Double(max(1, manifest.files.reduce(0) { $0 + $1.bytes }))
    var done = 0
    for (file, array) in zip(manifest.files, arrays) {
      try Interruption.check()
      guard try SHA256.hash(of: array.file) == file.sha256 else {
        throw ShardError.wrongFile(path: array.file.path, reason: "its SHA-256 differs")
      }
      done += file.bytes
      progress(Double(done) / total)
    }
    var position = 0
    while position < tokenCount {
      try Interruption.check()
      let end = min(position + 1 << 20, tokenCount)
      _ = try tokens(in: position..<end)
      forgetShards(endingIn: position..<end)
      position = end
    }
    try verifyDocuments()
  }

  private var arrays: [NpyArray] {
    shards + [offsets] + [bytesIndex, charactersIndex, bitsIndex].compactMap(\.self)
  }

  /// Sums over the first documents, where known.
  func totals(
    ofFirst count: Int
  ) throws -> (bytes: Int?, characters: Int?, informationBits: Double?) {
    (
      try total(of: bytesIndex, count), try total(of: charactersIndex, count),
      bitsIndex.map { index in
        (0..<count).reduce(0.0) { $0 + index.element(at: $1, as: Double.self) }
      }
    )
  }

  private func total(of index: NpyArray?, _ count: Int) throws -> Int? {
    guard let index else { return nil }
    var sum = 0
    for document in 0..<count {
      let size = Int(clamping: index.element(at: document, as: UInt64.self))
      let (larger, overflows) = sum.addingReportingOverflow(size)
      guard !overflows else {
        throw ShardError.wrongFile(
          path: index.file.path, reason: "the documents' sizes add up to more than 2^63")
      }
      sum = larger
    }
    return sum
  }

  private func verifyDocuments() throws {
    for document in 0..<documentCount { _ = try documentRange(document) }
    let totals = try totals(ofFirst: documentCount)
    func require<Sum: Numeric>(_ sum: Sum?, _ stated: Sum?, _ member: String) throws {
      guard stated == nil || stated == sum ?? 0 else {
        throw ShardError.badManifest(
          path: PathParts.join(path, ShardManifest.fileName), member: member,
          reason: "the documents' sum is another")
      }
    }
    try require(totals.bytes, sourceBytes, "bytes")
    try require(totals.characters, sourceCharacters, "characters")
    try require(totals.informationBits, informationBits, "information_bits")
  }
}
