import Foundation

/// What can be counted in texts that a model wrote. Prompts do not count, but for the names in them.
///
/// - distinct-n: different sequences of n words over all of them, all texts together (Li et al.
///   2016). Fewer where texts resemble each other, and in more text.
/// - Repetition rate: of the sequences of four words of a text, the share that occurred before in
///   the same text.
/// - Longest overlap: the longest passage that a text shares with the training text, character by
///   character, within one training document.
/// - Known words: the share of words that occur in the training text, in upper or lower case.
/// - Name consistency: of the names in the second half of a text (by words, prompt included), the
///   share that occurred in its first half. A name is a word that stands with a capital inside a
///   sentence of the text and nowhere in the training text (without one: in the texts) in lower
///   case. Texts without a name in their second half do not count.
public struct SampleQuality: Sendable {
  public private(set) var samples = 0
  public private(set) var words = 0
  public private(set) var characters = 0
  /// For n of 1, 2, 3: different sequences over all; nil where there are none.
  public private(set) var distinct: [Double?] = []
  public private(set) var repetitionRate: Double?
  public private(set) var knownWordShare: Double?
  /// Words that the training text does not have, the most frequent first.
  public private(set) var unknownWords: [String] = []
  public private(set) var nameMentions = 0
  public private(set) var nameConsistency: Double?
  /// For each sample, the passage that it shares with the training text; nil without one.
  public private(set) var overlaps: [String]?

  /// The length of the sequences whose repetition counts.
  static let repetitionLength = 4

  /// Judges texts.
  ///
  /// - Parameters:
  ///   - training: opens the training text anew; nil where there is none.
  ///   - progress: is told the fraction of the training text that is read.
  public init(
    _ samples: [SampleText], training: (() -> DocumentReader)? = nil,
    progress: (Double) -> Void = { _ in }
  ) throws {
    let texts = samples.map { SampleWords($0.text).words }
    let withPrompts = samples.map { SampleWords($0.prompt + $0.text).words }
    self.samples = samples.count
    words = texts.reduce(0) { $0 + $1.count }
    characters = samples.reduce(0) { $0 + $1.text.unicodeScalars.count }
    let plain = texts.map { $0.map(\.text) }
    distinct = (1...3).map { Self.distinct(plain, $0) }
    repetitionRate = Self.repetitionRate(plain)

    var known = KnownWords(withPrompts.joined().map(\.text))
    if let training {
      overlaps = try Self.compare(samples, training, &known, progress)
      let unknown = plain.joined().filter { !known.contains($0) }
      if words > 0 { knownWordShare = 1 - Double(unknown.count) / Double(words) }
      let counts = Dictionary(unknown.map { ($0, 1) }, uniquingKeysWith: +)
      unknownWords = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(20)
        .map(\.key)
    } else {
      for sample in samples { known.add((sample.prompt + sample.text).utf8) }
    }
    let counts = withPrompts.map { Self.names($0, known) }
    nameMentions = counts.reduce(0) { $0 + $1.mentions }
    if nameMentions > 0 {
      nameConsistency = Double(counts.reduce(0) { $0 + $1.known }) / Double(nameMentions)
    }
  }

  /// The characters of each sample's passage.
  public var overlapCharacters: [Int]? { overlaps?.map { $0.unicodeScalars.count } }

  static func sequences(_ words: [String], _ count: Int) -> [ArraySlice<String>] {
    words.count < count ? [] : (0...words.count - count).map { words[$0..<$0 + count] }
  }

  static func distinct(_ texts: [[String]], _ count: Int) -> Double? {
    let all = texts.flatMap { sequences($0, count) }
    return all.isEmpty ? nil : Double(Set(all).count) / Double(all.count)
  }

  static func repetitionRate(_ texts: [[String]]) -> Double? {
    let all = texts.map { sequences($0, repetitionLength) }
    let count = all.reduce(0) { $0 + $1.count }
    guard count > 0 else { return nil }
    return Double(all.reduce(0) { $0 + $1.count - Set($1).count }) / Double(count)
  }

