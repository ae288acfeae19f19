import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// Names and strings are bytes: what Swift takes for the same character is two of them.
@Suite struct JSONNameTests {
  /// é as one code point, and as e with an accent that combines.
  private static let composed = "\u{E9}"
  private static let decomposed = "e\u{301}"

  @Test func canonicallyEquivalentNamesAreTwo() throws {
    let text = "{\"\(Self.composed)\": 1, \"\(Self.decomposed)\": 2}"
    let value = try JSONValue(parsing: Array(text.utf8), source: "test")
    #expect(value.objectValue?.members.count == 2)
    #expect(value[Self.composed] == 1)
    #expect(value[Self.decomposed] == 2)
    #expect(value.serialized() == Array(text.replacing(" ", with: "").utf8))

    var object = value.objectValue ?? JSONObject()
    object[Self.composed] = nil
    #expect(object[Self.composed] == nil)
    #expect(object[Self.decomposed] == 2)
    object.merge([Self.composed: 3])
    #expect(object.members.map(\.value) == [2, 3])
  }

  @Test func canonicallyEquivalentValuesDiffer() {
    #expect(JSONValue.string(Self.composed) != .string(Self.decomposed))
    #expect(JSONValue.string(Self.composed) == .string("\u{E9}"))
    let first: JSONObject = [Self.composed: 1]
    let second: JSONObject = [Self.decomposed: 1]
    #expect(first != second)
    #expect(JSONValue.array([.object(first)]) != .array([.object(second)]))
    // The sign of kelvin is canonically a K.
    let kelvin: JSONObject = ["\u{212A}": 1]
    #expect(kelvin["K"] == nil)
  }

  @Test func aNameThatIsThereTwiceIsRefused() {
    #expect(throws: JSONError.self) {
      try JSONValue(parsing: Array(#"{"a": 1, "a": 2}"#.utf8), source: "test")
    }
  }

  @Test func aByteOrderMarkIsSkippedWhereTheSourceBegins() throws {
    let marked: [UInt8] = [0xEF, 0xBB, 0xBF] + Array(#"{"a": 1}"#.utf8)
    #expect(try JSONValue(parsing: marked, source: "test") == ["a": 1])
    #expect(throws: JSONError.self) { try JSONValue(parsing: marked, source: "test", line: 2) }
    let folder = try TemporaryFolder()
    #expect(try JSONValue(contentsOf: folder.file("marked", marked)) == ["a": 1])
  }

  @Test func whatCanBeReadOnceIsReadToItsEnd() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    let text = Array((String(repeating: " ", count: 200_000) + "[1, 2]").utf8)
    let writer = Thread {
      try? FileHandle(forWritingAtPath: path)?.write(contentsOf: Data(text))
    }
    writer.start()
    let file = try FileBytes(path: path)
    #expect(file.copy(0..<file.count) == text)
    // There is nothing to read the pages from again.
    file.forget(0..<file.count)
    #expect(file.copy(0..<file.count) == text)
    #expect(throws: FileError.cannotOpen(path: folder.path, reason: "it is a folder, not a file")) {
      try FileBytes(path: folder.path)
    }
  }

  @Test func membersAreFoundWithTheirLines() {
    let text = """
      {
        "a": 1, "b\\n\\"": [{"x": 1}, "]", {"y": [2]}],
        "c": {
          "d": null,
          "e": {"f": {}, "g": -1.5e3}
        }, "h"
        : "{"
      }
      """
    let members = JSONMemberLines(Array(text.utf8)).members
    #expect(
      members == [
        .init(path: ["a"], line: 2, kind: .other), .init(path: ["b\n\""], line: 2, kind: .other),
        .init(path: ["c"], line: 3, kind: .object),
        .init(path: ["c", "d"], line: 4, kind: .null),
        .init(path: ["c", "e"], line: 5, kind: .object),
        .init(path: ["c", "e", "f"], line: 5, kind: .object),
        .init(path: ["c", "e", "g"], line: 5, kind: .other),
        .init(path: ["h"], line: 6, kind: .other),
      ])
    let deep = String(repeating: #"{"a": "#, count: 50) + "1" + String(repeating: "}", count: 50)
    #expect(JSONMemberLines(Array("[\(deep)]".utf8)).members.isEmpty)
    #expect(JSONMemberLines(Array(deep.utf8)).members.map(\.path.count) == [1, 2, 3, 4])
  }
}
