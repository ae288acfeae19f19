import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// Indexes that were cut or altered are refused with the reason, also where whoever altered them made
/// the hash right again.
@Suite struct NgramIndexDamageTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The numbers of a file; sound as they stand: 3-grams of 10 ids.
  private struct Contents {
    var version: UInt32 = 1
    var order: UInt32 = 3
    var limit: UInt32 = 2
    var vocabulary: UInt32 = 10
    var contextCount: UInt64?
    var continuationCount: UInt64?
    var contexts: [UInt64] = [1, 23, 99]
    var totals: [UInt32] = [4, 9, 1]
    var ends: [UInt32] = [2, 4, 5]
    var tokens: [UInt32] = [7, 8, 0, 9, 5]
    var counts: [UInt32] = [3, 1, 4, 4, 1]

    /// All but the hash.
    var bytes: [UInt8] {
      var bytes = Array("FLNGRAMS".utf8)
      for number in [version, order, limit, vocabulary] { bytes.append(littleEndian: number) }
      bytes.append(littleEndian: contextCount ?? UInt64(contexts.count))
      bytes.append(littleEndian: continuationCount ?? UInt64(tokens.count))
      bytes.append(littleEndian: UInt64(14))
      bytes += [UInt8](repeating: 0, count: 32)
      for number in contexts { bytes.append(littleEndian: number) }
      for number in totals + ends + tokens + counts { bytes.append(littleEndian: number) }
      return bytes
    }
  }

  /// Appends the hash.
  private func hashed(_ contents: Contents) throws -> [UInt8] {
    let file = try FileBytes(path: folder.file("unhashed", contents.bytes))
    let digits = try SHA256.hash(of: file).map { $0.hexDigitValue ?? 0 }
    return contents.bytes + (0..<32).map { UInt8(16 * digits[2 * $0] + digits[2 * $0 + 1]) }
  }

  private func open(_ bytes: [UInt8]) throws -> NgramIndex {
    try NgramIndex(path: folder.file("index", bytes))
  }

  private func expectRefusal(
    _ bytes: [UInt8], _ reason: String, at offset: Int? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let error = #expect(throws: NgramIndexError.self, sourceLocation: sourceLocation) {
      try open(bytes)
    }
    guard let error, case .damaged(_, let found, _) = error else {
      Issue.record("another error: \(String(describing: error))", sourceLocation: sourceLocation)
      return
    }
    #expect(
      error.description.contains(reason), "\(error.description)", sourceLocation: sourceLocation)
    #expect(error.description.contains("make it again"), sourceLocation: sourceLocation)
    if let offset { #expect(found == offset, sourceLocation: sourceLocation) }
  }

  private func expectRefusal(
    _ reason: String, at offset: Int? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ change: (inout Contents) -> Void
  ) throws {
    var contents = Contents()
    change(&contents)
    try expectRefusal(hashed(contents), reason, at: offset, sourceLocation: sourceLocation)
  }

  @Test func theSoundFileOpens() throws {
    let index = try open(hashed(Contents()))
    #expect(
      index.continuations(after: [4, 2, 3])
        == NgramContinuations(
          total: 9, entries: [.init(token: 0, count: 4), .init(token: 9, count: 4)]))
    #expect(index.continuations(after: [9, 9])?.total == 1)
    #expect(index.continuations(after: [0, 1])?.total == 4)
    #expect(index.continuations(after: [1, 0]) == nil)
    #expect(index.head.tokenizerHash == nil)
  }

  @Test func everyCutIsRefused() throws {
    let whole = try hashed(Contents())
    for length in 0..<whole.count {
      #expect(throws: (any Error).self) { try open(Array(whole.prefix(length))) }
    }
    try expectRefusal(Array(whole.dropLast()), "bytes instead of the")
    try expectRefusal(whole + [0], "bytes instead of the")
    try expectRefusal(Array(whole.prefix(79)), "ends inside its head", at: 79)
    try expectRefusal([], "magic string is missing", at: 0)
  }

  @Test func everyFlippedBitIsRefused() throws {
    let whole = try hashed(Contents())
    for place in whole.indices {
      var changed = whole
      changed[place] ^= 0x04
      #expect(throws: (any Error).self, "byte \(place)") { try open(changed) }
    }
    var changed = whole
    changed[100] ^= 1
    try expectRefusal(changed, "SHA-256 differs")
  }

  @Test func headsThatCannotBe() throws {
    try expectRefusal("version 2", at: 8) { $0.version = 2 }
    try expectRefusal("1-grams", at: 12) { $0.order = 1 }
    try expectRefusal("17-grams", at: 12) { $0.order = 17 }
    try expectRefusal("up to 0 continuations", at: 16) { $0.limit = 0 }
    try expectRefusal("a vocabulary of 0 ids", at: 20) { $0.vocabulary = 0 }
    try expectRefusal("a vocabulary of 4294967295 ids", at: 20) { $0.vocabulary = .max }
    try expectRefusal("do not fit into 64 bits", at: 12) { $0.vocabulary = 1 << 22 }
    try expectRefusal("is not plausible", at: 24) { $0.contextCount = .max }
    try expectRefusal("is not plausible", at: 32) { $0.continuationCount = 1 << 60 }
    try expectRefusal("bytes instead of the") { $0.contextCount = 1 << 40 }
    try expectRefusal("bytes instead of the") { $0.contextCount = 4 }
  }

  @Test func contextsThatCannotBe() throws {
    try expectRefusal("not in ascending order", at: 88) { $0.contexts = [23, 1, 99] }
    try expectRefusal("not in ascending order", at: 96) { $0.contexts = [1, 23, 23] }
    try expectRefusal("beyond the 10 of the vocabulary", at: 96) { $0.contexts[2] = 100 }
    try expectRefusal("does not have 1 to 2 continuations") { $0.ends = [2, 2, 5] }
    try expectRefusal("does not have 1 to 2 continuations") { $0.ends = [3, 4, 5] }
    try expectRefusal("does not have 1 to 2 continuations") { $0.ends = [2, 1, 5] }
    try expectRefusal("does not have 1 to 2 continuations") { $0.ends = [2, 4, 6] }
    try expectRefusal("do not span all continuations") { $0.ends = [1, 3, 4] }
  }

  @Test func continuationsThatCannotBe() throws {
    try expectRefusal("token 10 is beyond the 10 ids", at: 136) { $0.tokens[2] = 10 }
    try expectRefusal("token 4294967295 is beyond") { $0.tokens[4] = .max }
    try expectRefusal("token 7 follows a context twice") { $0.tokens[1] = 7 }
    try expectRefusal("counts of a context are not in order") { $0.counts[1] = 0 }
    try expectRefusal("counts of a context are not in order") { $0.counts = [1, 3, 4, 4, 1] }
    try expectRefusal("occur more often than their context", at: 104) { $0.totals[0] = 3 }
    try expectRefusal("occur more often") { $0.counts = [.max, .max, 4, 4, 1] }
  }
}
