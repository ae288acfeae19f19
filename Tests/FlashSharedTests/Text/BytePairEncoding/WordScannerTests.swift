import Foundation
import Testing

@testable import FlashShared

@Suite struct WordScannerTests {
  /// The words of a text by the fast scanner.
  static func words(_ text: [UInt8], followsSpace: Bool = false) -> [[UInt8]] {
    if text.isEmpty { return [] }
    let starts = UnsafeMutablePointer<UInt32>.allocate(capacity: WordBatches.capacity)
    defer { starts.deallocate() }
    // What lies behind the text must not matter.
    let padded = text + Array("'s aé \u{3000}1'll".utf8) + [UInt8](repeating: 0x27, count: 64)
    return padded.withUnsafeBytes { bytes in
      let all = UnsafeRawBufferPointer(rebasing: bytes[..<text.count])
      var batches = WordBatches(all, followsSpace: followsSpace, starts: starts)
      var words: [[UInt8]] = []
      if followsSpace { words.append([0x20] + all[..<batches.endOfFirstWord()]) }
      while true {
        let count = batches.next()
        if count == 0 { return words }
        for index in 0..<count {
          words.append([UInt8](all[Int(starts[index])..<Int(starts[index + 1])]))
        }
        batches.advance(by: count)
      }
    }
  }

  /// The words by the pattern's own rules, one alternative after the other: the oracle.
  static func wordsByPattern(_ text: [UInt8]) -> [[UInt8]] {
    struct Character {
      let kind: CharacterClass
      let bytes: ArraySlice<UInt8>
    }
    var characters: [Character] = []
    var at = 0
    while at < text.count {
      let (scalar, length) = text[at...].withUnsafeBufferPointer {
        CharacterClass.decode($0.baseAddress!, $0.count)
      }
      characters.append(
        Character(kind: scalar.map(CharacterClass.of) ?? .other, bytes: text[at..<(at + length)]))
      at += length
    }
    func ascii(_ index: Int) -> UInt8? {
      characters.indices.contains(index) && characters[index].bytes.count == 1
        ? characters[index].bytes.first : nil
    }
    func run(_ from: Int, _ kind: CharacterClass) -> Int {
      var end = from
      while end < characters.count, characters[end].kind == kind { end += 1 }
      return end
    }
    var words: [[UInt8]] = []
    var start = 0
    while start < characters.count {
      var end = start
      if ascii(start) == UInt8(ascii: "'") {
        let next = [1, 2].map { ascii(start + $0) ?? 0 }
        for ending in ["s", "t", "re", "ve", "m", "ll", "d"]
        where end == start && next.starts(with: Array(ending.utf8)) {
          end = start + 1 + ending.utf8.count
        }
      }
      let body = ascii(start) == 0x20 ? start + 1 : start
      for kind in [CharacterClass.letter, .number, .other] where end == start {
        let stop = run(body, kind)
        if stop > body { end = stop }
      }
      if end == start {
        end = run(start, .whitespace)
        if end < characters.count, end - start > 1 { end -= 1 }
      }
      words.append(characters[start..<end].flatMap(\.bytes))
      start = end
    }
    return words
  }

  @Test func examplesOfThePattern() {
    func split(_ text: String) -> [String] {
      Self.words(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(split("I'll don't") == ["I", "'ll", " don", "'t"])
    #expect(split("a  b\n\nc ") == ["a", " ", " b", "\n", "\n", "c", " "])
    #expect(split("x''s 's") == ["x", "''", "s", " '", "s"])
    #expect(split("12ab,.  ") == ["12", "ab", ",.", "  "])
    #expect(split("") == [])
  }

  @Test func agreesWithThePatternOnHostileText() {
    var hostile = HostileText(seed: 1)
    for length in Array(0...40) + [200, 3000] {
      for _ in 0..<20 {
        let text = Array(hostile.text(length).utf8)
        #expect(Self.words(text) == Self.wordsByPattern(text))
      }
    }
  }

  @Test func agreesWithThePatternOnDamagedText() {
    var hostile = HostileText(seed: 2)
    for length in Array(1...40) + [200, 3000] {
      for _ in 0..<20 {
        let bytes = hostile.bytes(length)
        #expect(Self.words(bytes) == Self.wordsByPattern(bytes))
      }
    }
  }

  /// Everything that crosses the border between two steps of 61 bytes.
  @Test func bordersOfStepsDoNotMatter() {
    for middle in [
      "'ll", "'s", "x'd'd", "\u{3000}\u{3000}", "é中𝄞", "  x", " \n x", "𝄞'", "\u{85} a",
    ] {
      for shift in 0..<70 {
        for filler in ["a", " ", "1", ".", "\n"] {
          let text = Array((String(repeating: filler, count: shift) + middle + "b'll c").utf8)
          #expect(Self.words(text) == Self.wordsByPattern(text))
        }
      }
    }
  }

  @Test func spaceBeforeTheTextBelongsToIt() {
    var hostile = HostileText(seed: 3)
    for length in 1...60 {
      let text = Array(hostile.text(length).utf8)
      guard text.first != 0x20 else { continue }
      #expect(Self.words(text, followsSpace: true) == Self.wordsByPattern([0x20] + text))
    }
  }

  @Test func textsLongerThanABatchKeepTheirWords() {
    let text = Array(
      (String(repeating: "a", count: 100_000) + " b" + String(repeating: "\n", count: 5000)).utf8)
    #expect(Self.words(text) == Self.wordsByPattern(text))
  }

  @Test(.enabled(if: TokenizersPeer.isAvailable, TokenizersPeer.reason))
  func classesOfAllCodePointsAreTheLibrarys() throws {
    let script = """
      import sys
      from tokenizers import Regex, pre_tokenizers
      kinds = [0] * 0x110000
      for kind, pattern in ((1, r"\\p{L}"), (2, r"\\p{N}"), (3, r"\\s")):
          split = pre_tokenizers.Split(Regex(pattern), "removed")
          for start in range(0, 0x110000, 0x1000):
              text = "".join(chr(c) for c in range(start, start + 0x1000) if not 0xD800 <= c < 0xE000)
              kept = {c for piece, _ in split.pre_tokenize_str(text) for c in piece}
              for c in text:
                  if c not in kept:
                      kinds[ord(c)] = kind
      sys.stdout.buffer.write(bytes(kinds))
      """
    let kinds = try TokenizersPeer.run(script, [])
    #expect(kinds.count == 0x110000)
    let wrong = kinds.indices.filter { CharacterClass.of(UInt32($0)).rawValue != kinds[$0] }
    #expect(wrong == [])
    let table = CharacterClass.table.address
    #expect((0..<0x20000).allSatisfy { table[$0] == kinds[$0] })
  }
}
