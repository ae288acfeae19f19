import Foundation
import TestSupport
import Testing

@testable import FlashShared

@Suite struct TokenizerTests {
  /// A tokenizer with all bytes, trained on hostile text.
  static let complete: Tokenizer = {
    var hostile = HostileText(seed: 50)
    var options = BytePairTraining()
    options.includesAllBytes = true
    options.vocabularySize = 900
    options.addsPrefixSpace = false
    return try! trained(hostile.text(8000), options)
  }()

  static func trained(_ text: String, _ options: BytePairTraining) throws -> Tokenizer {
    let folder = try TemporaryFolder()
    return try Tokenizer.train(
      on: DocumentReader(paths: [folder.file("text", text)], format: .lines), options)
  }

  @Test func decodingGivesTheBytesBack() {
    var hostile = HostileText(seed: 51)
    for length in 0..<200 {
      let bytes = hostile.bytes(length)
      #expect(Self.complete.decode(Self.complete.encode(bytes), skippingSpecial: false) == bytes)
    }
  }

  /// What the cache remembers must not change what comes out, however full it gets.
  @Test func cacheNeverShows() {
    let encoder = TokenEncoder(Self.complete)
    var merger = BytePairMerger(Self.complete.model)
    var ids: [Int32] = []
    for round in 0..<3 {
      for number in 0..<90_000 {
        let word = "w\(number * 7919 % 90_007)x"
        if (number + round) % 9 != 0 { continue }
        let found = encoder.encode(word.utf8)
        let expected = WordScannerTests.wordsByPattern(Array(word.utf8)).flatMap { part in
          _ = part.withUnsafeBytes { merger.encode($0, into: &ids) }
          return ids
        }
        #expect(found == expected)
      }
    }
  }

  @Test func narrowAndWideOutputsAgree() {
    var hostile = HostileText(seed: 52)
    let narrow = TokenEncoder(Self.complete, width: 2)
    let wide = TokenEncoder(Self.complete, width: 4)
    for length in 0..<100 {
      let bytes = hostile.bytes(length)
      #expect(narrow.encode(bytes) == wide.encode(bytes))
    }
  }

  /// Short words are kept without their length, which NUL bytes must not blur.
  @Test func zerosAreBytesLikeOthers() {
    let encoder = TokenEncoder(Self.complete, width: 2)
    for _ in 0..<3 {
      for text in ["!", "!\0", "!\0\0", "\0", "\0\0", "\0!", "a", "a\0", "!!!!!!!\0", "!!!!!!!"] {
        #expect(Self.complete.decode(encoder.encode(text.utf8)) == Array(text.utf8))
      }
    }
  }

  @Test func searchAndHeapMergeAlike() {
    let model = Self.complete.model
    // A second merge that gives the same token makes the model ambiguous, without ever applying.
    let last = model.mergeList[model.mergeList.count - 1]
    let twin = BytePairModel.Merge(left: last.right, right: last.left, result: last.result)
    let ambiguous = BytePairModel(tokens: model.tokens, merges: model.mergeList + [twin])
    #expect(ambiguous.hasAmbiguousMerges && !model.hasAmbiguousMerges)
    var search = BytePairMerger(model)
    var heap = BytePairMerger(BytePairModel(tokens: model.tokens, merges: model.mergeList))
    var generator = SequentialGenerator(RandomStream(seed: 5, purpose: .evaluation))
    var (first, second): ([Int32], [Int32]) = ([], [])
    for _ in 0..<500 {
      let half = (0..<40).map { _ in UInt8(97 + generator.next() % 4) }
      // Beyond 64 bytes the heap is used; the two halves are kept apart by a byte without merges.
      let long = half + [0xF8] + half
      _ = half.withUnsafeBytes { search.encode($0, into: &first) }
      _ = long.withUnsafeBytes { heap.encode($0, into: &second) }
      #expect(second == first + [model.byteIDs[0xF8]] + first)
    }
  }

  @Test func bytesWithoutSymbolAreDroppedAndCounted() throws {
    var options = BytePairTraining()
    options.vocabularySize = 50
    let tokenizer = try Self.trained("ab ab ab ab\n", options)
    let encoder = TokenEncoder(tokenizer)
    #expect(encoder.encode("a中b".utf8) == encoder.encode("ab".utf8))
    #expect(encoder.droppedBytes == 3)
    for _ in 0..<3 { _ = encoder.encode("a中b 中 中中中中中中中中中".utf8) }
    #expect(encoder.droppedBytes == 3 + 3 * (3 + 3 + 27))
    #expect(tokenizer.decode(tokenizer.encode("é")) == [0x20])
  }

