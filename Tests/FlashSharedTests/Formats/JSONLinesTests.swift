import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// JSON lines: what is decoded, what is passed over, what is refused or counted.
@Suite struct JSONLinesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func reader(
    _ text: some Sequence<UInt8>, blockSize: Int = 1 << 18,
    _ change: (inout DocumentSettings) -> Void = { _ in }
  ) throws -> DocumentReader {
    var settings = DocumentSettings()
    change(&settings)
    let format = try #require(DocumentFormat(named: "jsonl", settings))
    return DocumentReader(
      paths: [try folder.file("lines", text)], format: format, blockSize: blockSize)
  }

  private func documents(_ reader: DocumentReader) throws -> [Document] {
    var found: [Document] = []
    while let document = try reader.next() { found.append(document) }
    return found
  }

  private func texts(
    _ text: String, _ change: (inout DocumentSettings) -> Void = { _ in }
  ) throws -> [String] {
    try documents(reader(text.utf8, change)).map { String(decoding: $0.text, as: UTF8.self) }
  }

  private func message(
    _ text: String, _ change: (inout DocumentSettings) -> Void = { _ in }
  ) throws -> String {
    let reader = try reader(text.utf8, change)
    let error = #expect(throws: DocumentError.self) { _ = try documents(reader) }
    return error?.description.replacing(folder.file("lines"), with: "F") ?? ""
  }

  /// What stands beside the text is nobody's business, whatever it is.
  @Test func otherMembersMayBeAnything() throws {
    for other in [
      "14106330742209731905", "1e999", "NaN", "-Infinity", "01", #""\ud83d""#, #""\\""#, #""]}""#,
      #"{"text": "inner", "a": [1, {"b": []}]}"#, "[[], {}, [\"]\"]]", "null",
    ] {
      #expect(try texts(#"{"x": \#(other), "text": "t", "y": \#(other)}"#) == ["t"], "\(other)")
    }
    let deep = String(repeating: "[", count: 2000) + String(repeating: "]", count: 2000)
    #expect(try texts(#"{"x": \#(deep), "text": "t"}"#) == ["t"])
    #expect(
      try message(#"{"x": \#(String(repeating: "[", count: 99_999))"#).contains("nested too deep"))
  }

  @Test func escapesAreDecoded() throws {
    #expect(
      try texts(#"{"text": "a\"\\\/\b\f\n\r\t\u0041\u00e9\u4e2d\ud83d\ude00\u0000é中😀"}"#)
        == ["a\"\\/\u{8}\u{C}\n\r\tAé中😀\0é中😀"])
    #expect(try texts(#"{"te\u0078t": "a"}"#) == ["a"])
    // Eight bytes are looked at at a time: the sign at each place of them, and at the end.
    for before in 0..<20 {
      for after in 0..<10 {
        let (left, right) = (
          String(repeating: "x", count: before), String(repeating: "y", count: after)
        )
        #expect(try texts("{\"text\":\"\(left)\\n\(right)\"}") == ["\(left)\n\(right)"])
        #expect(try texts("{\"text\":\"\(left)é\(right)\"}") == ["\(left)é\(right)"])
        #expect(try message("{\"text\":\"\(left)\u{1}\(right)\"}").contains("U+0001"))
      }
    }
    #expect(
      try texts(#"{"text": "a\r\nb\rc"}"#) { $0.cleaning.normalizesLineBreaks = true } == [
        "a\nb\nc"
      ])
  }

  @Test func namesAndInformationAreRead() throws {
    let found = try documents(
      reader(
        #"""
        {"id": 14106330742209731905, "text": "a", "bits": NaN}
        {"id": "n\n\ud83d", "bits": 3, "text": "b\n"}
        {"id": 1.5, "bits": "4", "text": "c"}
        """#.utf8))
    #expect(found.map(\.name) == ["14106330742209731905", "n\n", nil])
    #expect(found.map(\.informationBits) == [nil, 3, nil])
    #expect(found.map { String(decoding: $0.text, as: UTF8.self) } == ["a", "b\n", "c"])
  }

  @Test func aPathReachesInside() throws {
    func read(_ text: String, _ path: String) throws -> [String] {
      try texts(text) { $0.textMember = path }
    }
    #expect(try read(#"{"a": {"b": "inner"}}"#, "a.b") == ["inner"])
    #expect(try read(#"{"a": {"b": "inner"}, "a.b": "outer"}"#, "a.b") == ["outer"])
    #expect(try read(#"{"a": {"x": [], "b": {"c": "deep"}}, "b": "no"}"#, "a.b.c") == ["deep"])
    #expect(try read(#"{"a": {"b.c": "point"}}"#, "a.b.c") == ["point"])
    #expect(
      try message(#"{"a": {"c": "x"}, "d": 1}"#) { $0.textMember = "a.b" }
        == #"F:1: no member "a.b"; it has "a", "d""#)
  }

  @Test(arguments: [
    (#"{"story": "a", "id": 1}"#, #"no member "text"; it has "story", "id""#),
    (#"{}"#, #"no member "text"; it has none"#),
    (#"{"text": null}"#, #"the member "text" is null, not a string"#),
    (#"{"text": 12}"#, #"the member "text" is a number, not a string"#),
    (#"{"text": ["a"]}"#, #"the member "text" is a list, not a string"#),
    (#"{"text": {"a": "b"}}"#, #"the member "text" is an object, not a string"#),
    (#"{"text": "a", "text": "b"}"#, "the member with the text is there twice"),
    (#"{"text": "a""#, "not valid JSON at byte 13: it ends where ',' or '}' is due"),
    (#"{"text": "a"#, "not valid JSON at byte 10: the string that begins here does not end"),
    (#"{"text": "a"} x"#, "not valid JSON at byte 15: the line's end is expected"),
    (#"{"text": "a",}"#, "not valid JSON at byte 14: a member's name in quotes is expected"),
    (#"{"text" "a"}"#, "not valid JSON at byte 9: ':' is expected"),
    (#"{"x": [1 2], "text": "a"}"#, "not valid JSON at byte 10: ',' or ']' is expected"),
    (#"{"x": [1}, "text": "a"}"#, "not valid JSON at byte 9: ',' or ']' is expected"),
    (#"{"text": "\x"}"#, "a backslash that begins no escape"),
    (#"{"text": "\u12"}"#, "\\u needs four hexadecimal digits"),
    (#"{"text": "a\ud83d b"}"#, #"at byte 12: in "text": half a surrogate pair (\uD83D)"#),
    (#"{"text": "a\ude00\ud83d"}"#, #"at byte 12: in "text": half a surrogate pair (\uDE00)"#),
    ("[1, 2]", "the line is a list, not an object; take it apart: jq -c '.[]' F | …"),
    ("text", "no JSON object"),
  ])
  func aBadLineIsNamedOrCounted(line: String, reason: String) throws {
    let good = #"{"text": "good"}"#
    let message = try message("\(good)\n\n\(line)\n\(good)")
    #expect(message.hasPrefix("F:3: ") && message.contains(reason), "\(message)")
    for blockSize in [1, 20, 1 << 18] {
      let reader = try reader("\(good)\n\(line)\n\(good)\n\(line)\n".utf8, blockSize: blockSize) {
        $0.skipsInvalid = true
      }
      #expect(try documents(reader).map(\.line) == [1, 3])
      let finding = try #require(reader.findings.first)
      #expect(reader.findings.count == 1 && finding.count == 2 && finding.line == 2)
      #expect(
        finding.description.hasPrefix("left out 2 lines that hold no document; the first is "))
    }
  }

  @Test func halvesOfPairsAreDroppedAsInvalidBytesAre() throws {
    let text = try texts(#"{"text": "a\ud83d b\ude00\ud83d\ude00"}"#) {
      $0.cleaning.dropsInvalidBytes = true
    }
    #expect(text == ["a b😀"])
  }

  /// Only what the command in use has is advised.
  @Test func adviceIsWhatTheCommandHas() throws {
    let all: DocumentAdvice = [.format, .textMember, .skipInvalid, .dropInvalidBytes]
    func advised(_ line: String) throws -> String { try message(line) { $0.advice = all } }
    #expect(
      try advised(#"{"a": 1}"#).hasSuffix(
        "; name the one with the text: --text-member; --skip-invalid leaves such lines out"))
    #expect(try advised(#"{"text": "\ud83d"}"#).contains("; --drop-invalid-bytes leaves that out"))
    for line in [#"{"a": 1}"#, #"{"text": "\ud83d"}"#, "{", "["] {
      #expect(try !message(line).contains("--"), "\(line)")
    }
  }
}
