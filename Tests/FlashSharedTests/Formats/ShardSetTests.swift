import Foundation
import TestSupport
import Testing

@testable import FlashShared

@Suite struct ShardSetTests {
  /// Documents of known tokens in shards of ten tokens each.
  static func write(
    to path: String, documents: Int = 9, vocabularySize: Int = 1000, salt: UInt64 = 1
  ) throws -> [[Int32]] {
    let writer = try ShardSetWriter(
      path: path, vocabularySize: vocabularySize, endOfTextToken: 3, tokenizerHash: "abc",
      shardTokens: 10)
    let stream = RandomStream(seed: salt, purpose: .shuffling)
    var texts: [[Int32]] = []
    for document in 0..<documents {
      var tokens: [Int32] = []
      for index in 0..<(document * 3 % 8) {
        let draw = UInt64(document * 100 + index)
        tokens.append(Int32(stream.integer(at: draw, below: UInt64(vocabularySize))))
      }
      texts.append(tokens + [3])
    }
    for (document, tokens) in texts.enumerated() {
      try writer.append(
        tokens, bytes: document * 10, characters: document * 9,
        informationBits: Double(document) / 3)
    }
    try writer.commit(sources: [.init(name: "made", bytes: 12)], steps: [["step": "none"]])
    return texts
  }

  @Test(arguments: [1000, 100_000]) func aSetReadsBackAcrossShards(vocabularySize: Int) throws {
    let folder = try TemporaryFolder()
    let texts = try Self.write(to: folder.path, vocabularySize: vocabularySize)
    let all = texts.flatMap(\.self)
    let set = try ShardSet(path: folder.path)
    #expect(set.manifest.elementType == (vocabularySize == 1000 ? .uint16 : .uint32))
    #expect(set.manifest.shards.count == (all.count + 9) / 10)
    #expect(set.tokenCount == all.count)
    for start in 0...all.count {
      for end in start...all.count {
        #expect(try set.tokens(in: start..<end) == Array(all[start..<end]))
      }
    }
    for (document, tokens) in texts.enumerated() {
      #expect(try set.tokens(in: set.documentRange(document)) == tokens)
      #expect(set.bytes(ofDocument: document) == document * 10)
      #expect(set.characters(ofDocument: document) == document * 9)
      #expect(set.informationBits(ofDocument: document) == Double(document) / 3)
    }
    #expect(set.sourceBytes == 360)
    #expect(set.sourceCharacters == 324)
    #expect(set.informationBits == (0..<9).reduce(0) { $0 + Double($1) / 3 })
    #expect(set.tokenizerHash == "abc")
    #expect(set.vocabularySize == vocabularySize)
    #expect(set.endOfTextToken == 3)
    #expect(set.documentCount == 9)
    try set.verify()
    #expect(try ShardSet(path: folder.file("manifest.json")).manifest == set.manifest)
  }

  @Test func unknownSizesLeaveTheTotalsUnknown() throws {
    let folder = try TemporaryFolder()
    let writer = try ShardSetWriter(path: folder.path, vocabularySize: 10)
    try writer.append([1, 2], bytes: 3, characters: nil, informationBits: nil)
    try writer.append([4], bytes: 3, characters: 3, informationBits: 1)
    try writer.commit(sources: [], steps: [])
    let set = try ShardSet(path: folder.path)
    #expect(set.sourceBytes == 6)
    #expect(set.sourceCharacters == nil)
    #expect(set.informationBits == nil)
    #expect(set.characters(ofDocument: 1) == nil)
    try set.verify()
  }

  @Test func anEmptySetIsASet() throws {
    let folder = try TemporaryFolder()
    try ShardSetWriter(path: folder.path, vocabularySize: 10).commit(sources: [], steps: [])
    let set = try ShardSet(path: folder.path)
    #expect(set.tokenCount == 0)
    #expect(try set.tokens(in: 0..<0) == [])
    try set.verify()
  }

  @Test func replacingASetLeavesOnlyTheNewOne() throws {
    let folder = try TemporaryFolder()
    _ = try Self.write(to: folder.path, salt: 1)
    try AtomicFile.write("mine".utf8, to: folder.file("notes.txt"))
    let texts = try Self.write(to: folder.path, documents: 4, salt: 2)
    let set = try ShardSet(path: folder.path)
    try set.verify()
    #expect(try set.tokens(in: 0..<set.tokenCount) == texts.flatMap(\.self))
    let names = Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
    #expect(names == Set(set.manifest.files.map(\.name) + ["manifest.json", "notes.txt"]))
  }

  @Test func whatIsNotCommittedDoesNotAppear() throws {
    let folder = try TemporaryFolder()
    do {
      let writer = try ShardSetWriter(path: folder.path, vocabularySize: 10, shardTokens: 2)
      try writer.append([1, 2, 3, 4, 5], bytes: 1, characters: 1, informationBits: nil)
      #expect(throws: ShardError.notASet(path: folder.path)) { try ShardSet(path: folder.path) }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test func workOfProcessesThatAreGoneIsRemoved() throws {
    let folder = try TemporaryFolder()
    // Above the largest process number that Linux gives.
    let abandoned = folder.file(".writing-99999999")
    try FileManager.default.createDirectory(atPath: abandoned, withIntermediateDirectories: true)
    _ = try Self.write(to: folder.path)
    #expect(!FileManager.default.fileExists(atPath: abandoned))
  }

  @Test func aForeignManifestIsLeftAlone() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write(#"{"format": "other"}"#.utf8, to: folder.file("manifest.json"))
    let error = #expect(throws: ShardError.self) {
      try ShardSetWriter(path: folder.path, vocabularySize: 10)
    }
    #expect(error?.exitStatus == .cannotCreate)
    #expect(error?.description.contains("will not write here") == true)
    #expect(throws: FileError.self) {
      try ShardSetWriter(path: folder.file("manifest.json"), vocabularySize: 10)
    }
  }
}
