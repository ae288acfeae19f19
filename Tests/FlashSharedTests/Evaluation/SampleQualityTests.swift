import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// Figures of texts in which they can be counted by hand.
@Suite struct SampleQualityTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func quality(
    _ texts: [String], prompt: String = "", training: [String]? = nil
  ) throws -> SampleQuality {
    let samples = texts.map { SampleText(prompt: prompt, text: $0) }
    guard let training else { return try SampleQuality(samples) }
    let path = try folder.file("train.txt", training.joined(separator: "\n<|endoftext|>\n"))
    return try SampleQuality(
      samples,
      training: {
        DocumentReader(paths: [path], format: .separated(by: "<|endoftext|>"))
      })
  }

  @Test func distinctSequencesAreCountedOverAllTexts() throws {
    // Words: a b a b, and a b: six words, two different; pairs ab ba ab, ab: two of four.
    let quality = try quality(["A b, a b.", "a b"])
    #expect(quality.words == 6)
    #expect(quality.distinct[0] == 2.0 / 6)
    #expect(quality.distinct[1] == 2.0 / 4)
    #expect(quality.distinct[2] == 1)
  }

  @Test func repetitionIsWithinAText() throws {
    // Ten words, seven sequences of four; the cycle of three repeats from the fourth on.
    #expect(try quality(["a b c a b c a b c a"]).repetitionRate == 4.0 / 7)
    // The same text twice repeats nothing.
    #expect(try quality(["a b c d e", "a b c d e"]).repetitionRate == 0)
    #expect(try quality(["a b c"]).repetitionRate == nil)
  }

  @Test func wordsOfTheTrainingTextAreKnown() throws {
    let quality = try quality(
      ["The DOG didn’t glorp, glorp or\u{2014}bark"],
      training: ["the dog barked. didn't", "Bark didn or t"])
    // the, dog, didn, t, glorp, glorp, or, bark: a curly apostrophe separates.
    #expect(quality.words == 8)
    #expect(quality.knownWordShare == 6.0 / 8)
    #expect(quality.unknownWords == ["glorp"])
  }

  @Test func theLongestPassageIsFound() throws {
    let quality = try quality(
      ["xx the cat sat on the mat yy", "nothing", "ZZ"],
      training: ["aa the cat sat", "b the cat sat on the hat", "on the mat"])
    #expect(quality.overlaps?[0] == " the cat sat on the ")
    #expect(quality.overlapCharacters?[0] == 20)
    // "th" is in the training text; "oth" and "thi" are not.
    #expect(quality.overlapCharacters?[1] == 2)
    #expect(quality.json["longest_overlap_words"] == 5)
  }

  @Test func aPassageDoesNotCrossDocuments() throws {
    let crossing = try quality(["one two"], training: ["one ", " two"])
    #expect(crossing.overlapCharacters == [4])
  }

  @Test func aPassageEndsAtWholeCharacters() throws {
    // é and è differ in their second byte.
    let quality = try quality(["caf\u{E9}"], training: ["xcaf\u{E8}"])
    #expect(quality.overlaps == ["caf"])
  }

  /// Against the plain search: every passage of every text.
  @Test(arguments: 0..<40) func passagesAreThoseOfAPlainSearch(seed: Int) throws {
    let stream = RandomStream(seed: UInt64(seed), purpose: .evaluation)
    var draw: UInt64 = 0
    func text(_ length: Int) -> [UInt8] {
      (0..<length).map { _ in
        draw += 1
        return UInt8(97 + stream.integer(at: draw, below: seed % 2 == 0 ? 2 : 5))
      }
    }
    let texts = [text(30), text(1), [], text(17), text(30)]
    let documents = [text(60), text(3), text(90)]
    var overlap = VerbatimOverlap(texts)
    for document in documents { overlap.add(document) }
    for (text, passage) in zip(texts, overlap.passages()) {
      var longest = 0
      for begin in text.indices {
        for end in begin..<text.count where end - begin + 1 > longest {
          let part = Array(text[begin...end])
          let isFound = documents.contains { document in
            document.indices.contains { document[$0...].starts(with: part) }
          }
          if isFound { longest = end - begin + 1 } else { break }
        }
      }
      #expect(passage.count == longest)
      let found = Array(text[passage.end - passage.count..<passage.end])
      #expect(
        found.isEmpty
          || documents.contains { document in
            document.indices.contains { document[$0...].starts(with: found) }
          })
    }
  }

  @Test func namesThatStayAreConsistent() throws {
    // The prompt introduces Tim; Sue comes in the second half only.
    let prompt = "One day a boy named Tim went out. "
    let stays = try quality(["He ran. Then Tim fell. It hurt and Tim cried."], prompt: prompt)
    #expect(stays.nameMentions == 2)
    #expect(stays.nameConsistency == 1)
    let drifts = try quality(["He ran. Then a girl saw Sue and Sue cried."], prompt: prompt)
    #expect(drifts.nameMentions == 2)
    #expect(drifts.nameConsistency == 0)
    // A capital at the start of a sentence makes no name, nor does a word that is also lower case.
    let none = try quality(["The dog ran. Big dogs ran. He said, \"Go\" and Big Dog ran big."])
    #expect(none.nameMentions == 0)
    #expect(none.nameConsistency == nil)
  }

  @Test func samplesAreReadFromJSONLines() throws {
    let path = try folder.file(
      "samples.jsonl",
      """
      {"event":"settings","temperature":1}
      {"event":"sample","prompt":"A","text":" b","tokens":[1]}

      {"text":"c"}
      """)
    #expect(
      try SampleText.read([path]) == [
        SampleText(prompt: "A", text: " b"), SampleText(prompt: "", text: "c"),
      ])
    let bad = try folder.file("bad.jsonl", "{\"text\":\"a\"}\n[1]\n")
    #expect(throws: SampleError.notAnObject(path: bad, line: 2)) { try SampleText.read([bad]) }
  }
}
