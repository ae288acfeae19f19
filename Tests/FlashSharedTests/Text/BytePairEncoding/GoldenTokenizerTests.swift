import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// Training and encoding against files that the Python library wrote: in each, counts of pairs tie
/// all the time. `Tests/GoldenTokenizers/make.py` made them.
@Suite struct GoldenTokenizerTests {
  private static let root = Tool.repository.appending(path: "Tests/GoldenTokenizers").path
  private static let names = [
    "letters", "letters-bytes", "letters-odd-specials", "letters-short", "multibyte",
    "multibyte-bytes", "multibyte-few", "words",
  ]
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What make.py gave the library.
  private struct Case {
    var options = BytePairTraining()
    let documents: [String]
    let texts: [String]

    init(_ name: String) throws {
      let value = try JSONValue(contentsOf: "\(root)/\(name)/case.json")
      func strings(_ value: JSONValue?) throws -> [String] {
        try #require(value?.arrayValue).map { try #require($0.stringValue) }
      }
      documents = try strings(value["documents"])
      texts = try strings(value["texts"])
      let given = try #require(value["options"])
      options.vocabularySize = try #require(given["vocab_size"]?.integerValue)
      options.minimumFrequency = try #require(given["min_frequency"]?.integerValue)
      options.specialTokens = try strings(given["special_tokens"])
      options.maximumTokenLength = given["max_token_length"]?.integerValue
      options.includesAllBytes = try #require(given["all_bytes"]?.booleanValue as Bool?)
      options.addsPrefixSpace = try #require(given["prefix"]?.booleanValue as Bool?)
    }
  }

  private func train(_ golden: Case, threads: Int) throws -> Tokenizer {
    let lines = golden.documents.flatMap {
      JSONValue.object(["text": .string($0)]).serialized() + [0x0A]
    }
    let path = try folder.file("documents.jsonl", lines)
    return try Tokenizer.train(
      on: DocumentReader(paths: [path], format: .jsonLines(textMember: "text"), blockSize: 512),
      golden.options, threads: threads)
  }

  /// Vocabulary, merges and all other members in their order: the library's file, laid out as ours.
  @Test(arguments: names, [1, 3])
  func trainingGivesTheLibrarysFile(_ name: String, _ threads: Int) throws {
    let expected = try JSONValue(contentsOf: "\(Self.root)/\(name)/tokenizer.json")
    let trained = try train(Case(name), threads: threads)
    #expect(
      String(decoding: trained.serialized(), as: UTF8.self)
        == String(decoding: expected.serialized(isPretty: true), as: UTF8.self))
  }

  @Test(arguments: names) func idsAreTheLibrarys(_ name: String) throws {
    let golden = try Case(name)
    let expected = try #require(
      JSONValue(contentsOf: "\(Self.root)/\(name)/ids.json").arrayValue
    ).map { ids in (ids.arrayValue ?? []).compactMap(\.integerValue).map { Int32($0) } }
    #expect(expected.count == golden.texts.count)
    #expect(expected.reduce(0) { $0 + $1.count } > 100)
    let read = try Tokenizer(contentsOf: "\(Self.root)/\(name)/tokenizer.json")
    let trained = try train(golden, threads: 1)
    for (text, ids) in zip(golden.texts, expected) {
      #expect(read.encode(text) == ids, "\(text)")
      #expect(trained.encode(text) == ids, "\(text)")
    }
  }

  @Test func everyFolderIsTested() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.root)
      .filter { FileManager.default.fileExists(atPath: "\(Self.root)/\($0)/case.json") }
    #expect(folders.sorted() == Self.names)
  }
}