  /// Names in the second half of a text, and those of them that its first half has.
  static func names(
    _ words: [SampleWords.Word], _ known: KnownWords
  ) -> (mentions: Int, known: Int) {
    let names = Set(
      words.filter {
        $0.isCapitalized && !$0.beginsSentence && $0.text.count > 1 && !$0.text.hasPrefix("i'")
          && !known.containsInLowerCase($0.text)
      }.map(\.text))
    func mentions(_ part: ArraySlice<SampleWords.Word>) -> [String] {
      part.filter { $0.isCapitalized }.map(\.text).filter(names.contains)
    }
    let introduced = Set(mentions(words[..<(words.count / 2)]))
    let later = mentions(words[(words.count / 2)...])
    return (later.count, later.count { introduced.contains($0) })
  }

  /// Reads the training text: which words it has, and the longest passage shared with each sample.
  private static func compare(
    _ samples: [SampleText], _ training: () -> DocumentReader, _ known: inout KnownWords,
    _ progress: (Double) -> Void
  ) throws -> [String] {
    let texts = samples.map { Array($0.text.utf8) }
    var passages: [VerbatimOverlap.Passage] = []
    let groups = groups(texts)
    for (number, group) in groups.enumerated() {
      var overlap = VerbatimOverlap(Array(texts[group]))
      let reader = training()
      let block = DocumentBlock()
      while try reader.next(into: block) {
        try Interruption.check()
        try block.forEachDocument { view in
          overlap.add(view.text)
          if number == 0 { known.add(view.text) }
        }
        if let total = reader.totalBytes, total > 0 {
          let part = Double(reader.bytesRead) / Double(total)
          progress((Double(number) + part) / Double(groups.count))
        }
      }
      passages += overlap.passages()
    }
    return zip(texts, passages).map { text, passage in
      var bytes = text[passage.end - passage.count..<passage.end]
      // A passage may begin and end inside a character.
      while let first = bytes.first, first & 0xC0 == 0x80 { bytes.removeFirst() }
      while !bytes.isEmpty, String(validating: bytes, as: UTF8.self) == nil { bytes.removeLast() }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  /// Samples that are compared together, so that memory stays bounded however many there are.
  private static func groups(_ texts: [[UInt8]]) -> [Range<Int>] {
    var groups: [Range<Int>] = []
    var first = 0
    var bytes = 0
    for (index, text) in texts.enumerated() {
      if bytes + text.count > VerbatimOverlap.byteLimit, index > first {
        groups.append(first..<index)
        first = index
        bytes = 0
      }
      bytes += text.count
    }
    groups.append(first..<texts.count)
    return groups
  }

  /// Everything, under the names that the tools print.
  public var json: JSONObject {
    var object: JSONObject = [
      "samples": .integer(samples), "words": .integer(words), "characters": .integer(characters),
    ]
    for (index, value) in distinct.enumerated() {
      object["distinct_\(index + 1)"] = JSONValue(value)
    }
    object["repetition_rate"] = JSONValue(repetitionRate)
    object["name_mentions"] = .integer(nameMentions)
    object["name_consistency"] = JSONValue(nameConsistency)
    guard let overlaps, let lengths = overlapCharacters else { return object }
    object["known_word_share"] = JSONValue(knownWordShare)
    object["unknown_words"] = .array(unknownWords.map { .string($0) })
    let longest = zip(lengths, overlaps).max { $0.0 < $1.0 }
    object["longest_overlap_characters"] = .integer(longest?.0 ?? 0)
    object["longest_overlap_words"] = .integer(
      SampleWords(longest?.1 ?? "").words.count)
    object["longest_overlap"] = .string(longest?.1 ?? "")
    let total: Int = lengths.reduce(0, +)
    let mean: Double? = lengths.isEmpty ? nil : Double(total) / Double(lengths.count)
    object["mean_longest_overlap_characters"] = JSONValue(mean)
    return object
  }
}
