import Foundation

/// Writes an index of n-grams, context by context in ascending order. Its sections wait in temporary
/// files until their lengths are known.
final class NgramIndexWriter {
  private var head: NgramIndexHead
  private let output: AtomicFile
  private let contexts: Section
  private let totals: Section
  private let ends: Section
  private let tokens: Section
  private let counts: Section

  /// A section that grows on a temporary file.
  private final class Section {
    let file: TemporaryFile
    private var buffer: [UInt8] = []

    init(folder: String?) throws { file = try TemporaryFile(folder: folder) }

    func append(_ number: some FixedWidthInteger) throws {
      buffer.append(littleEndian: number)
      if buffer.count >= 1 << 18 { try flush() }
    }

    func flush() throws {
      _ = try buffer.withUnsafeBytes { try file.append($0) }
      buffer.removeAll(keepingCapacity: true)
    }
  }

  /// - Parameters:
  ///   - output: where the index appears with `commit`.
  ///   - folder: for temporary files; nil for the system's.
  init(_ head: NgramIndexHead, output: AtomicFile, folder: String?) throws {
    self.head = head
    self.output = output
    contexts = try Section(folder: folder)
    totals = try Section(folder: folder)
    ends = try Section(folder: folder)
    tokens = try Section(folder: folder)
    counts = try Section(folder: folder)
  }

  /// Contexts so far.
  var contextCount: Int { head.contextCount }

  /// Appends a context, larger than the one before, and its continuations in order.
  func append(context: UInt64, total: UInt64, _ continuations: [(token: Int32, count: UInt64)])
    throws
  {
    head.contextCount += 1
    head.continuationCount += continuations.count
    guard head.continuationCount <= Int(UInt32.max), total <= UInt64(UInt32.max) else {
      throw NgramIndexError.tooManyContinuations(path: output.path)
    }
    try contexts.append(context)
    try totals.append(UInt32(total))
    try ends.append(UInt32(head.continuationCount))
    for (token, count) in continuations {
      try tokens.append(UInt32(token))
      try counts.append(UInt32(count))
    }
  }

  /// Makes the file appear.
  func commit(ngramCount: Int) throws -> NgramIndexHead {
    head.ngramCount = ngramCount
    var hasher = SHA256()
    hasher.update(head.bytes)
    try output.write(head.bytes)
    var buffer: [UInt8] = []
    for section in [contexts, totals, ends, tokens, counts] {
      try section.flush()
      for start in stride(from: 0, to: section.file.count, by: 1 << 20) {
        try Interruption.check()
        buffer.removeAll(keepingCapacity: true)
        try section.file.read(start..<min(start + 1 << 20, section.file.count), into: &buffer)
        hasher.update(buffer)
        try output.write(buffer)
      }
    }
    try output.write(hasher.finalize())
    try output.commit()
    return head
  }
}
