import FlashShared
import Foundation
import TestSupport
import Testing

/// What every option and argument that names a file or a folder is, with a command line that uses
/// it. Rows are named as `ToolOption` describes itself.
struct InputOptionTable {
  /// What an option's value is.
  enum Role {
    /// A file that is read once, from front to back: `-`, a pipe and a file are the same to it.
    case file(Use)
    /// A file that is read more than once, or from several places.
    case storedFile(Use)
    /// A folder of shards or of a run.
    case folder(Use)
    /// What is written, or shown while it is.
    case output
  }

  /// A command line that uses a path.
  struct Use {
    /// A path that works.
    var good: String
    /// The arguments with a path in their place.
    var arguments: (String) -> [String]
    /// What of the outcome must be the same however the file comes.
    var result: (Tool.Outcome) throws -> String = { $0.text }

    init(_ good: String, _ arguments: @escaping (String) -> [String]) {
      self.good = good
      self.arguments = arguments
    }
  }

  private(set) var roles: [String: Role] = [:]
  private let folder: TemporaryFolder
  private let run: RunFixture
  private let text: String
  private let tokens: String
  private let tokenizer: String

  init(in folder: TemporaryFolder) throws {
    self.folder = folder
    run = try RunFixture(in: folder)
    tokenizer = "\(run.path)/tokenizer.json"
    text = try folder.file("text.txt", "One cat.\n<|endoftext|>\nTwo cats sat.\n")
    tokens = try folder.file("tokens.jsonl", "{\"tokens\":[4,5,6]}\n{\"tokens\":[7]}\n")
    try addTokenizeRows()
    try addShardRows()
    try addTrainRows()
    try addEvalRows()
    try addSampleRows()
    for name in [
      "fl-tokenize train --output", "fl-tokenize cap --output", "fl-tokenize encode --output",
      "fl-tokenize decode --output", "fl-shard stories --output", "fl-shard curate --output",
      "fl-shard curate --validation", "fl-shard curate --report", "fl-shard pack --output",
      "fl-shard pack --validation", "fl-shard merge --output", "fl-shard index --output",
      "fl-train --output", "fl-train --watch", "fl-eval report --output", "fl-eval pack --output",
    ] {
      roles[name] = .output
    }
  }

  private mutating func file(
    _ name: String, _ good: String, _ arguments: @escaping (String) -> [String]
  ) {
    roles[name] = .file(Use(good, arguments))
  }

  private mutating func folder(
    _ name: String, _ good: String, _ arguments: @escaping (String) -> [String]
  ) {
    roles[name] = .folder(Use(good, arguments))
  }

