import FlashShared
import Foundation
import TestSupport
import Testing

/// Where nothing came in or nothing is left, what was there stays; --allow-empty writes it.
@Suite struct EmptyResultTests {
  private let folder: TemporaryFolder
  private let run: RunFixture

  init() throws {
    folder = try TemporaryFolder()
    run = try RunFixture(in: folder)
    _ = try folder.file("text.jsonl", #"{"text":"The cat sat."}"# + "\n")
    _ = try folder.file("empty.jsonl", "")
    try RunFixture.writeShards(
      folder.file("none"), vocabularySize: 260, tokenizerHash: nil, documents: [])
  }

  /// Commands without their output, and the exit code that they are refused with.
  private var commands: [(tool: String, words: [String], status: Int32)] {
    let tokenizer = "\(run.path)/tokenizer.json"
    let (text, empty) = (folder.file("text.jsonl"), folder.file("empty.jsonl"))
    return [
      ("fl-tokenize", ["train", empty], 66), ("fl-tokenize", ["train"], 66),
      ("fl-tokenize", ["cap", "--base", tokenizer, empty], 66),
      ("fl-tokenize", ["encode", "-t", tokenizer, empty], 66),
      ("fl-tokenize", ["encode", "-t", tokenizer], 66),
      ("fl-tokenize", ["decode", "-t", tokenizer], 66),
      ("fl-shard", ["curate"], 66),
      ("fl-shard", ["curate", "--min-words", "9", text], 65),
      ("fl-shard", ["curate", "--first-documents", "0", text], 65),
      ("fl-shard", ["pack", "--vocabulary-size", "260"], 66),
      ("fl-shard", ["pack", "--first-tokens", "0", run.shards], 65),
      ("fl-shard", ["pack", "--min-tokens", "900", run.shards], 65),
      ("fl-shard", ["pack", "--first-documents", "0", run.shards], 65),
      ("fl-shard", ["stories", "--documents", "0"], 65),
      ("fl-shard", ["index", "--min-count", "900", run.shards], 65),
    ]
  }

  @Test func emptyResultsAreRefusedUnlessAskedFor() throws {
    for (tool, words, status) in commands {
      let isSet = words[0] == "pack"
      let output = isSet ? folder.file("set") : try folder.file("old", "what was there")
      if isSet { try RunFixture.writeShards(output, vocabularySize: 260, tokenizerHash: nil) }
      let refused = try Tool(tool).run(words + ["--quiet", "--output", output])
      #expect(refused.status == status, "\(words): \(refused.errorText)")
      #expect(refused.errorText.contains("--allow-empty"), "\(words): \(refused.errorText)")
      if isSet {
        #expect(try ShardSet(path: output).documentCount == RunFixture.documents.count)
      } else {
        #expect(try String(contentsOfFile: output, encoding: .utf8) == "what was there")
      }
      let written = try Tool(tool).run(words + ["--quiet", "--allow-empty", "--output", output])
      #expect(written.status == 0, "\(words): \(written.errorText)")
      if isSet {
        #expect(try ShardSet(path: output).tokenCount == 0)
      } else {
        #expect(try Data(contentsOf: URL(filePath: output)) != Data("what was there".utf8))
      }
    }
  }

  @Test func anEmptyPartIsRefusedWithTheWhole() throws {
    let sides = [("1e-9", "v"), ("0.999999999", "o")]
    for (fraction, empty) in sides {
      let outcome = try Tool("fl-shard").run([
        "curate", "--quiet", folder.file("text.jsonl"), "--output", folder.file("o"),
        "--validation", folder.file("v"), "--validation-fraction", fraction,
      ])
      #expect(outcome.status == 65 && outcome.errorText.contains(folder.file(empty)))
      let packed = try Tool("fl-shard").run([
        "pack", "--quiet", run.shards, "--output", folder.file("o"),
        "--validation", folder.file("v"), "--validation-fraction", fraction,
      ])
      #expect(packed.status == 65 && packed.errorText.contains(folder.file(empty)))
      for name in ["o", "v"] { #expect(access(folder.file(name), F_OK) != 0) }
    }
  }

  /// The first command of a pipe fails: nothing of what follows is written.
  @Test func aPipeThatFailsAtItsStartLeavesWhatWasThere() throws {
    let script = """
      "$1" encode -q -t "$3" < /dev/null | "$2" pack -q --tokenizer "$3" -o "$4" > /dev/null
      """
    let outcome = try Tool(absolutePath: "/bin/sh").run([
      "-c", script, "sh", Tool("fl-tokenize").path, Tool("fl-shard").path,
      "\(run.path)/tokenizer.json", run.shards,
    ])
    #expect(outcome.status == 66, "\(outcome.errorText)")
    #expect(try ShardSet(path: run.shards).documentCount == RunFixture.documents.count)
  }
}
