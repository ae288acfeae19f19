import Foundation
import TestSupport
import Testing

@testable import FlashShared

@Suite struct DocumentReaderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func documents(
    _ text: String, _ format: DocumentFormat, blockSize: Int = 1 << 18, limit: Int = 1 << 20
  ) throws -> [Document] {
    let path = try folder.file("input", text)
    let reader = DocumentReader(paths: [path], format: format, limit: limit, blockSize: blockSize)
    var found: [Document] = []
    while let document = try reader.next() { found.append(document) }
    return found
  }

  func texts(_ text: String, _ format: DocumentFormat, blockSize: Int = 1 << 18) throws -> [String]
  {
    try documents(text, format, blockSize: blockSize).map {
      String(decoding: $0.text, as: UTF8.self)
    }
  }

  @Test(arguments: [1, 2, 3, 5, 7, 16, 1 << 18])
  func separatedTextIsCutAtSeparatorLines(blockSize: Int) throws {
    let text = "one\ntwo\n<|e|>\n<|e|>\nthree <|e|>\n<|e|> four\n<|e|>\r\nfive\r\n<|e|>\n\nsix"
    let found = try documents(text, .separated(by: "<|e|>"), blockSize: blockSize)
    #expect(
      found.map { String(decoding: $0.text, as: UTF8.self) }
        == ["one\ntwo", "three <|e|>\n<|e|> four", "five", "\nsix"])
    #expect(found.map(\.line) == [1, 5, 8, 10])
  }

  @Test(arguments: [1, 4, 1 << 18])
  func lastSeparatorAndLineBreakMayBeMissing(blockSize: Int) throws {
    let format = DocumentFormat.separated(by: "--")
    #expect(try texts("a\n--\nb\n", format, blockSize: blockSize) == ["a", "b"])
    #expect(try texts("a\n--\nb\n--", format, blockSize: blockSize) == ["a", "b"])
    #expect(try texts("--\na\n---\n--\n", format, blockSize: blockSize) == ["a\n---"])
    #expect(try texts("", format, blockSize: blockSize) == [])
    #expect(try texts("a\0b\n--\n\0", format, blockSize: blockSize) == ["a\0b", "\0"])
  }

  @Test(arguments: [1, 4, 1 << 18])
  func emptySeparatorCutsAtEmptyLines(blockSize: Int) throws {
    let format = DocumentFormat.separated(by: "")
    #expect(
      try texts("a\nb\n\nc\n\n\n\nd\r\n\r\ne\n", format, blockSize: blockSize)
        == ["a\nb", "c", "d", "e"])
  }

  @Test(arguments: [1, 9, 1 << 18])
  func jsonLinesCarryNameAndInformation(blockSize: Int) throws {
    let text = """
      {"text": "a\\nb", "id": "x", "bits": 12.5}

      {"other": 1, "text": "", "id": 7}\r
      {"text": "\\u00e9"}
      """
    let found = try documents(text, .jsonLines(textMember: "text"), blockSize: blockSize)
    #expect(found.map { String(decoding: $0.text, as: UTF8.self) } == ["a\nb", "", "é"])
    #expect(found.map(\.name) == ["x", "7", nil])
    #expect(found.map(\.informationBits) == [12.5, nil, nil])
    #expect(found.map(\.line) == [1, 3, 4])
  }

  @Test(arguments: [1, 3, 1 << 18])
  func linesKeepTheirLineFeeds(blockSize: Int) throws {
    #expect(try texts("a\r\n\nb", .lines, blockSize: blockSize) == ["a\r\n", "\n", "b"])
  }

  @Test func wholeFilesComeInPiecesOfCharacters() throws {
    let text = String(repeating: "aé中𝄞", count: 5000)
    for size in [1, 3, 999, 4096, 20_000, 30_000] {
      let found = try documents(text, .whole(pieceCharacters: size))
      #expect(found.flatMap(\.text) == Array(text.utf8))
      #expect(
        found.map { String(decoding: $0.text, as: UTF8.self).unicodeScalars.count }
          .dropLast().allSatisfy { $0 == size })
      #expect(found.map(\.continuesPrevious) == found.indices.map { $0 > 0 })
    }
    #expect(try documents(text, .whole(pieceCharacters: nil)).count == 1)
  }

  @Test func severalFilesAreReadInOrder() throws {
    let first = try folder.file("1", "\u{FEFF}a\nb")
    let second = try folder.file("2", "")
    let third = try folder.file("3", "c\n")
    let reader = DocumentReader(paths: [first, second, third], format: .lines)
    var found: [Document] = []
    while let document = try reader.next() { found.append(document) }
    #expect(found.map { String(decoding: $0.text, as: UTF8.self) } == ["a\n", "b", "c\n"])
    #expect(found.map(\.line) == [1, 2, 1])
    #expect(reader.totalBytes == 8)
  }

  @Test func errorsNameTheLine() throws {
    func message(_ text: some Sequence<UInt8>, _ format: DocumentFormat, limit: Int = 64) throws
      -> String
    {
      let path = try folder.file("bad", text)
      let reader = DocumentReader(paths: [path], format: format, limit: limit, blockSize: 16)
      do {
        while try reader.next() != nil {}
        return "none"
      } catch let error as ReportableError {
        #expect(error.exitStatus == .badData)
        return error.description.replacingOccurrences(of: path, with: "F")
      }
    }
    let json = DocumentFormat.jsonLines(textMember: "text")
    #expect(
      try message("{\"text\":\"\"}\n{\"txt\":1}\n".utf8, json)
        == "F:2: no member \"text\"; it has \"txt\"")
    #expect(
      try message("{\"text\":\"\"}\n\n{\"text\":\n".utf8, json).hasPrefix("F:3: not valid JSON"))
    #expect(
      try message(("a\n" + String(repeating: "b", count: 200)).utf8, .lines)
        == "F:2: the document that begins here is longer than 64 bytes; "
        + "cut it into shorter documents")
    #expect(
      try message([0xFF, 0xFE, 0x61, 0], .lines)
        == "F: the file is in UTF-16LE; convert it with 'iconv -f UTF-16LE -t UTF-8'")
    #expect(try message([0xFE, 0xFF, 0, 0x61], .lines).contains("UTF-16BE"))
  }

  /// As Python's text mode does it, wherever the parts that are read end.
  @Test(arguments: [1, 2, 3, 4, 5, 7, 1 << 18])
  func textIsCleanedAsItIsRead(blockSize: Int) throws {
    var cleaning = TextCleaning()
    cleaning.normalizesLineBreaks = true
    cleaning.dropsInvalidBytes = true
    let bytes: [UInt8] =
      Array("a\r\nb\rc\r\r\n\r".utf8) + [0xE4, 0xB8, 0x41, 0xFF, 0x80, 0xC3, 0xA9, 0xF0, 0x9F]
      + Array("\n中𝄞\r".utf8) + [0xED, 0xA0, 0x80, 0xC0, 0x80, 0xE4, 0xB8]
    let path = try folder.file("raw", bytes)
    for format in [DocumentFormat.lines, .whole(pieceCharacters: 2)] {
      let reader = DocumentReader(
        paths: [path], format: format, cleaning: cleaning, blockSize: blockSize)
      var text: [UInt8] = []
      while let document = try reader.next() { text += document.text }
      #expect(String(decoding: text, as: UTF8.self) == "a\nb\nc\n\n\nAé\n中𝄞\n")
    }
  }

  @Test func missingFilesAreReported() throws {
    let reader = DocumentReader(paths: ["\(folder.path)/none"], format: .lines)
    #expect(throws: FileError.self) { try reader.next() }
    #expect(reader.totalBytes == nil)
  }

  @Test func countsAgreeWithTheStandardLibrary() {
    let text = String(repeating: "a\né中\n𝄞\n", count: 3000)
    for length in [0, 1, 31, 32, 33, 8159, 8160, 8161, 9000] {
      let part = Array(text.utf8.prefix(length))
      part.withUnsafeBytes { bytes in
        #expect(ByteCounts.lineFeeds(bytes) == part.count { $0 == 0x0A })
        #expect(ByteCounts.characters(bytes) == part.count { $0 & 0xC0 != 0x80 })
      }
    }
  }
}
