import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// The floor of the embedded corpus: the stated bits are −log₂ of the text's probability.
@Suite struct StoryGrammarTests {
  let grammar = StoryGrammar.standard

  @Test func noTextHasTwoDerivations() {
    #expect(grammar.ambiguities() == [])
  }

  @Test func probabilitiesOfEachChoiceAddUpToOne() {
    #expect(grammar.choices.count > 100)
    for choice in grammar.choices {
      let alternatives = grammar.alternatives[choice.alternatives]
      let sum = alternatives.reduce(0) { $0 + exp2(-$1.bits) }
      #expect(abs(sum - 1) < 1e-12, "\(choice.name)")
      // What is drawn is what is stated: an alternative owns as many slots as its weight says.
      for (number, alternative) in zip(choice.alternatives, alternatives) {
        let owned = grammar.slots[choice.slots].count { $0 == Int32(number) }
        #expect(abs(Double(owned) / Double(choice.slots.count) - exp2(-alternative.bits)) < 1e-12)
      }
    }
    for variable in grammar.variables {
      let rows = grammar.tables[variable.table].rows - variable.excluded.count
      #expect(abs(exp2(-variable.bits) * Double(rows) - 1) < 1e-12)
    }
  }

  @Test func readingAStoryFindsItsDerivationAndItsBits() throws {
    var texts: Set<[UInt8]> = []
    var derivations: Set<[Int]> = []
    for index in 0..<5_000 {
      let story = grammar.derive(seed: 3, index: UInt64(index))
      let read = try #require(grammar.derivation(of: story.text), "story \(index)")
      #expect(read.choices == story.derivation)
      #expect(read.bits == story.bits)
      texts.insert(story.text)
      derivations.insert(story.derivation)
    }
    #expect(texts.count == derivations.count)
  }

  @Test func distinctDerivationsWriteDistinctTexts() {
    var derivationOf: [[UInt8]: [Int]] = [:]
    for index in 0..<40_000 {
      let story = grammar.derive(seed: 11, index: UInt64(index))
      let other = derivationOf.updateValue(story.derivation, forKey: story.text)
      #expect(other == nil || other == story.derivation)
    }
  }

  @Test func theMeanOfTheBitsIsTheEntropy() {
    let expected = grammar.expectation()
    let count = 40_000
    var (bits, squares, characters) = (0.0, 0.0, 0.0)
    var longest = 0
    for index in 0..<count {
      let story = grammar.story(seed: 5, index: UInt64(index))
      bits += story.bits
      squares += story.bits * story.bits
      characters += Double(story.text.utf8.count)
      longest = max(longest, story.text.utf8.count)
    }
    let mean = bits / Double(count)
    let error = ((squares / Double(count) - mean * mean) / Double(count)).squareRoot()
    #expect(abs(mean - expected.bits) < 4 * error)
    #expect(abs(characters / Double(count) / expected.characters - 1) < 0.005)
    #expect(longest <= expected.longest)
  }

  /// A second way to the entropy: the frequencies of what was chosen, without the stated bits.
  @Test func choicesFallWithTheirProbabilities() {
    var counts: [Int: [Int]] = [:]
    for index in 0..<20_000 {
      let derivation = grammar.derive(seed: 8, index: UInt64(index)).derivation
      // The first choices after the story's start are the opening and the trait.
      counts[0, default: Array(repeating: 0, count: 64)][derivation[1]] += 1
    }
    let opening = grammar.choices.first { $0.name == "opening" }
    let alternatives = grammar.alternatives[opening?.alternatives ?? 0..<0]
    for (number, alternative) in alternatives.enumerated() {
      let probability = exp2(-alternative.bits)
      let deviation = (20_000 * probability * (1 - probability)).squareRoot()
      #expect(abs(Double(counts[0]?[number] ?? 0) - 20_000 * probability) < 4 * deviation)
    }
  }

  @Test func storiesDependOnSeedAndIndexAlone() {
    let forwards = (0..<50).map { grammar.story(seed: 9, index: $0) }
    let backwards = (0..<50).reversed().map { grammar.story(seed: 9, index: $0) }
    #expect(forwards == backwards.reversed())
    #expect(Set(forwards.map(\.text)).count == 50)
    #expect(grammar.story(seed: 10, index: 0) != forwards[0])
  }

  /// The corpus is a promise: whoever changes it changes every floor that was ever stated.
  @Test func theCorpusIsTheOneThatWasPromised() throws {
    var text: [UInt8] = []
    for index: UInt64 in 0..<100 {
      _ = grammar.appendStory(seed: 0, index: index, to: &text)
      text += "\n<|endoftext|>\n".utf8
    }
    let folder = try TemporaryFolder()
    let path = try folder.file("stories", text)
    #expect(
      try SHA256.hash(of: FileBytes(path: path))
        == "0666209ed01c8a03a46f048d80eaf7d4f02b38bf63f904f4972d36e026810c4d")
  }

  @Test func escapedTextIsTheSameTextInJSON() throws {
    for index in 0..<200 {
      let story = grammar.story(seed: 4, index: UInt64(index))
      var line = Array("\"".utf8)
      let bits = grammar.appendStory(seed: 4, index: UInt64(index), to: &line, isEscaped: true)
      line += "\"".utf8
      #expect(try JSONValue(parsing: line, source: "test") == .string(story.text))
      #expect(bits == story.bits)
    }
  }

  @Test func storiesAreCleanText() {
    for index in 0..<2_000 {
      let text = grammar.story(seed: 2, index: UInt64(index)).text
      #expect(text.utf8.allSatisfy { (0x20..<0x7F).contains($0) || $0 == 0x0A })
      for flaw in [
        "  ", " \n", "\n ", "\n\n", " ,", " .", "..", "{", "}", "[", "]", "|", "_", " a a", " a e",
      ]
      where text.contains(flaw) {
        Issue.record("'\(flaw)' in story \(index): \(text)")
      }
      #expect(text.count { $0 == "\"" }.isMultiple(of: 2), "\(text)")
      #expect([".", "!", "?"].contains(text.suffix(1)), "\(text)")
    }
  }

  @Test func otherTextsAreNotStories() {
    #expect(grammar.bits(of: Array("Call me Ishmael.".utf8)) == nil)
    #expect(grammar.bits(of: []) == nil)
    let story = grammar.derive(seed: 1, index: 1)
    #expect(grammar.bits(of: story.text + Array(" ".utf8)) == nil)
    for length in 0..<story.text.count {
      #expect(grammar.bits(of: story.text.prefix(length)) == nil)
    }
  }
}
