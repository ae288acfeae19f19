import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// Tokens are bytes: what is one for Swift's strings may be two for a tokenizer.
@Suite struct ExactBytesTests {
  private static let composed = "caf\u{E9}"
  private static let decomposed = "cafe\u{301}"

  private func tokenizer(_ added: [String], special: Bool = false) -> Tokenizer {
    let bytes = ByteAlphabet.characters.map { String($0) }
    return Tokenizer(
      model: BytePairModel(tokens: bytes, merges: []),
      addedTokens: added.enumerated().map { index, content in
        var token = AddedToken(id: Int32(256 + index), content: content)
        token.isSpecial = special
        return token
      }, addsPrefixSpace: false)
  }

  @Test func addedTokensDecodeToTheirText() {
    let added = [
      "brûlée", "đêm", "New York", "\n\n", "\t", "Ġthe", "Ċ", "ÿ", "Straße", "日本", "ĀāĂ", "🙂",
      Self.composed, Self.decomposed, " leading", "\u{A0}",
    ]
    let tokenizer = tokenizer(added)
    for (index, content) in added.enumerated() {
      #expect(tokenizer.encode(content) == [Int32(256 + index)], "\(content)")
      #expect(tokenizer.decode([Int32(256 + index)]) == Array(content.utf8), "\(content)")
      let text = "Une \(content), une nuit \(content)."
      #expect(tokenizer.decode(tokenizer.encode(text)) == Array(text.utf8), "\(content)")
    }
    let capped = Tokenizer(
      model: tokenizer.model, addedTokens: tokenizer.addedTokens, addsPrefixSpace: false,
      cap: CappedVocabulary(kept: [256, 257]))
    #expect(capped.decode(capped.encode("brûlée")) == Array("brûlée".utf8))
  }

  @Test func trainedSpecialTokensDecodeToTheirText() throws {
    var options = BytePairTraining()
    options.specialTokens = ["début", "fin de texte", "é", Self.composed, Self.decomposed]
    options.includesAllBytes = true
    options.vocabularySize = 300
    let tokenizer = try TokenizerTests.trained("the cat\nthe café\n", options)
    for (id, content) in options.specialTokens.enumerated() where content != "é" {
      #expect(tokenizer.id(of: content) == Int32(id))
      #expect(
        tokenizer.decode(tokenizer.encode(content), skippingSpecial: false) == Array(content.utf8))
    }
  }

  @Test func equivalentNamesAreTwo() throws {
    let tokens = [Self.composed, Self.decomposed, "e", "\u{301}", "e\u{301}"]
    let model = BytePairModel(
      tokens: tokens, merges: [BytePairModel.Merge(left: 2, right: 3, result: 4)])
    for (id, token) in tokens.enumerated() { #expect(model.id(of: token) == Int32(id)) }
    #expect(model.id(of: "\u{E9}") == nil)
    let keyed = Dictionary(uniqueKeysWithValues: tokens.map { (ExactString($0), $0.utf8.count) })
    #expect(keyed.count == tokens.count && keyed[ExactString("\u{E9}")] == nil)
    #expect("a \u{301}b c".partsBetweenSpaces == ["a", "\u{301}b", "c"])
  }
}
