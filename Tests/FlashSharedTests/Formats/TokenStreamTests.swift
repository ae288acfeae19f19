import Foundation
import TestSupport
import Testing

@testable import FlashShared

@Suite struct TokenStreamTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let hash = (0..<32).map { UInt8($0) }

  static func documents(vocabularySize: Int) -> [TokenDocument] {
    var generator = SequentialGenerator(RandomStream(seed: 3, purpose: .evaluation))
    var documents = (0..<300).map { index in
      var document = TokenDocument(
        ids: (0..<Int.random(in: 0...(index == 7 ? 400_000 : 30), using: &generator)).map { _ in
          Int32.random(in: 0..<Int32(vocabularySize), using: &generator)
        }, characters: index * 3, bytes: index * 4)
      if index % 3 == 0 { document.name = "näme \(index)" }
      if index % 4 == 0 { document.informationBits = Double(index) / 7 }
      document.continuesPrevious = index % 50 == 49
      return document
    }
    documents[3].ids = []
    return documents
  }

  static func stream(_ documents: [TokenDocument], vocabularySize: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var writer = try TokenStreamWriter(
      header: TokenStreamHeader(vocabularySize: vocabularySize, tokenizerSHA256: hash)
    ) { bytes.append(contentsOf: $0) }
    for document in documents { try writer.write(document) }
    writer.totals.droppedBytes = 5
    try writer.finish()
    return bytes
  }

  func read(_ bytes: [UInt8]) throws -> (documents: [TokenDocument], reader: TokenStreamReader) {
    let reader = try TokenStreamReader(path: folder.file("stream", bytes))
    var found: [TokenDocument] = []
    while let document = try reader.next() { found.append(document) }
    return (found, reader)
  }

  @Test(arguments: [4096, 65536, 65537, 1_000_000])
  func whatWasWrittenIsRead(vocabularySize: Int) throws {
    let documents = Self.documents(vocabularySize: vocabularySize)
    let (found, reader) = try read(Self.stream(documents, vocabularySize: vocabularySize))
    #expect(found == documents)
    #expect(reader.header?.vocabularySize == vocabularySize)
    #expect(reader.header?.tokenizerSHA256 == Self.hash)
    #expect(reader.totals.documents == 294)
    #expect(reader.totals.droppedBytes == 5)
    #expect(try reader.next() == nil)
  }

  @Test func jsonLinesAreReadByTheSameReader() throws {
    let documents = Self.documents(vocabularySize: 4096)
    let (found, reader) = try read(documents.flatMap { $0.jsonLine() })
    #expect(found == documents)
    #expect(reader.header == nil)
    #expect(try read(Array("\n{\"tokens\":[1]}".utf8)).documents.map(\.ids) == [[1]])
    #expect(try read(Array("\n".utf8)).documents.isEmpty)
  }

  @Test func everyCutIsNoticed() throws {
    let bytes = try Self.stream(
      Array(Self.documents(vocabularySize: 300).prefix(5)), vocabularySize: 300)
    // Nothing at all is a stream without documents, which the tools refuse.
    for length in 1..<bytes.count {
      #expect(throws: TokenStreamError.self) { try read(Array(bytes.prefix(length))) }
    }
  }

  /// Whatever byte is changed, the reader returns documents inside the vocabulary or an error.
  @Test func damageNeverLeavesTheVocabulary() throws {
    let bytes = try Self.stream(
      Array(Self.documents(vocabularySize: 300).prefix(4)), vocabularySize: 300)
    var counts = (read: 0, refused: 0)
    for position in bytes.indices {
      for change: UInt8 in [1, 0x80, 0xFF] {
        var damaged = bytes
        damaged[position] ^= change
        do {
          let (found, reader) = try read(damaged)
          let size = Int32(try #require(reader.header).vocabularySize)
          #expect(found.allSatisfy { $0.ids.allSatisfy { $0 >= 0 && $0 < size } })
          counts.read += 1
        } catch is TokenStreamError { counts.refused += 1 }
      }
    }
    #expect(counts.read > 10 && counts.refused > 10)
  }

  func message(_ bytes: [UInt8]) throws -> String {
    do {
      _ = try read(bytes)
      return "none"
    } catch let error as ReportableError {
      #expect(error.exitStatus == .badData)
      return error.description.replacingOccurrences(of: "\(folder.path)/stream", with: "S")
    }
  }

  @Test func errorsSayWhereAndWhat() throws {
    let good = try Self.stream([TokenDocument(ids: [1, 2])], vocabularySize: 300)
    func changed(_ position: Int, _ byte: UInt8) -> [UInt8] {
      var copy = good
      copy[position] = byte
      return copy
    }
    #expect(try read([]).documents.isEmpty)
    #expect(
      try message(changed(0, 0x20)) == "S: not a token stream; make one with 'fl-tokenize encode'")
    #expect(
      try message(changed(8, 9))
        == "S: token stream of version 9, this program reads version 1; "
        + "use the fl-tokenize of the same release")
    #expect(
      try message(changed(12, 4))
        == "S: damaged at byte 12: the ids' width does not fit the vocabulary; encode it again")
    #expect(
      try message(changed(23, 1))
        .hasPrefix("S: damaged at byte 16: a vocabulary of 72057594037928236 entries"))
    #expect(try message(changed(64, 0)).hasPrefix("S: damaged at byte 64: no record begins here"))
    #expect(try message(changed(68, 1)).contains("the first record continues a document"))
    #expect(try message(changed(69, 1)).contains("unknown flags"))
    #expect(try message(changed(73, 1)).contains("S: cut off at byte"))
    #expect(try message(changed(79, 1)).contains("72057594037927938 tokens"))
    #expect(try message(changed(86, 1)).contains("the end record's sums are not those read"))
    #expect(try message(changed(87, 2)).contains("a count of 144115188075855872"))
    #expect(try message(changed(107, 1)).contains("a name of 16777216 bytes"))
    #expect(try message(changed(113, 9)).contains("id 2305 in a vocabulary of 300"))
    #expect(try message(good + [0]).contains("bytes after the end record"))
    #expect(
      try message(Array("{\"tokens\":[1]}\n{\"t\":1}\n".utf8))
        == "S:2: no \"tokens\" list; expected {\"tokens\": [1, 2, 3]} or [1, 2, 3]")
    #expect(
      try message(Array("{\"tokens\":[1,-1]}".utf8))
        == "S:1: element 1 of \"tokens\" is not an id; ids are whole and not negative")
    #expect(
      try message(Array("{\"tokens\":[],\"bytes\":1.5}".utf8)) == "S:1: \"bytes\" is not a count")
    #expect(try message(Array("{\"tokens\":[1".utf8)).hasPrefix("S:1: not valid JSON"))
  }
}
