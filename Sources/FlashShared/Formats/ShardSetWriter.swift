import Foundation

/// Writes a set of shards that appears whole or not at all.
///
/// Files are written into a folder of their own inside the destination, `.writing-` and the
/// process's number. `commit` moves them into place and then replaces the manifest, which is the
/// moment in which the new set exists; names carry a part of their content's hash, so that a set
/// that is being replaced stays whole until then. A process that was killed leaves a folder that
/// no reader looks at, and which the next writer removes. One process at a time writes into a
/// destination; another one is refused.
///
/// Memory: one shard of tokens, and 32 bytes for each document.
public final class ShardSetWriter {
  /// The destination folder.
  public let path: String
  /// What is known before the first token.
  public let vocabularySize: Int
  public let endOfTextToken: Int32?
  public let tokenizerHash: String?
  /// How many tokens a full shard has.
  public let shardTokens: Int
  private let workPath: String
  private static let workPrefix = ".writing-"
  /// Whether the folder was made for the set.
  private let isNew: Bool
  private let lock: FolderLock
  private let elementType: NpyElementType
  private var pending16: [UInt16] = []
  private var pending32: [UInt32] = []
  private var shards: [ShardManifest.File] = []
  private var files: [ShardManifest.File] = []
  private var offsets: [UInt64] = [0]
  private var bytes: [UInt64]? = []
  private var characters: [UInt64]? = []
  private var bits: [Double]? = []
  /// Tokens so far.
  public private(set) var tokenCount = 0
  private var isCommitted = false

  /// Tokens in a shard unless another number is asked for: 32 MiB of `uint16`.
  public static let defaultShardTokens = 1 << 24

  /// Makes the destination folder, if need be, and a folder in it to work in.
  public init(
    path: String, vocabularySize: Int, endOfTextToken: Int32? = nil, tokenizerHash: String? = nil,
    shardTokens: Int = ShardSetWriter.defaultShardTokens
  ) throws {
    precondition(vocabularySize > 0 && vocabularySize <= Int(Int32.max), "no size of a vocabulary")
    precondition(shardTokens > 0, "a shard holds at least one token")
    self.path = path
    self.vocabularySize = vocabularySize
    self.endOfTextToken = endOfTextToken
    self.tokenizerHash = tokenizerHash
    self.shardTokens = shardTokens
    elementType = vocabularySize <= 1 << 16 ? .uint16 : .uint32
    isNew = try Self.target(path).isNew
    workPath = "\(path)/\(Self.workPrefix)\(getpid())"
    try Self.makeFolder(path)
    lock = try FolderLock(existing: path) {
      Self.workFolders(in: path).first.map { "process \($0.process)" }
    }
    Self.removeAbandonedWork(in: path)
    guard mkdir(workPath, 0o777) == 0 || errno == EEXIST else {
      throw FileError.cannotCreate(path: workPath, reason: systemErrorText())
    }
  }

  deinit {
    guard !isCommitted else { return }
    try? FileManager.default.removeItem(atPath: workPath)
    // A folder that was made for the set goes with it, if nothing else came into it.
    if isNew { rmdir(path) }
  }

  /// Decides what the folder of a set is: made for it, empty, or one that holds a set, or what a
  /// writer that was killed left of one.
  public static func target(_ path: String) throws -> OutputTarget {
    try OutputTarget(folder: path) { folder, names in
      if names.contains(ShardManifest.fileName) {
        try refuseForeignManifest(in: folder, called: path)
        return true
      }
      return names.allSatisfy { name in
        name.hasPrefix(workPrefix)
          || name.hasPrefix(ShardManifest.fileName + ".tmp-")
          || name.hasSuffix(".npy") && (name.hasPrefix("tokens-") || name.hasPrefix("document-"))
      }
    }
  }

  /// Appends a whole document, end-of-text token included; see `endDocument` for the sizes.
  public func append(
    _ tokens: [Int32], bytes: Int?, characters: Int?, informationBits: Double?
  ) throws {
    try append(tokens[...])
    endDocument(bytes: bytes, characters: characters, informationBits: informationBits)
  }

  /// Appends tokens to the document that is open, or opens one.
  public func append(_ tokens: ArraySlice<Int32>) throws {
    var rest = tokens
    while !rest.isEmpty {
      let part = rest.prefix(shardTokens - pendingCount)
      rest = rest[part.endIndex...]
      part.withUnsafeBufferPointer(appendToShard)
      if pendingCount == shardTokens { try finishShard() }
    }
    tokenCount += tokens.count
  }

  private func appendToShard(_ tokens: UnsafeBufferPointer<Int32>) {
    // Both ends in one pass: a negative token is a large one without its sign.
    let largest = tokens.reduce(UInt32(0)) { max($0, UInt32(bitPattern: $1)) }
    precondition(
      tokens.isEmpty || Int(largest) < vocabularySize, "a token outside the vocabulary")
    if elementType == .uint16 {
      pending16.append(contentsOf: tokens.lazy.map { UInt16(truncatingIfNeeded: $0) })
    } else {
      pending32.append(contentsOf: tokens.lazy.map { UInt32(truncatingIfNeeded: $0) })
    }
  }