  @Test func piecesAreEncodedByThemselves() throws {
    var options = BytePairTraining()
    options.vocabularySize = 300
    let tokenizer = try Self.trained("the cat sat on the mat, é é\n", options)
    let encoder = TokenEncoder(tokenizer)
    let text = Array("the cat éé sat".utf8)
    for size in 1...20 {
      let buffer = ByteBuffer()
      let characters = text.withUnsafeBytes {
        encoder.encode($0, pieceCharacters: size, into: buffer)
      }
      let scalars = Array("the cat éé sat".unicodeScalars)
      let pieces = stride(from: 0, to: scalars.count, by: size).map { start in
        var piece = String.UnicodeScalarView()
        piece.append(contentsOf: scalars[start..<min(start + size, scalars.count)])
        return String(piece)
      }
      let ids = (0..<(buffer.count / 4)).map { buffer.bytes.number(Int32.self, at: 4 * $0) }
      #expect(ids == pieces.flatMap { tokenizer.encode($0) })
      #expect(characters == scalars.count)
    }
  }

  @Test func specialTokensAreFoundByContentAndSkipped() throws {
    var options = BytePairTraining()
    options.vocabularySize = 300
    let tokenizer = try Self.trained("the cat\n", options)
    #expect(tokenizer.id(of: "<eos>") == 3)
    #expect(tokenizer.isSpecial(3) && !tokenizer.isSpecial(4) && !tokenizer.isSpecial(-1))
    let ids = tokenizer.encode("the<eos>cat")
    #expect(ids.contains(3))
    #expect(String(decoding: tokenizer.decode(ids), as: UTF8.self) == " the cat")
    #expect(
      String(decoding: tokenizer.decode(ids, skippingSpecial: false), as: UTF8.self)
        == " the<eos> cat")
    #expect(
      tokenizer.printedText(tokenizer.encode("the"))
        == tokenizer.encode("the").compactMap { tokenizer.text(of: $0) }.joined(separator: " "))
    #expect(tokenizer.text(of: 99_999) == nil && tokenizer.bytes(of: -5).isEmpty)
  }

  @Test func writtenFilesAreReadBack() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/tokenizer.json"
    try Self.complete.write(to: path)
    let again = try Tokenizer(contentsOf: path)
    #expect(again.serialized() == Self.complete.serialized())
    #expect(again.sha256 == Self.complete.sha256)
    #expect(again.vocabularySize == 900)
    var hostile = HostileText(seed: 53)
    let text = hostile.text(500)
    #expect(again.encode(text) == Self.complete.encode(text))
  }

  @Test func threadsDoNotChangeTheResult() throws {
    let folder = try TemporaryFolder()
    var hostile = HostileText(seed: 54)
    let path = try folder.file("text", hostile.text(20_000))
    func run(_ threads: Int, _ form: EncodingOptions.Form) throws -> [UInt8] {
      var options = EncodingOptions()
      options.threads = threads
      options.form = form
      var bytes: [UInt8] = []
      let reader = DocumentReader(paths: [path], format: .lines, blockSize: 500)
      _ = try Self.complete.encode(reader, options) { bytes.append(contentsOf: $0) }
      return bytes
    }
    for form in EncodingOptions.Form.allCases {
      let one = try run(1, form)
      #expect(try run(4, form) == one)
      let reader = try TokenStreamReader(path: folder.file("stream", one))
      var text: [UInt8] = []
      while let document = try reader.next() {
        text += Self.complete.decode(document.ids, skippingSpecial: false)
      }
      #expect(text == (try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))))
    }
  }

  @Test func failuresInOneThreadEndAll() throws {
    let folder = try TemporaryFolder()
    let lines = (0..<3000).map { $0 == 2000 ? "{\"txt\": 1}" : "{\"text\": \"line \($0)\"}" }
    let path = try folder.file("in.jsonl", lines.joined(separator: "\n"))
    var options = EncodingOptions()
    options.threads = 4
    let reader = DocumentReader(
      paths: [path], format: .jsonLines(textMember: "text"), blockSize: 512)
    #expect {
      _ = try Self.complete.encode(reader, options) { _ in }
    } throws: { error in
      "\(error)".hasPrefix("\(path):2001: no member \"text\"; it has \"txt\"")
    }
  }

  @Test func trainingThatMakesNoSenseIsRefused() throws {
    func message(_ change: (inout BytePairTraining) -> Void) -> String {
      var options = BytePairTraining()
      change(&options)
      do {
        try options.check()
        return "none"
      } catch { return "\(error)" }
    }
    #expect(message { $0.vocabularySize = 0 } == "a vocabulary of 0 entries; give 1 to 16777216")
    #expect(message { $0.minimumFrequency = -1 } == "the minimum frequency cannot be negative")
    #expect(
      message { $0.specialTokens = ["a", "a"] } == "special tokens must be different and not empty")
    #expect(message { $0.alphabetLimit = 0 } == "limits must be at least 1")
    #expect(message { _ in } == "none")
  }
}
