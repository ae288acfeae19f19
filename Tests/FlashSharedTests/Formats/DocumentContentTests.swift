import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// Formats are what the content of each file is.
@Suite struct DocumentContentTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func texts(
    _ paths: [String], _ format: DocumentFormat = .automatic(), blockSize: Int = 1 << 18
  ) throws -> [String] {
    let reader = DocumentReader(paths: paths, format: format, blockSize: blockSize)
    var found: [String] = []
    while let document = try reader.next() {
      found.append(String(decoding: document.text, as: UTF8.self))
    }
    return found
  }

  private func refusal(
    _ bytes: [UInt8], name: String = "file", _ format: DocumentFormat = .automatic()
  ) throws -> String? {
    let path = try folder.file(name, bytes)
    do {
      _ = try texts([path], format)
      return nil
    } catch let error as DocumentError {
      return error.description.replacing(path, with: "F")
    }
  }

  @Test(arguments: [1, 100, 1 << 18]) func eachFileHasItsOwn(blockSize: Int) throws {
    let paths = [
      try folder.file("a", "\u{FEFF}\n{\"text\": \"json\"}\n"), try folder.file("b", "plain\n"),
      try folder.file("c.txt", "{\"text\": \"more json\", \"x\": 1e999}"),
      try folder.file("d.jsonl", "{\"text\": \"named\"}"), try folder.file("e.jsonl", ""),
      try folder.file("f", "{ braces\n<|endoftext|>\n[1] list"),
      try folder.file("g", "[\"Hello,\" she said]"), try folder.file("h", "{\n  int a;\n}"),
    ]
    #expect(
      try texts(paths, blockSize: blockSize) == [
        "json", "plain", "more json", "named", "{ braces", "[1] list", "[\"Hello,\" she said]",
        "{\n  int a;\n}",
      ])
  }

  /// A file that is JSON lines by name is so with all its faults; others are by their first object.
  @Test func aNameCountsWhereTheContentDoesNotSay() throws {
    #expect(try refusal(Array("x\n".utf8), name: "bad.JSONL")?.contains("no JSON object") == true)
    #expect(
      try refusal(Array("{\"text\": \"a\"}\nx\n".utf8))?.hasPrefix("F:2: no JSON object") == true)
  }

  @Test(arguments: [
    ("[{\"text\": \"a\"}]", "a JSON array of objects", "jq -c '.[]' F | …"),
    ("[\n  {\n    \"text\": \"a\"", "a JSON array of objects", "jq -c '.[]' F | …"),
    ("[\"a\", \"b\"]", "a JSON array of strings", "jq -c '.[] | {text: .}' F | …"),
    ("{\n  \"text\": \"a\"\n}", "a JSON object over several lines", "jq -c . F | …"),
  ])
  func otherJSONIsNamed(text: String, what: String, command: String) throws {
    let message = try #require(try refusal(Array(text.utf8)))
    #expect(message.contains(what) && message.contains(command), "\(message)")
    #expect(!message.contains("--format"))
    var settings = DocumentSettings()
    settings.advice = .format
    let advised = try #require(try refusal(Array(text.utf8), .automatic(settings)))
    #expect(advised.hasSuffix(", or read it as it is: --format text"))
    // Who says that it is text gets text.
    #expect(try refusal(Array(text.utf8), .separated(by: "--")) == nil)
  }

  private static let foreign: [([UInt8], String)] = [
    ([0x1F, 0x8B, 8, 0, 1, 2], "gzip -dc F | …"),
    ([0x28, 0xB5, 0x2F, 0xFD, 4], "zstd -dc F | …"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0], "xz -dc F | …"),
    (Array("BZh91AY&SY".utf8) + [1, 2], "bzip2 -dc F | …"),
    ([0x04, 0x22, 0x4D, 0x18, 1], "lz4 -dc F | …"),
    (Array("PK".utf8) + [3, 4, 0], "unzip -p F | …"),
    (Array("PAR1".utf8) + [0x15, 0, 0x15, 4], "Parquet"),
    (Array("ARROW1".utf8) + [0, 0], "Arrow"),
    (NpyHeader(elementType: .uint16, shape: [1]).bytes + [1, 0], "numpy"),
    (TokenStream.magic + [1, 0, 0, 0], "a token stream, not text"),
    (Array("GGUF".utf8) + [3, 0, 0, 0], "GGUF"),
    ([UInt8](repeating: 0x61, count: 257) + Array("ustar".utf8), "tar -xOf F | …"),
  ]

  @Test func whatIsNoTextIsNamedWhateverTheFormat() throws {
    let formats: [DocumentFormat] = [
      .automatic(), .lines, .separated(by: ""), .jsonLines(textMember: "text"),
      .whole(pieceCharacters: 3),
    ]
    for (bytes, part) in Self.foreign {
      for format in formats {
        let message = try refusal(bytes, format)
        #expect(message?.contains(part) == true, "\(part): \(message ?? "taken for text")")
      }
    }
    for text in ["PAR1 is a word", "BZh9 too", "GGUF", "PK"] {
      #expect(try refusal(Array(text.utf8)) == nil, "\(text)")
    }
    #expect(
      try refusal([0x1F, 0x8B], name: "it's here.gz")?.contains("gzip -dc '") == true)
  }

  @Test func binaryFilesAreNoText() throws {
    // Ids of two bytes, as others keep them.
    let tokens = (0..<500).flatMap { id in [UInt8(id * 7 & 0xFF), UInt8(id % 3)] }
    #expect(try refusal(tokens)?.contains("binary, not text") == true)
    #expect(try refusal(tokens, .lines) == nil)
    let latin = [UInt8](repeating: 0xE9, count: 500)
    #expect(try refusal(latin) == nil)
    #expect(try refusal(Array("a\0b\u{1B}[0m\r\n\t\u{C}".utf8)) == nil)
    for (mark, name) in [
      ([0xFF, 0xFE, 0x61, 0], "UTF-16LE"), ([0xFE, 0xFF, 0, 0x61], "UTF-16BE"),
      ([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0], "UTF-32LE"),
    ] as [([UInt8], String)] {
      #expect(try refusal(mark)?.contains("iconv -f \(name) -t UTF-8") == true)
    }
  }

  @Test(arguments: [1, 2, 5, 16, 1 << 18]) func nearSeparatorsAreCounted(blockSize: Int) throws {
    func findings(_ text: String, _ separator: String) throws -> [DocumentFinding] {
      let reader = DocumentReader(
        paths: [try folder.file("d.txt", text)], format: .separated(by: separator),
        blockSize: blockSize)
      while try reader.next() != nil {}
      return reader.findings
    }
    let mark = try findings(
      "One.\n<|e|>\nTwo.\n<|e|> \nThree.<|e|>Four.\n<|e|>\r\n <|e|>\nFive.<|e|>", "<|e|>")
    #expect(mark.map(\.count) == [4] && mark.first?.line == 4)
    #expect(mark.first?.description.contains("d.txt:4: the separator <|e|> stands") == true)
    // What people write in texts is a separator only where it stands alone.
    let dashes = try findings("a -- b\n--\nc --\n -- \nd\n--\t\n--- --\n", "--")
    #expect(dashes.map(\.count) == [2] && dashes.first?.line == 4)
    let blanks = try findings("a\n\nb\n  \nc\n\t\r\nd\n\r\ne", "")
    #expect(blanks.map(\.count) == [2] && blanks.first?.line == 4)
    #expect(try findings("a\n<|e|>\nb\n<|e|>\r\n<|e|>", "<|e|>").isEmpty)
  }

  @Test func namesOfFormatsAreTheirOwn() {
    let names = DocumentFormat.names.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(Set(names).isSuperset(of: ["jsonl", "text", "lines", "whole", "auto"]))
    #expect(names.allSatisfy { DocumentFormat(named: $0) != nil })
    #expect(DocumentFormat(named: "none") == nil)
  }
}