  /// Ends the document whose tokens were appended since the last one; it may have none.
  ///
  /// - Parameters:
  ///   - documentBytes: of its source text; nil where that is not known, which leaves the set's
  ///     total unknown too.
  ///   - documentCharacters: code points of its source text, likewise.
  ///   - informationBits: its information content, likewise.
  public func endDocument(
    bytes documentBytes: Int?, characters documentCharacters: Int?, informationBits: Double?
  ) {
    offsets.append(UInt64(tokenCount))
    Self.append(documentBytes.map { UInt64($0) }, to: &bytes)
    Self.append(documentCharacters.map { UInt64($0) }, to: &characters)
    Self.append(informationBits, to: &bits)
  }

  /// Documents so far.
  public var documentCount: Int { offsets.count - 1 }

  private static func append<Element>(_ element: Element?, to index: inout [Element]?) {
    if let element { index?.append(element) } else { index = nil }
  }

  private var pendingCount: Int { elementType == .uint16 ? pending16.count : pending32.count }

  private func finishShard() throws {
    let name = "tokens-" + Self.padded(shards.count)
    if elementType == .uint16 {
      shards.append(try write(pending16, as: .uint16, name))
    } else {
      shards.append(try write(pending32, as: .uint32, name))
    }
    pending16.removeAll(keepingCapacity: true)
    pending32.removeAll(keepingCapacity: true)
  }

  private static func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }

  /// Writes an array into the working folder, under a name that its content decides.
  private func write<Element: BitwiseCopyable>(
    _ elements: [Element], as type: NpyElementType, _ stem: String
  ) throws -> ShardManifest.File {
    try Interruption.check()
    var hasher = SHA256()
    let header = NpyHeader(elementType: type, shape: [elements.count]).bytes
    hasher.update(header)
    elements.withUnsafeBytes { hasher.update($0) }
    let hash = hexadecimal(hasher.finalize())
    let name = "\(stem)-\(hash.prefix(8)).npy"
    try NpyArray.write(elements, as: type, to: "\(workPath)/\(name)")
    let file = ShardManifest.File(
      name: name, elements: elements.count, bytes: header.count + elements.count * type.size,
      sha256: hash)
    files.append(file)
    return file
  }

  /// Makes the set appear, in place of the one that was there, if one was.
  ///
  /// - Returns: the manifest as written.
  @discardableResult
  public func commit(
    sources: [ShardManifest.Source], steps: [JSONObject]
  ) throws -> ShardManifest {
    precondition(!isCommitted, "committed twice")
    precondition(offsets.last == UInt64(tokenCount), "a document is still open")
    if pendingCount > 0 { try finishShard() }
    let documents = offsets.count - 1
    let manifest = ShardManifest(
      elementType: elementType, tokenCount: tokenCount, documentCount: documents,
      sourceBytes: try bytes.map(sum), sourceCharacters: try characters.map(sum),
      informationBits: documents == 0 ? nil : bits.map { $0.reduce(0, +) },
      vocabularySize: vocabularySize, endOfTextToken: endOfTextToken,
      tokenizerHash: tokenizerHash, sources: sources, steps: steps, shards: shards,
      documentOffsets: try write(offsets, as: .uint64, "document-offsets"),
      documentBytes: try bytes.map { try write($0, as: .uint64, "document-bytes") },
      documentCharacters: try characters.map {
        try write($0, as: .uint64, "document-characters")
      },
      documentBits: try documents == 0
        ? nil
        : bits.map {
          try write($0, as: .float64, "document-bits")
        })
    let manifestPath = "\(path)/\(ShardManifest.fileName)"
    let replaced = try? ShardManifest(contentsOf: manifestPath)
    for file in files {
      guard rename("\(workPath)/\(file.name)", "\(path)/\(file.name)") == 0 else {
        throw FileError.cannotWrite(path: "\(path)/\(file.name)", reason: systemErrorText())
      }
    }
    try AtomicFile.flushFolder(of: manifestPath)
    try AtomicFile.write(manifest.json.serialized(isPretty: true) + [0x0A], to: manifestPath)
    isCommitted = true
    rmdir(workPath)
    let kept = Set(files.map(\.name))
    for file in replaced?.files ?? [] where !kept.contains(file.name) {
      unlink("\(path)/\(file.name)")
    }
    return manifest
  }

  /// The sum of the documents' sizes, which an input may state as it likes.
  private func sum(_ sizes: [UInt64]) throws -> Int {
    try sizes.reduce(0) { sum, size in
      let (next, overflow) = sum.addingReportingOverflow(Int(clamping: size))
      guard !overflow else {
        throw ShardError.cannotCombine(
          path: path, reason: "the sizes that its documents state add up to more than can be")
      }
      return next
    }
  }

  private static func makeFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FileError.cannotCreate(
        path: path, reason: "not a folder, or no folder can be made there")
    }
  }

  /// A manifest of another kind is somebody else's, and stays.
  private static func refuseForeignManifest(in folder: String, called path: String) throws {
    let manifestPath = PathParts.join(folder, ShardManifest.fileName)
    let format = (try? JSONValue(contentsOf: manifestPath))?["format"]?.stringValue
    guard format == ShardManifest.format else {
      throw ShardError.occupied(
        path: path,
        reason: "its \(ShardManifest.fileName) is not that of a set of shards; "
          + "choose another folder or remove it")
    }
  }

  /// Removes working folders whose processes are gone.
  private static func removeAbandonedWork(in path: String) {
    // The lock is held: whoever made them is gone, whatever has its number now.
    for (name, _) in workFolders(in: path) {
      try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
  }

  private static func workFolders(in path: String) -> [(name: String, process: pid_t)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.hasPrefix(workPrefix) }.compactMap { name in
      pid_t(name.dropFirst(workPrefix.count)).map { (name, $0) }
    }
  }
}
