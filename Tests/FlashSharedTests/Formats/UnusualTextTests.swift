import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// The table of the README: what becomes of text that is not quite text.
@Suite struct UnusualTextTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func texts(
    _ bytes: [UInt8], _ format: DocumentFormat, cleaning: TextCleaning = TextCleaning()
  ) throws -> [[UInt8]] {
    let reader = DocumentReader(
      paths: [try folder.file("input", bytes)], format: format, cleaning: cleaning)
    var found: [[UInt8]] = []
    while let document = try reader.next() { found.append(document.text) }
    return found
  }

  private let json = DocumentFormat.jsonLines(textMember: "text")
  private let separated = DocumentFormat.separated(by: "--")

  @Test func bytesThatAreNotUTF8() throws {
    let bytes: [UInt8] = [0x61, 0xFF, 0xC3, 0x28, 0xF0, 0x9F, 0x0A]
    #expect(try texts(bytes, .lines) == [bytes])
    var cleaning = TextCleaning()
    cleaning.dropsInvalidBytes = true
    #expect(try texts(bytes, .lines, cleaning: cleaning) == [Array("a(\n".utf8)])
    let line = Array(#"{"text": "fine"}"#.utf8) + [0x0A] + Array(#"{"text": "a"#.utf8) + [0xFF]
    let error = #expect(throws: DocumentError.self) {
      try texts(line + Array("\"}".utf8), json)
    }
    #expect(
      error?.description.hasSuffix(
        "input:2: not valid JSON at byte 12: in \"text\": bytes that are not UTF-8") == true)
    for mark: [UInt8] in [[0xFF, 0xFE, 0x61, 0], [0xFE, 0xFF, 0, 0x61]] {
      #expect(throws: DocumentError.self) { try texts(mark, .lines) }
    }
  }

  @Test func byteOrderMarks() throws {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = mark + Array("a\n".utf8) + mark + Array("b".utf8)
    #expect(try texts(text, .lines) == [Array("a\n".utf8), mark + Array("b".utf8)])
    #expect(try texts(mark + Array(#"{"text": "a"}"#.utf8), json) == [[0x61]])
  }

  @Test func nulBytes() throws {
    #expect(try texts([0x61, 0, 0x62], separated) == [[0x61, 0, 0x62]])
    #expect(try texts(Array(#"{"text": "a\u0000b"}"#.utf8), json) == [[0x61, 0, 0x62]])
  }

  @Test func lineEnds() throws {
    let text = Array("a\r\nb\r\n--\r\nc".utf8)
    #expect(try texts(text, separated) == [Array("a\r\nb".utf8), Array("c".utf8)])
    var cleaning = TextCleaning()
    cleaning.normalizesLineBreaks = true
    #expect(try texts(text, separated, cleaning: cleaning)[0] == Array("a\nb".utf8))
    let lines = Array("{\"text\": \"a\"}\r\n\r\n{\"text\": \"b\"}".utf8)
    #expect(try texts(lines, json) == [[0x61], [0x62]])
  }

  /// A line of 1 GB behind a good one: refused with its number before it is read to its end.
  @Test func linesWithoutEnd() throws {
    func long(_ first: String) throws -> String {
      let path = try folder.file("long", first)
      let descriptor = open(path, O_WRONLY)
      defer { close(descriptor) }
      #expect(ftruncate(descriptor, 1 << 30) == 0)
      return path
    }
    let path = try long("{\"text\": \"a\"}\n{\"text\": \"")
    for (format, limit) in [
      (json, DocumentReader.standardLineLimit), (separated, DocumentReader.standardLimit),
    ] {
      let reader = DocumentReader(paths: [path], format: format)
      let error = #expect(throws: DocumentError.self) {
        while try reader.next() != nil {}
      }
      guard case .tooLong(_, _, limit, _)? = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(reader.bytesRead <= limit)
    }
    let stream = try TokenStreamReader(path: long("{\"tokens\": [1]}\n{\"tokens\": ["))
    _ = try stream.next()
    let error = #expect(throws: TokenStreamError.self) { try stream.next() }
    #expect(error?.description.contains("long:2: a line of more than 64 MiB") == true)
  }
}
