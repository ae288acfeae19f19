import Foundation
import TestSupport
import Testing

@testable import FlashShared

@Suite struct CappedVocabularyTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func mostFrequentIdsComeFirstAndEqualsAsSeen() {
    var frequencies = IDFrequencies(vocabularySize: 10)
    frequencies.count([5, 3, 3, 9])
    frequencies.count([9, 1, 2])
    #expect(frequencies.mostFrequent(9) == [3, 9, 5, 1, 2])
    #expect(frequencies.mostFrequent(2) == [3, 9])
    #expect(frequencies.total == 7 && frequencies.distinct == 5)
    #expect(frequencies.coverage(2) == 4.0 / 7)
  }

  static func capped() -> Tokenizer {
    let base = TokenizerTests.complete
    var frequencies = IDFrequencies(vocabularySize: base.vocabularySize)
    var hostile = HostileText(seed: 60)
    for _ in 0..<20 { frequencies.count(base.encode(hostile.text(200))) }
    return Tokenizer(
      model: base.model, addedTokens: base.addedTokens, addsPrefixSpace: base.addsPrefixSpace,
      cap: CappedVocabulary(kept: frequencies.mostFrequent(96)))
  }

  @Test func idsAreRanksAndOthersUnknown() throws {
    let base = TokenizerTests.complete
    let capped = Self.capped()
    #expect(capped.vocabularySize == 100)
    let kept = try #require(capped.cap?.kept)
    var hostile = HostileText(seed: 61)
    for length in 0..<100 {
      let text = hostile.text(length)
      let expected = base.encode(text).map { id in
        kept.firstIndex(of: id).map { Int32($0 + 4) } ?? 1
      }
      #expect(capped.encode(text) == expected)
      let known = expected.filter { $0 >= 4 }.map { kept[Int($0) - 4] }
      #expect(capped.decode(expected) == base.decode(known))
    }
    #expect(capped.id(of: "<eos>") == 3 && capped.isSpecial(1))
  }

  @Test func cappedFilesAreReadBack() throws {
    let capped = Self.capped()
    let path = try folder.file("capped.json", capped.serialized())
    let again = try Tokenizer(contentsOf: path)
    #expect(again.serialized() == capped.serialized())
    #expect(again.cap == capped.cap)
    #expect(again.encode("the cat") == capped.encode("the cat"))
  }

  @Test func damagedCapsAreRefused() throws {
    func message(_ name: String, _ value: JSONValue?) throws -> String {
      var object = try #require(
        JSONValue(parsing: Self.capped().serialized(), source: "").objectValue)
      object[name] = value
      let path = try folder.file("bad.json", JSONValue.object(object).serialized())
      do {
        _ = try Tokenizer(contentsOf: path)
        return "none"
      } catch { return "\(error)".replacingOccurrences(of: path, with: "F") }
    }
    #expect(try message("base", nil) == "F: no \"base\" tokenizer")
    #expect(try message("special_tokens", nil) == "F: no \"special_tokens\" list")
    #expect(try message("special_tokens", [1]) == "F: \"special_tokens\" holds 1, which is no text")
    #expect(
      try message("unknown_id", 9) == "F: \"unknown_id\" is not the position of a special token")
    #expect(try message("kept", []) == "F: no \"kept\" list of ids")
    #expect(try message("kept", [900]) == "F: \"kept\" holds 900, which is no id of the base")
    #expect(try message("kept", ["a"]) == "F: \"kept\" holds \"a\", which is no id of the base")
    #expect(try message("kept", [5, 5]) == "F: \"kept\" holds 5 twice")
    #expect(try message("kept", [5]) == "none")
  }

  @Test func pairOfVocabularyAndMergesIsRead() throws {
    let vocabulary = try folder.file(
      "vocab.json", "{\"a\":0,\"b\":1,\"ab\":2,\"\u{120}\":3,\"<|endoftext|>\":4}")
    let merges = try folder.file("merges.txt", "#version: 0.2\na b\n")
    let tokenizer = try Tokenizer(vocabularyPath: vocabulary, mergesPath: merges)
    #expect(tokenizer.encode("ab a<|endoftext|>") == [2, 3, 0, 4])
    let bad = try folder.file("bad.txt", "#version: 0.2\na b\na b c\n")
    #expect {
      try Tokenizer(vocabularyPath: vocabulary, mergesPath: bad)
    } throws: { "\($0)" == "\(bad):3: a merge is two tokens with one space between" }
  }
}
