import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// Words beyond the length at which training keeps account of where pairs stand.
@Suite struct LongWordTests {
  /// Letters of an alphabet, so many.
  static func letters(_ count: Int, of alphabet: String, seed: UInt64) -> String {
    let stream = RandomStream(seed: seed, purpose: .evaluation)
    let letters = Array(alphabet)
    return String(
      (0..<count).map { letters[Int(stream.integer(at: UInt64($0), below: UInt64(letters.count)))] }
    )
  }

  static let corpora: [[String]] = [
    [String(repeating: "a", count: 1000)], [letters(2000, of: "ACGT", seed: 1)],
    [letters(900, of: "abcdefghijklmnopqrstuvwxyz", seed: 2)],
    [
      letters(500, of: "ab", seed: 3), letters(129, of: "ab", seed: 4),
      letters(90, of: "ab", seed: 5),
    ],
    [letters(300, of: "aab", seed: 6), String(repeating: "ab", count: 200), "abba", "a", "aaaaaa"],
    (0..<30).map { letters(100 + 3 * $0, of: "abcd", seed: 100 + UInt64($0)) },
  ]

  private func train(_ words: [String], _ options: BytePairTraining) throws -> Tokenizer {
    try TokenizerTests.trained(words.joined(separator: "\n") + "\n", options)
  }

  private var options: BytePairTraining {
    var options = BytePairTraining()
    options.vocabularySize = 400
    options.specialTokens = []
    options.addsPrefixSpace = false
    return options
  }

  private func merges(
    _ words: [String], _ options: BytePairTraining, searchLimit: Int
  ) throws -> [BytePairModel.Merge] {
    var counts = WordCounts()
    for word in words {
      let buffer = ByteBuffer()
      buffer.append(Array(word.utf8))
      buffer.reserve(WordScanner.slack)
      counts.add(buffer.bytes, addsSpace: false)
    }
    var trainer = BytePairTrainer(options)
    trainer.searchLimit = searchLimit
    return try trainer.train(counts) { _ in }.mergeList
  }

  /// To know where pairs stand and to look through the word give the same merges.
  @Test(arguments: corpora.indices, [nil, 3, 5, 12] as [Int?])
  func bothWaysAgree(index: Int, limit: Int?) throws {
    for special in [[], ["aa", "AC", "<eos>"]] {
      var options = options
      options.maximumTokenLength = limit
      options.specialTokens = special
      let words = Self.corpora[index]
      let searched = try merges(words, options, searchLimit: .max)
      #expect(!searched.isEmpty)
      #expect(try merges(words, options, searchLimit: 0) == searched)
      #expect(try merges(words, options, searchLimit: 128) == searched)
    }
  }

  @Test(
    .enabled(if: TokenizersPeer.isAvailable, TokenizersPeer.reason), arguments: corpora.indices)
  func mergesAreTheLibrarys(index: Int) throws {
    for limit in [nil, 5] as [Int?] {
      var options = options
      options.maximumTokenLength = limit
      options.specialTokens = ["aa", "<eos>"]
      let file = try TemporaryFolder()
      let path = try file.file("text", Self.corpora[index].joined(separator: "\n") + "\n")
      let ours = try Tokenizer.train(
        on: DocumentReader(paths: [path], format: .lines), options)
      #expect(
        try JSONValue(parsing: ours.serialized(), source: "ours")
          == TokenizersPeer.train(options, file: path))
    }
  }

  /// What a long word is encoded into is what its merges say, however it is found.
  @Test func longWordsComeBack() throws {
    let words = [Self.letters(50_000, of: "ACGT", seed: 9), String(repeating: "q", count: 70_001)]
    var options = options
    options.includesAllBytes = true
    let tokenizer = try train(words.map { String($0.prefix(3000)) }, options)
    for word in words {
      let ids = tokenizer.encode(word)
      #expect(ids.count < word.utf8.count / 2)
      #expect(tokenizer.decode(ids) == Array(word.utf8))
    }
  }
}
