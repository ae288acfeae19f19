import Foundation
import TestSupport
import Testing

@testable import FlashShared

@Suite struct TextCurationTests {
  private func curate(
    _ texts: [String], _ change: (inout TextCuration.Settings) -> Void
  ) throws -> (kept: [String], steps: [JSONObject]) {
    var settings = TextCuration.Settings()
    change(&settings)
    var curation = TextCuration(settings)
    var kept: [String] = []
    for (index, text) in texts.enumerated() {
      let document = Document(
        text: Array(text.utf8), line: index, name: "\(index)", informationBits: 1,
        continuesPrevious: false)
      try curation.process(document) { kept.append(String(decoding: $0.text, as: UTF8.self)) }
    }
    return (kept, curation.steps)
  }

  @Test func wordsAndCharactersAreThoseOfPython() {
    let cases: [(String, words: Int, characters: Int, stripped: String)] = [
      ("", 0, 0, ""), (" \n\t ", 0, 4, ""), ("a", 1, 1, "a"),
      (" two  words\n", 2, 12, "two  words"),
      ("a\u{A0}b\u{2003}c\u{3000}d\u{85}e", 5, 9, "a\u{A0}b\u{2003}c\u{3000}d\u{85}e"),
      ("\u{3000}\u{1680}x y\u{2029}\u{1F}", 2, 7, "x y"),
      // Zero-width and ideographic characters are no white space; a combining mark is a character.
      ("a\u{200B}b é e\u{301} 日本", 4, 11, "a\u{200B}b é e\u{301} 日本"),
      ("\u{C2}\u{E2}\u{E3}", 1, 3, "\u{C2}\u{E2}\u{E3}"),
    ]
    for (text, words, characters, stripped) in cases {
      let bytes = Array(text.utf8)
      #expect(TextMeasures.words(bytes[...]) == words, "\(text)")
      #expect(TextMeasures.characters(bytes[...]) == characters, "\(text)")
      #expect(Array(TextMeasures.stripped(bytes[...])) == Array(stripped.utf8), "\(text)")
    }
    // Cut sequences at the end of a text are looked at, not beyond.
    for bytes: [UInt8] in [[0xC2], [0xE2, 0x80], [0xE3], [0x20, 0xE1, 0x9A]] {
      #expect(TextMeasures.words(bytes[...]) == 1)
      #expect(!TextMeasures.stripped(bytes[...]).isEmpty)
    }
  }

  @Test func filtersKeepWhatTheySay() throws {
    let texts = ["one", "one two", "one two three", "éé éé", "Lily ran", ""]
    #expect(
      try curate(texts) { $0.filters = [.minimumWords(2)] }.kept == [
        "one two", "one two three", "éé éé", "Lily ran",
      ])
    #expect(try curate(texts) { $0.filters = [.maximumWords(1)] }.kept == ["one"])
    #expect(
      try curate(texts) { $0.filters = [.minimumCharacters(8)] }.kept == [
        "one two three", "Lily ran",
      ])
    #expect(try curate(texts) { $0.filters = [.maximumCharacters(5)] }.kept == ["one", "éé éé"])
    #expect(
      try curate(texts) { $0.filters = [try! .pattern("^one|L.l", isKept: true)] }.kept.count == 4)
    #expect(
      try curate(texts) { $0.filters = [try! .pattern("e$", isKept: false)] }.kept == [
        "one two", "éé éé", "Lily ran",
      ])
    #expect(try curate(texts) { $0.firstDocuments = 2 }.kept == ["one", "one two"])
  }

  @Test func whatEachStepRemovesIsCounted() throws {
    let texts = ["a b", "a b", " a b c ", "a b c d", "", "x"]
    let (kept, steps) = try curate(texts) {
      $0.isStripped = true
      $0.filters = [.minimumWords(2), .maximumWords(3)]
      $0.removesDuplicates = true
      $0.firstDocuments = 9
    }
    #expect(kept == ["a b", "a b c"])
    #expect(
      steps == [
        ["step": "strip"], ["step": "empty", "documents_removed": 1],
        ["step": "minimum_words", "value": 2, "documents_removed": 1],
        ["step": "maximum_words", "value": 3, "documents_removed": 1],
        ["step": "duplicates", "documents_removed": 1], ["step": "first_documents", "value": 9],
      ])
  }

  @Test func unitsAreCutAsPythonCuts() throws {
    let text = "\n\na\nb\n\n\nc\n \nd\n\n"
    #expect(
      CurationUnit.line.pieces(of: Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
        == ["", "", "a", "b", "", "", "c", " ", "d", "", ""])
    #expect(
      CurationUnit.paragraph.pieces(of: Array(text.utf8)).map {
        String(decoding: $0, as: UTF8.self)
      } == ["", "a\nb", "\nc\n \nd", ""])
    #expect(CurationUnit.document.pieces(of: Array(text.utf8)).count == 1)
    #expect(CurationUnit.paragraph.pieces(of: []).count == 1)
  }

  /// The published curation of v7.6: lines of 10 to 40 words, joined by a separator; and the
  /// documented one: stories of 10 to 40 words.
  @Test func linesAndStoriesOfTenToFortyWords() throws {
    let eleven = "one two three four five six seven eight nine ten eleven"
    let story = "\(eleven)\nshort\n\n  \(eleven) \n"
    let lines = try curate([story]) {
      $0.unit = .line
      $0.isStripped = true
      $0.filters = [.minimumWords(10), .maximumWords(40)]
    }
    #expect(lines.kept == [eleven, eleven])
    let stories = try curate([story, "short", story + story]) {
      $0.filters = [.minimumWords(10), .maximumWords(40)]
    }
    #expect(stories.kept == [story])
  }

  @Test func informationContentStaysWithWholeDocumentsOnly() throws {
    var settings = TextCuration.Settings()
    settings.unit = .line
    var curation = TextCuration(settings)
    var bits: [Double?] = []
    for text in ["whole", "two\nlines"] {
      let document = Document(
        text: Array(text.utf8), line: 1, name: "n", informationBits: 7, continuesPrevious: false)
      try curation.process(document) { bits.append($0.informationBits) }
    }
    #expect(bits == [7, nil, nil])
  }

  @Test func patternsThatAreNoneAreRefused() {
    let error = #expect(throws: CurationError.self) {
      try CurationFilter.pattern("(", isKept: true)
    }
    #expect(error?.description.hasPrefix("'(' is not a regular expression: ") == true)
    #expect(error?.description.contains("\n") == false)
    #expect(error?.exitStatus == .usage)
  }

  @Test func everyByteSurvivesAsJSON() throws {
    let text = (0..<0x250).compactMap(Unicode.Scalar.init).map(String.init).joined()
    var line: [UInt8] = []
    line.append(jsonString: Array(text.utf8)[...])
    #expect(try JSONValue(parsing: line, source: "test") == .string(text))
  }
}
