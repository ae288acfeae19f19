import Foundation
import TestSupport
import Testing

@testable import FlashShared

@Suite struct TokenPackingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Documents of 1, 2, … tokens, each token its document's number; 4 bytes and 3 characters each.
  private func stream(
    _ name: String, documents: Int = 20, vocabularySize: Int = 500, hash: UInt8 = 7, from: Int = 0
  ) throws -> String {
    var bytes: [UInt8] = []
    var writer = try TokenStreamWriter(
      header: TokenStreamHeader(
        vocabularySize: vocabularySize, tokenizerSHA256: [UInt8](repeating: hash, count: 32)),
      sink: { bytes += $0 })
    for number in from..<from + documents {
      var document = TokenDocument(
        ids: [Int32](repeating: Int32(number + 10), count: number + 1), characters: 3, bytes: 4)
      document.informationBits = Double(number)
      try writer.write(document)
    }
    try writer.finish()
    return try folder.file(name, bytes)
  }

  private func pack(
    _ paths: [String], validation: Bool = false, _ change: (inout TokenPacking.Settings) -> Void
  ) throws -> (training: ShardSet, validation: ShardSet?) {
    var settings = TokenPacking.Settings()
    settings.shardTokens = 16
    change(&settings)
    let input = TokenInput(paths: paths)
    try input.open()
    let name = UUID().uuidString
    _ = try TokenPacking(settings, input: input).run(
      training: folder.file(name), validation: validation ? folder.file(name + "v") : nil)
    let sets = (
      training: try ShardSet(path: folder.file(name)),
      validation: validation ? try ShardSet(path: folder.file(name + "v")) : nil
    )
    try sets.training.verify()
    try sets.validation?.verify()
    return sets
  }

  /// Each document as its tokens.
  private func documents(_ set: ShardSet) throws -> [[Int32]] {
    try (0..<set.documentCount).map { try set.tokens(in: set.documentRange($0)) }
  }

  private func made(_ numbers: some Sequence<Int>, end: Int32? = nil) -> [[Int32]] {
    numbers.map { number in
      [Int32](repeating: Int32(number + 10), count: number + 1) + (end.map { [$0] } ?? [])
    }
  }

  @Test func aStreamIsPackedAsItIs() throws {
    let set = try pack([stream("a")]) { _ in }.training
    #expect(try documents(set) == made(0..<20))
    #expect(set.sourceBytes == 80)
    #expect(set.sourceCharacters == 60)
    #expect(set.informationBits == 190)
    #expect(set.vocabularySize == 500)
    #expect(set.tokenizerHash == String(repeating: "07", count: 32))
    #expect(set.endOfTextToken == nil)
    let source = try #require(set.manifest.sources.first)
    #expect(source.name == folder.file("a"))
    #expect(source.sha256 == (try SHA256.hash(of: FileBytes(path: folder.file("a")))))
  }

  @Test func endOfTextFollowsEachDocument() throws {
    let set = try pack([stream("a")]) { $0.endOfText = 3 }.training
    #expect(try documents(set) == made(0..<20, end: 3))
    #expect(set.endOfTextToken == 3)
    #expect(set.sourceBytes == 80)
  }

  @Test func filtersByTokensCountWhatTheyRemove() throws {
    let set = try pack([stream("a")]) {
      $0.minimumTokens = 3
      $0.maximumTokens = 6
      $0.endOfText = 3
    }.training
    #expect(try documents(set) == made(2..<6, end: 3))
    #expect(
      set.manifest.steps == [
        ["step": "minimum_tokens", "value": 3, "documents_removed": 2],
        ["step": "maximum_tokens", "value": 6, "documents_removed": 14],
        ["step": "end_of_text", "token": 3],
      ])
  }

  @Test func theFirstTokensCutTheLastDocument() throws {
    let all = made(0..<20, end: 3).flatMap(\.self)
    for count in [0, 1, 2, 5, 9, 14, 100, 229, 230, 1000] {
      let set = try pack([stream("a")]) {
        $0.endOfText = 3
        $0.firstTokens = count
      }.training
      #expect(try set.tokens(in: 0..<set.tokenCount) == Array(all.prefix(count)))
      // 2, 5, 9, 14, … tokens end with a document; then all sizes are known.
      let ends = made(0..<20, end: 3).reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
      let documents = count > 230 ? 20 : ends.firstIndex(of: count)
      #expect(set.sourceBytes == documents.map { 4 * $0 }, "\(count)")
      #expect(set.sourceCharacters == documents.map { 3 * $0 }, "\(count)")
      let whole = try pack([stream("a")]) {
        $0.endOfText = 3
        $0.firstTokens = count
        $0.keepsWholeDocuments = true
      }.training
      #expect(whole.tokenCount == ends.last { $0 <= count })
      #expect(whole.sourceBytes == 4 * whole.documentCount)
    }
    let documents = try pack([stream("a")]) { $0.firstDocuments = 4 }.training
    #expect(try self.documents(documents) == made(0..<4))
  }

  @Test func shufflingKeepsDocumentsAndTheirSizes() throws {
    let first = try pack([stream("a")]) { $0.shuffleSeed = 1 }.training
    let again = try pack([stream("a")]) {
      $0.shuffleSeed = 1
      $0.memoryLimit = 0
    }.training
    #expect(try documents(first) == documents(again))
    #expect(try documents(first) != made(0..<20))
    #expect(try documents(first).sorted { $0[0] < $1[0] } == made(0..<20))
    for index in 0..<20 {
      let number = Double(try documents(first)[index][0] - 10)
      #expect(first.informationBits(ofDocument: index) == number)
    }
  }

  @Test func splitsLoseNothing() throws {
    let splits: [TokenPacking.Split] = [
      .documents(fraction: 0.3, seed: 4), .lastDocuments(5), .lastDocuments(0), .lastDocuments(99),
      .lastTokens(40), .lastTokens(1), .lastTokens(1000), .lastTokenFraction(0.05),
      .lastTokenFraction(0.5),
    ]
    let all = made(0..<20, end: 3)
    for split in splits {
      let (training, validation) = try pack([stream("a")], validation: true) {
        $0.endOfText = 3
        $0.split = split
      }
      let other = try #require(validation)
      let tokens = try training.tokens(in: 0..<training.tokenCount)
      let rest = try other.tokens(in: 0..<other.tokenCount)
      switch split {
      case .documents:
        let both = try documents(training) + documents(other)
        #expect(both.sorted { $0[0] < $1[0] } == all)
        #expect(other.documentCount > 0 && other.documentCount < 15)
        #expect(try documents(training) == documents(training).sorted { $0[0] < $1[0] })
      case .lastDocuments(let count):
        #expect(try documents(other) == Array(all.suffix(count)))
        #expect(tokens + rest == all.flatMap(\.self))
      case .lastTokens(let count):
        #expect(rest.count == min(count, 230))
        #expect(tokens + rest == all.flatMap(\.self))
      case .lastTokenFraction(let fraction):
        #expect(tokens.count == Int(230 * (1 - fraction)))
        #expect(tokens + rest == all.flatMap(\.self))
      case .none: break
      }
      if case .lastTokens(40) = split {
        #expect(training.sourceBytes == nil && other.sourceBytes == nil)
        #expect(training.documentCount + other.documentCount == 21)
      }
      #expect(training.manifest.steps.last?["part"] == "train")
      #expect(other.manifest.steps.last?["part"] == "validation")
    }
  }

  @Test func setsAreMergedCutAndSplitAgain() throws {
    let first = try pack([stream("a")]) { $0.endOfText = 3 }.training
    let second = try pack([stream("b", documents: 5, from: 20)]) { $0.endOfText = 3 }.training
    let merged = try pack([first.path, second.path]) { _ in }.training
    #expect(try documents(merged) == made(0..<25, end: 3))
    #expect(merged.endOfTextToken == 3)
    #expect(merged.sourceBytes == 100)
    #expect(merged.manifest.sources.count == 2)
    #expect(merged.manifest.steps.count == 2)
    // A set and a stream; end-of-text goes behind the stream's documents only.
    let mixed = try pack([first.path, stream("b")]) { $0.endOfText = 3 }.training
    #expect(try documents(mixed) == made(0..<20, end: 3) + made(0..<20, end: 3))
    let error = #expect(throws: CurationError.self) {
      try pack([first.path]) { $0.endOfText = 4 }
    }
    #expect(error?.description.contains("already end with token 3") == true)
  }

  @Test func longDocumentsInPartsAreOneDocument() throws {
    var bytes: [UInt8] = []
    var writer = try TokenStreamWriter(
      header: TokenStreamHeader(
        vocabularySize: 70_000, tokenizerSHA256: [UInt8](repeating: 0, count: 32)),
      sink: { bytes += $0 })
    for part in 0..<3 {
      var document = TokenDocument(ids: [66_000, Int32(part)], characters: 5, bytes: 6)
      document.continuesPrevious = part > 0
      try writer.write(document)
    }
    try writer.finish()
    let path = try folder.file("long", bytes)
    let whole: [Int32] = [66_000, 0, 66_000, 1, 66_000, 2, 3]
    for shuffle in [nil, 1] as [UInt64?] {
      let set = try pack([path]) {
        $0.endOfText = 3
        $0.shuffleSeed = shuffle
      }.training
      #expect(set.manifest.elementType == .uint32)
      #expect(try documents(set) == [whole])
      #expect(set.sourceBytes == 18)
      #expect(set.sourceCharacters == 15)
    }
    for count in 0...7 {
      let set = try pack([path]) {
        $0.endOfText = 3
        $0.firstTokens = count
      }.training
      #expect(try set.tokens(in: 0..<set.tokenCount) == Array(whole.prefix(count)))
      #expect(set.documentCount == min(count, 1))
    }
  }

  @Test func jsonLinesNeedAVocabularySize() throws {
    let path = try folder.file(
      "t.jsonl", #"{"tokens": [1, 2, 3]}"# + "\n" + #"{"tokens": [4], "bytes": 3, "characters": 3}"#
    )
    let error = #expect(throws: ShardError.self) { try pack([path]) { _ in } }
    #expect(error?.description.contains("give --vocabulary-size") == true)
    let input = TokenInput(paths: [path], vocabularySize: 5)
    try input.open()
    _ = try TokenPacking(.init(), input: input).run(training: folder.file("s"), validation: nil)
    let set = try ShardSet(path: folder.file("s"))
    #expect(try documents(set) == [[1, 2, 3], [4]])
    #expect(set.sourceBytes == nil)
    let small = TokenInput(paths: [path], vocabularySize: 4)
    try small.open()
    let refusal = #expect(throws: ShardError.self) {
      try TokenPacking(.init(), input: small).run(training: folder.file("s"), validation: nil)
    }
    #expect(refusal?.description.contains("id 4 in a vocabulary of 4") == true)
    // What was there is still there.
    #expect(try ShardSet(path: folder.file("s")).manifest == set.manifest)
  }

  @Test func inputsOfDifferentTokenizersAreRefused() throws {
    let paths = [try stream("a"), try stream("b", hash: 8)]
    #expect(throws: ShardError.self) { try pack(paths) { _ in } }
    let sizes = [try stream("a"), try stream("b", vocabularySize: 501)]
    let error = #expect(throws: ShardError.self) { try pack(sizes) { _ in } }
    #expect(error?.description.contains("its vocabulary has 501 entries, not 500") == true)
    let outside = #expect(throws: CurationError.self) {
      try pack([stream("a")]) { $0.endOfText = 500 }
    }
    #expect(outside?.description.contains("not in the vocabulary of 500") == true)
  }

  /// Where a document is cut, the tokenizer tells how its text is divided.
  @Test(arguments: [false, true]) func cutDocumentsKeepTheirSizes(hasPrefixSpace: Bool) throws {
    let texts = ["Zoë and Tim went home.", "日本 is far away", "Über uns", "", "plain"]
    var options = BytePairTraining()
    options.vocabularySize = 300
    options.includesAllBytes = true
    options.addsPrefixSpace = hasPrefixSpace
    let corpus = try folder.file("corpus", texts.joined(separator: "\n"))
    let tokenizer = try Tokenizer.train(
      on: DocumentReader(paths: [corpus], format: .lines), options)
    var bytes: [UInt8] = []
    var writer = try TokenStreamWriter(
      header: TokenStreamHeader(
        vocabularySize: tokenizer.vocabularySize, tokenizerSHA256: tokenizer.sha256),
      sink: { bytes += $0 })
    for text in texts {
      try writer.write(
        TokenDocument(
          ids: tokenizer.encode(text), characters: text.unicodeScalars.count,
          bytes: text.utf8.count))
    }
    try writer.finish()
    let path = try folder.file("sizes", bytes)
    let whole = try pack([path]) { $0.endOfText = 3 }.training
    func check(_ set: ShardSet, startsInside: Bool) throws {
      for document in 0..<set.documentCount {
        let ids = try set.tokens(in: set.documentRange(document)).filter { $0 != 3 }
        let decoded = tokenizer.decode(ids)
        let isWhole = document > 0 || !startsInside
        let added = hasPrefixSpace && isWhole && !decoded.isEmpty ? 1 : 0
        #expect(set.bytes(ofDocument: document) == decoded.count - added)
        let characters = decoded.count { $0 & 0xC0 != 0x80 } - added
        #expect(set.characters(ofDocument: document) == characters)
      }
    }
    for count in 0...whole.tokenCount {
      let name = UUID().uuidString
      var settings = TokenPacking.Settings()
      settings.endOfText = 3
      settings.split = .lastTokens(count)
      let input = TokenInput(paths: [path])
      try input.open()
      _ = try TokenPacking(settings, input: input, tokenizer: tokenizer).run(
        training: folder.file(name), validation: folder.file(name + "v"))
      let (first, second) = (
        try ShardSet(path: folder.file(name)), try ShardSet(path: folder.file(name + "v"))
      )
      let bytes = try #require(first.sourceBytes) + #require(second.sourceBytes)
      #expect(bytes == whole.sourceBytes)
      try check(first, startsInside: false)
      try check(second, startsInside: first.documentCount + second.documentCount > 5)

      settings.split = .none
      settings.firstTokens = count
      let again = TokenInput(paths: [path])
      try again.open()
      _ = try TokenPacking(settings, input: again, tokenizer: tokenizer).run(
        training: folder.file(name), validation: nil)
      try check(try ShardSet(path: folder.file(name)), startsInside: false)
    }
  }
}
