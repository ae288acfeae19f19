import Testing

@testable import FlashShared

@Suite struct TextAssemblerTests {
  /// What comes out when bytes arrive in pieces of one length.
  private func assemble(
    _ bytes: [UInt8], pieces size: Int, stops: [String] = []
  ) -> (pieces: [String], stop: String?) {
    var assembler = TextAssembler(stops: stops)
    var pieces: [String] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      pieces.append(assembler.append(bytes[start..<min(start + size, bytes.count)]))
    }
    pieces.append(assembler.finish())
    return (pieces, assembler.stop)
  }

  @Test(arguments: 1...7) func charactersComeWhole(size: Int) {
    let text = "naïve – 日本語 🎉 done"
    let (pieces, _) = assemble(Array(text.utf8), pieces: size)
    #expect(pieces.joined() == text)
    #expect(!pieces.joined().contains("\u{FFFD}"))
  }

  @Test(arguments: 1...5) func brokenBytesAreReplacedAsInTheWhole(size: Int) {
    let bytes: [UInt8] = [
      0x61, 0xC3, 0x28, 0xE2, 0x82, 0x41, 0xF0, 0x9F, 0x8E, 0x80, 0x80, 0xFF, 0xE2, 0x82,
    ]
    let (pieces, _) = assemble(bytes, pieces: size)
    #expect(pieces.joined() == String(decoding: bytes, as: UTF8.self))
  }

  @Test(arguments: 1...9) func textEndsBeforeAStopString(size: Int) {
    let (pieces, stop) = assemble(
      Array("One. Two.\n\nThree.".utf8), pieces: size, stops: ["\n\n", "Three"])
    #expect(pieces.joined() == "One. Two.")
    #expect(stop == "\n\n")
  }

  @Test(arguments: 1...9) func aBeginningThatComesToNothingIsTold(size: Int) {
    let (pieces, stop) = assemble(Array("abcabcabx".utf8), pieces: size, stops: ["abcabd", "zz"])
    #expect(pieces.joined() == "abcabcabx")
    #expect(stop == nil)
    let (held, _) = assemble(Array("xab".utf8), pieces: 1, stops: ["abc"])
    #expect(held == ["x", "", "", "ab"])
  }

  @Test func nothingFollowsAStop() {
    var assembler = TextAssembler(stops: ["."])
    #expect(assembler.append(Array("a.b".utf8)) == "a")
    #expect(assembler.append(Array("c".utf8)) == "")
    #expect(assembler.finish() == "")
  }

  @Test func theEarliestStopCounts() {
    var assembler = TextAssembler(stops: ["b", "bc", "a"])
    #expect(assembler.append(Array("xbca".utf8)) == "x")
    #expect(assembler.stop == "bc")
  }
}