  private mutating func addTokenizeRows() throws {
    let (text, tokens, tokenizer) = (text, tokens, tokenizer)
    let vocabulary = try folder.file("vocab.json", #"{"a": 0, "b": 1, "ab": 2}"#)
    let merges = try folder.file("merges.txt", "#version: 0.2\na b\n")
    file("fl-tokenize train <file>", text) { [$0, "-o", "-"] }
    file("fl-tokenize cap <file>", text) { [$0, "--base", tokenizer, "-o", "-"] }
    file("fl-tokenize cap --base", tokenizer) { ["--base", $0, text, "-o", "-"] }
    file("fl-tokenize cap --vocabulary", vocabulary) {
      ["--vocabulary", $0, "--merges", merges, text, "-o", "-"]
    }
    file("fl-tokenize cap --merges", merges) {
      ["--merges", $0, "--vocabulary", vocabulary, text, "-o", "-"]
    }
    file("fl-tokenize encode <file>", text) {
      [$0, "-t", tokenizer, "--output-format", "jsonl"]
    }
    file("fl-tokenize encode --tokenizer", tokenizer) {
      ["-t", $0, text, "--output-format", "jsonl"]
    }
    file("fl-tokenize decode <input>", tokens) { [$0, "-t", tokenizer] }
    file("fl-tokenize decode --tokenizer", tokenizer) { ["-t", $0, tokens] }
  }

  private mutating func addShardRows() throws {
    let (tokens, tokenizer, shards) = (tokens, tokenizer, run.shards)
    let report = try folder.file("report.json", #"{"steps": [{"step": "by hand"}]}"#)
    let (merged, index) = (folder.file("merged"), folder.file("other-index"))
    file("fl-shard curate <file>", text) { [$0, "-o", "-"] }
    pack("<input>", tokens) { [$0] }
    pack("--tokenizer", tokenizer) { ["--tokenizer", $0, tokens] }
    pack("--report", report) { ["--report", $0, tokens] }
    folder("fl-shard merge <folder>", shards) { [$0, "-q", "-o", merged] }
    folder("fl-shard index <folder>", shards) { [$0, "-q", "-o", index, "--order", "2"] }
    folder("fl-shard inspect <folder>", shards) { [$0] }
    folder("fl-shard verify <folder>", shards) { [$0] }
  }

  private mutating func pack(
    _ name: String, _ good: String, _ arguments: @escaping (String) -> [String]
  ) {
    let set = folder.file("packed")
    var use = Use(good) { ["-o", set, "-q", "--vocabulary-size", "260"] + arguments($0) }
    use.result = { _ in
      let packed = try ShardSet(path: set)
      return "\(try packed.tokens(in: 0..<packed.tokenCount)) \(packed.manifest.steps.count)"
    }
    roles["fl-shard pack \(name)"] = .file(use)
  }

  private mutating func addTrainRows() throws {
    let recipe = folder.file("recipe.json")
    var settings = TrainingFixture.recipe
    settings["budget"] = ["steps": 1]
    try Data(JSONValue.object(settings).serialized()).write(to: URL(filePath: recipe))
    let output = folder.file("trained")
    let (shards, tokenizer) = (run.shards, tokenizer)
    func use(_ name: String, _ good: String) -> Use {
      var use = Use(good) { path in
        try? FileManager.default.removeItem(atPath: output)
        let rest = [
          ("--recipe", recipe), ("--train", shards), ("--validation", shards), ("--output", output),
          ("--tokenizer", tokenizer),
        ].filter { $0.0 != name }.flatMap { [$0.0, $0.1] }
        return [name, path] + rest + ["--threads", "1"]
      }
      use.result = { _ in
        let file = try Safetensors(path: "\(output)/last.safetensors")
        return try file.names.sorted().map { "\($0) \(try file.values(of: $0).reduce(0, +))" }
          .joined(separator: "\n")
      }
      return use
    }
    roles["fl-train --recipe"] = .file(use("--recipe", recipe))
    roles["fl-train --tokenizer"] = .file(use("--tokenizer", tokenizer))
    roles["fl-train --train"] = .folder(use("--train", shards))
    roles["fl-train --validation"] = .folder(use("--validation", shards))
  }

  private mutating func addEvalRows() throws {
    let (path, shards, text) = (run.path, run.shards, text)
    let samples = try folder.file("samples.jsonl", #"{"text": "a cat sat", "prompt": "The"}"#)
    let golden = Tool.repository.appending(path: "Tests/FlashSharedTests/Golden/v5.2").path
    let recipes = Tool.repository.appending(path: "pipelines/recipes").path
    let packed = folder.file("packed-run")
    folder("fl-eval evaluate <run>", path) { [$0, "--data", shards] }
    folder("fl-eval evaluate --data", shards) { [path, "--data", $0] }
    folder("fl-eval causality <run>", path) { [$0] }
    folder("fl-eval causality --data", shards) { [path, "--data", $0] }
    folder("fl-eval leak <run>", path) { [$0, "--data", shards] }
    folder("fl-eval leak --data", shards) { [path, "--data", $0] }
    folder("fl-eval conformance <folder>", golden) { [$0] }
    folder("fl-eval conformance --recipes", recipes) { [golden, "--recipes", $0] }
    folder("fl-eval report <run>", path) { [$0] }
    folder("fl-eval report --data", shards) { [path, "--data", $0] }
    folder("fl-eval pack <run>", path) { [$0, "--output", packed] }
    file("fl-eval quality <file>", samples) { [$0] }
    roles["fl-eval quality --training-text"] = .storedFile(
      Use(text) { [samples, "--training-text", $0] })
  }

  private mutating func addSampleRows() throws {
    let path = run.path
    let prompts = try folder.file("prompts.jsonl", #"{"prompt": "The cat"}"#)
    let index = folder.file("index")
    let indexed = try Tool("fl-shard").run([
      "index", run.shards, "-o", index, "--order", "2", "-q",
    ])
    #expect(indexed.status == 0, "\(indexed.errorText)")
    let drawn = ["--tokens", "2", "--seed", "1", "--quiet"]
    folder("fl-sample <run>", path) { [$0, "The"] + drawn }
    file("fl-sample --prompts", prompts) { [path, "--prompts", $0] + drawn }
    roles["fl-sample --ngrams"] = .storedFile(
      Use(index) { [path, "The", "--ngrams", $0, "--ngram-weight", "0.5"] + drawn })
  }
}
