import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// Files as an enemy would write them.
@Suite struct TokenizerFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let good: JSONValue = [
    "version": "1.0",
    "added_tokens": [["id": 0, "content": "<s>", "special": true]],
    "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false],
    "model": [
      "type": "BPE", "vocab": ["<s>": 0, "a": 1, "b": 2, "ab": 3], "merges": [["a", "b"]],
    ],
  ]

  /// The good file with a member changed; a path like "model.vocab" leads to it, nil removes it.
  static func changed(_ path: String, _ value: JSONValue?) -> JSONValue {
    func change(_ object: JSONValue, _ names: ArraySlice<String>) -> JSONValue {
      guard var members = object.objectValue, let name = names.first else { return object }
      members[name] =
        names.count == 1 ? value : change(members[name] ?? .null, names.dropFirst())
      return .object(members)
    }
    return change(good, path.split(separator: ".").map(String.init)[...])
  }

  func message(_ value: JSONValue) throws -> String { try message(bytes: value.serialized()) }

  func message(bytes: [UInt8]) throws -> String {
    let path = try folder.file("t.json", bytes)
    do {
      _ = try Tokenizer(contentsOf: path)
      return "none"
    } catch let error as ReportableError {
      #expect(error.exitStatus == .badData)
      return error.description.replacingOccurrences(of: path, with: "F")
    }
  }

  @Test func goodFileIsRead() throws {
    #expect(try message(Self.good) == "none")
    let tokenizer = try Tokenizer(contentsOf: folder.path + "/t.json")
    #expect(tokenizer.encode("ab<s>ba") == [3, 0, 2, 1])
  }

  @Test func mergesAreReadInBothForms() throws {
    #expect(try message(Self.changed("model.merges", ["a b"])) == "none")
    #expect(try Tokenizer(contentsOf: folder.path + "/t.json").encode("ab") == [3])
  }

  static let cases: [(String, JSONValue?, String)] = [
    ("version", "2.0", "F: not supported: \"version\" \"2.0\"; this program reads \"1.0\""),
    ("truncation", ["max_length": 5], "F: not supported: \"truncation\"; set it to null"),
    ("padding", true, "F: not supported: \"padding\"; set it to null"),
    ("normalizer", ["type": "NFC"], "F: not supported: a normalizer (NFC); only null is"),
    (
      "post_processor", ["type": "TemplateProcessing"],
      "F: not supported: a post_processor (TemplateProcessing); only null and ByteLevel are"
    ),
    ("pre_tokenizer", nil, "F: not supported: a pre_tokenizer (no type); only ByteLevel is"),
    (
      "pre_tokenizer.type", "Metaspace",
      "F: not supported: a pre_tokenizer (Metaspace); only ByteLevel is"
    ),
    (
      "pre_tokenizer.use_regex", false,
      "F: not supported: \"use_regex\": false; only GPT-2's split pattern is"
    ),
    ("pre_tokenizer.add_prefix_space", 1, "F: \"add_prefix_space\" is not true or false"),
    (
      "decoder", ["type": "WordPiece"],
      "F: not supported: a decoder (WordPiece); only null and ByteLevel are"
    ),
    ("model", nil, "F: no \"model\"; expected a tokenizer.json"),
    ("model", 7, "F: no \"model\"; expected a tokenizer.json"),
    ("model.type", "Unigram", "F: not supported: a model of type \"Unigram\"; only \"BPE\" is"),
    ("model.dropout", 0.1, "F: not supported: \"dropout\" 0.1; set it to null"),
    (
      "model.continuing_subword_prefix", "##",
      "F: not supported: \"continuing_subword_prefix\"; set it to null"
    ),
    (
      "model.end_of_word_suffix", "</w>", "F: not supported: \"end_of_word_suffix\"; set it to null"
    ),
    ("model.byte_fallback", true, "F: not supported: \"byte_fallback\": true; set it to false"),
    ("model.fuse_unk", "yes", "F: \"fuse_unk\" is not true or false"),
    ("model.unk_token", "<unk>", "F: \"unk_token\" \"<unk>\" is not in the vocabulary"),
    ("model.vocab", ["a"], "F: \"vocab\" is not an object of tokens and ids"),
    ("model.vocab", [:], "F: the vocabulary is empty"),
    ("model.vocab.a", -1, "F: token \"a\" has id -1; ids are whole, from 0"),
    ("model.vocab.a", 1.5, "F: token \"a\" has id 1.5; ids are whole, from 0"),
    ("model.vocab.a", "1", "F: token \"a\" has id \"1\"; ids are whole, from 0"),
    ("model.vocab.a", 1e300, "F: token \"a\" has id 1e300; ids are whole, from 0"),
    (
      "model.vocab.a", 9_223_372_036_854_775_807,
      "F: token \"a\" has id 9223372036854775807; ids are whole, from 0"
    ),
    ("model.vocab.a", 2, "F: tokens \"a\" and \"b\" share id 2"),
    (
      "model.vocab.ab", 7,
      "F: token \"ab\" has id 7, but there are 4 tokens: ids are missing below it; number the "
        + "tokens 0 to 3"
    ),
    ("model.merges", nil, "F: no \"merges\" list"),
    ("model.merges", [["a"]], "F: merge 0 has 1 parts; expected [\"a\", \"b\"] or \"a b\""),
    ("model.merges", ["a b c"], "F: merge 0 has 3 parts; expected [\"a\", \"b\"] or \"a b\""),
    ("model.merges", [["a", 1]], "F: merge 0 is [\"a\",1]; expected [\"a\", \"b\"] or \"a b\""),
    ("model.merges", [nil], "F: merge 0 is null; expected [\"a\", \"b\"] or \"a b\""),
    (
      "model.merges", [["a", "b"], ["a", "x"]],
      "F: merge 1 needs the token \"x\", which is not in the vocabulary"
    ),
    (
      "model.merges", [["b", "a"]],
      "F: merge 0 needs the token \"ba\", which is not in the vocabulary"
    ),
    ("added_tokens", 1, "F: \"added_tokens\" is not a list"),
    ("added_tokens", [["id": 0, "content": ""]], "F: an added token has no \"content\""),
    ("added_tokens", [7], "F: an added token has no \"content\""),
    (
      "added_tokens", [["id": 0, "content": "<s>"], ["id": 0, "content": "<s>"]],
      "F: the added token \"<s>\" is there twice"
    ),
    (
      "added_tokens", [["content": "<s>"]],
      "F: the added token \"<s>\" has no id; ids are whole, from 0"
    ),
    (
      "added_tokens", [["id": 1, "content": "<s>"]],
      "F: the added token \"<s>\" has id 1, but 0 in the vocabulary"
    ),
    ("added_tokens", [["id": 2, "content": "<t>"]], "F: tokens \"<t>\" and \"b\" share id 2"),
    (
      "added_tokens", [["id": 0, "content": "<s>", "single_word": true]],
      "F: not supported: \"single_word\" of the added token \"<s>\"; set it to false"
    ),
  ]

  @Test(arguments: cases.indices)
  func whatIsWrongIsSaid(index: Int) throws {
    let (path, value, expected) = Self.cases[index]
    #expect(try message(Self.changed(path, value)) == expected)
  }

  @Test func filesThatAreNoTokenizersAreRefused() throws {
    #expect(try message([1, 2]) == "F: not a JSON object; expected a tokenizer.json")
    #expect(try message(bytes: []).hasPrefix("F:1: not valid JSON"))
    #expect(try message(bytes: Array("{\"a\":1,\"a\":2}".utf8)).contains("duplicate"))
    #expect(try message(bytes: Self.good.serialized().dropLast(9)).hasPrefix("F:1: not valid JSON"))
    // Two spellings of one character are one string for Swift, and two tokens.
    let twice = """
      {"model":{"vocab":{"\\u00c5":0,"A\\u030a":1},"merges":[]},\
      "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":true}}
      """
    #expect(try message(bytes: Array(twice.utf8)) == "none")
    #expect(try Tokenizer(contentsOf: folder.file("t.json")).vocabularySize == 2)
    #expect(throws: FileError.self) { try Tokenizer(contentsOf: folder.path + "/none") }
  }

  /// Every cut and every changed byte of a small file gives a tokenizer or an error, never a crash.
  @Test func damagedFilesNeverCrash() throws {
    let bytes = Self.good.serialized()
    for position in bytes.indices {
      _ = try message(bytes: Array(bytes.prefix(position)))
      for byte in [UInt8(ascii: "0"), UInt8(ascii: "9"), UInt8(ascii: "\""), 0xFF] {
        var damaged = bytes
        damaged[position] = byte
        _ = try message(bytes: damaged)
      }
    }
  }
}
