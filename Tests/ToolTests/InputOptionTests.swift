import FlashShared
import Foundation
import TestSupport
import Testing

/// The README's claims on inputs, held against every option of every tool that names one: `-` and
/// `<(…)` are read like files, and what is missing, no file or no text is refused by its name.
///
/// Options are those that the tools themselves describe, so that a new one fails here until it is
/// in the table.
@Suite struct InputOptionTests {
  /// What an option's value is.
  private enum Role {
    /// A file that is read once, from front to back: `-`, a pipe and a file are the same to it.
    case file(Use)
    /// A file that is read more than once, or from several places.
    case storedFile(Use)
    /// A folder of shards or of a run.
    case folder(Use)
    /// What is written, or read by nobody before it was.
    case output
  }

  /// A command line that uses a path.
  private struct Use {
    /// A path that works.
    var good: String
    /// The arguments with the path in its place.
    var arguments: (String) -> [String]
    /// What of the outcome must be the same however the file comes.
    var result: (Tool.Outcome) throws -> String = { $0.text }
  }

  /// Values that name files and folders.
  private static let pathNames: Set = ["file", "path", "folder", "input", "run"]
  /// Values that do not. A name in neither list has to be sorted.
  private static let otherNames: Set = [
    "MiB", "a", "alphabet", "b", "bytes", "c", "checkpoint", "count", "decoder", "factor", "format",
    "fraction", "how", "id±bias", "k", "l", "line", "minutes", "n", "name", "names", "number",
    "output-format", "p", "path=value", "pattern", "prompt", "protocol", "r", "seed", "separator",
    "similarity", "size", "split-by", "steps", "t", "text", "threads", "token", "tokens", "unit",
    "variant", "x",
  ]
  private static let tools = ["fl-tokenize", "fl-shard", "fl-train", "fl-eval", "fl-sample"]

  private let folder: TemporaryFolder
  private let run: RunFixture

  init() throws {
    folder = try TemporaryFolder()
    run = try RunFixture(in: folder)
  }

  private func roles() throws -> [String: Role] {
    let text = try folder.file("text.txt", "One cat.\n<|endoftext|>\nTwo cats sat.\n")
    let tokenizer = "\(run.path)/tokenizer.json"
    let tokens = try folder.file("tokens.jsonl", "{\"tokens\":[4,5,6]}\n{\"tokens\":[7]}\n")
    let report = try folder.file("report.json", #"{"steps": [{"step": "by hand"}]}"#)
    let samples = try folder.file("samples.jsonl", #"{"text": "a cat sat", "prompt": "The"}"#)
    let prompts = try folder.file("prompts.jsonl", #"{"prompt": "The cat"}"#)
    let vocabulary = try folder.file("vocab.json", #"{"a": 0, "b": 1, "ab": 2}"#)
    let merges = try folder.file("merges.txt", "#version: 0.2\na b\n")
    let recipe = folder.file("recipe.json")
    let index = folder.file("index")
    var small = TrainingFixture.recipe
    small["budget"] = ["steps": 1]
    try Data(JSONValue.object(small).serialized()).write(to: URL(filePath: recipe))
    #expect(
      try Tool("fl-shard").run(["index", run.shards, "-o", index, "--order", "2", "-q"]).status == 0)
    let golden = Tool.repository.appending(path: "Tests/FlashSharedTests/Golden/v5.2").path

    let documents = Use(good: text, arguments: { [$0, "-o", "-"] })
    func outputs(_ names: String...) -> [(String, Role)] { names.map { ($0, .output) } }
    func pack(_ more: @escaping (String) -> [String], _ good: String) -> Use {
      let set = folder.file("packed")
      return Use(good: good, arguments: { ["-o", set, "-q", "--vocabulary-size", "260"] + more($0) }) {
        _ in
        let packed = try ShardSet(path: set)
        return "\(try packed.tokens(in: 0..<packed.tokenCount)) \(packed.manifest.steps.count)"
      }
    }
    func train(_ more: @escaping (String) -> [String], _ good: String) -> Use {
      let output = folder.file("trained")
      let (recipe, shards) = (recipe, run.shards)
      return Use(good: good) { path in
        try? FileManager.default.removeItem(atPath: output)
        let given = more(path)
        let rest = [
          ("--recipe", recipe), ("--train", shards), ("--validation", shards), ("--output", output),
        ].filter { !given.contains($0.0) }.flatMap { [$0.0, $0.1] }
        return given + rest + ["--threads", "1"]
      } result: {
        _ in try Safetensors(path: "\(output)/last.safetensors").names.sorted().joined()
      }
    }
    func evaluate(_ good: String, _ arguments: @escaping (String) -> [String]) -> Role {
      .folder(Use(good: good, arguments: arguments))
    }
    let fixed = run
    let table: [(String, Role)] =
      [
        ("fl-tokenize train <file>", .file(documents)),
        (
          "fl-tokenize cap <file>",
          .file(Use(good: text) { [$0, "--base", tokenizer, "-o", "-"] })
        ),
        ("fl-tokenize cap --base", .file(Use(good: tokenizer) { ["--base", $0, text, "-o", "-"] })),
        (
          "fl-tokenize cap --vocabulary",
          .file(
            Use(good: vocabulary) { ["--vocabulary", $0, "--merges", merges, text, "-o", "-"] })
        ),
        (
          "fl-tokenize cap --merges",
          .file(
            Use(good: merges) { ["--merges", $0, "--vocabulary", vocabulary, text, "-o", "-"] })
        ),
        (
          "fl-tokenize encode <file>",
          .file(Use(good: text) { [$0, "-t", tokenizer, "--output-format", "jsonl"] })
        ),
        (
          "fl-tokenize encode --tokenizer",
          .file(Use(good: tokenizer) { ["-t", $0, text, "--output-format", "jsonl"] })
        ),
        ("fl-tokenize decode <input>", .file(Use(good: tokens) { [$0, "-t", tokenizer] })),
        ("fl-tokenize decode --tokenizer", .file(Use(good: tokenizer) { ["-t", $0, tokens] })),
        ("fl-shard curate <file>", .file(documents)),
        ("fl-shard pack <input>", .file(pack({ [$0] }, tokens))),
        ("fl-shard pack --tokenizer", .file(pack({ ["--tokenizer", $0, tokens] }, tokenizer))),
        ("fl-shard pack --report", .file(pack({ ["--report", $0, tokens] }, report))),
        (
          "fl-shard merge <folder>",
          evaluate(run.shards) { [$0, "-q", "-o", folder.file("merged")] }
        ),
        (
          "fl-shard index <folder>",
          evaluate(run.shards) { [$0, "-q", "-o", folder.file("i"), "--order", "2"] }
        ),
        ("fl-shard inspect <folder>", evaluate(run.shards) { [$0] }),
        ("fl-shard verify <folder>", evaluate(run.shards) { [$0] }),
        ("fl-train --recipe", .file(train({ ["--recipe", $0] }, recipe))),
        ("fl-train --tokenizer", .file(train({ ["--tokenizer", $0] }, tokenizer))),
        ("fl-train --train", .folder(train({ ["--train", $0] }, run.shards))),
        ("fl-train --validation", .folder(train({ ["--validation", $0] }, run.shards))),
        ("fl-eval evaluate <run>", evaluate(run.path) { [$0, "--data", fixed.shards] }),
        ("fl-eval evaluate --data", evaluate(run.shards) { [fixed.path, "--data", $0] }),
        ("fl-eval causality <run>", evaluate(run.path) { ["causality", $0] }),
        (
          "fl-eval causality --data",
          evaluate(run.shards) { ["causality", fixed.path, "--data", $0] }
        ),
        ("fl-eval leak <run>", evaluate(run.path) { ["leak", $0, "--data", fixed.shards] }),
        ("fl-eval leak --data", evaluate(run.shards) { ["leak", fixed.path, "--data", $0] }),
        ("fl-eval conformance <folder>", evaluate(golden) { ["conformance", $0] }),
        ("fl-eval quality <file>", .file(Use(good: samples) { [$0] })),
        (
          "fl-eval quality --training-text",
          .storedFile(Use(good: text) { [samples, "--training-text", $0] })
        ),
        ("fl-eval report <run>", evaluate(run.path) { ["report", $0] }),
        ("fl-eval report --data", evaluate(run.shards) { ["report", fixed.path, "--data", $0] }),
        ("fl-eval pack <run>", .output),
        ("fl-sample <run>", evaluate(run.path) { [$0, "The", "--tokens", "2", "--seed", "1"] }),
        (
          "fl-sample --prompts",
          .file(
            Use(good: prompts) { [fixed.path, "--prompts", $0, "--tokens", "2", "--seed", "1"] })
        ),
        (
          "fl-sample --ngrams",
          .storedFile(
            Use(good: index) {
              [fixed.path, "The", "--ngrams", $0, "--ngram-weight", "0.5", "--tokens", "2"]
            })
        ),
      ]
      + outputs(
        "fl-tokenize train --output", "fl-tokenize cap --output", "fl-tokenize encode --output",
        "fl-tokenize decode --output", "fl-shard stories --output", "fl-shard curate --output",
        "fl-shard curate --validation", "fl-shard curate --report", "fl-shard pack --output",
        "fl-shard pack --validation", "fl-shard merge --output", "fl-shard index --output",
        "fl-train --output", "fl-train --watch", "fl-eval report --output", "fl-eval pack --output")
    return Dictionary(table) { first, _ in first }
  }

  /// The tool and its arguments. A command's name comes before them, but for a default command.
  private func invocation(_ option: ToolOption, _ arguments: [String]) -> (Tool, [String]) {
    let words = option.command.split(separator: " ").map(String.init)
    let command = words.dropFirst().filter { $0 != "evaluate" && arguments.first != $0 }
    return (Tool(words[0]), command + arguments)
  }

  @Test func everyOptionIsSorted() throws {
    let roles = try roles()
    var found = Set<String>()
    for option in try Self.tools.flatMap(ToolOption.all) {
      guard Self.pathNames.contains(option.valueName) else {
        #expect(Self.otherNames.contains(option.valueName), "sort \(option.valueName), of \(option.description)")
        continue
      }
      found.insert(option.description)
      #expect(roles[option.description] != nil, "\(option.description) is in no row of the table")
    }
    #expect(Set(roles.keys).subtracting(found).isEmpty, "rows of options that are gone")
  }

  /// Each option with its role, from the tools' own lists.
  private func forEach(
    _ body: (ToolOption, Role) throws -> Void
  ) throws {
    let roles = try roles()
    for option in try Self.tools.flatMap(ToolOption.all) {
      if let role = roles[option.description] { try body(option, role) }
    }
  }

  @Test func filesComeThroughPipesAndStandardInput() throws {
    try forEach { option, role in
      guard case .file(let use) = role else { return }
      let (tool, plain) = invocation(option, use.arguments(use.good))
      let expected = try tool.run(plain)
      #expect(expected.status == 0, "\(option.description): \(expected.errorText)")
      let result = try stable(use.result(expected))
      let bytes = try Data(contentsOf: URL(filePath: use.good))
      let given = try tool.run(invocation(option, use.arguments("-")).1, input: bytes)
      #expect(given.status == 0, "\(option.description) -: \(given.errorText)")
      if given.status == 0 { #expect(try stable(use.result(given)) == result, "\(option.description) -") }
      let shell = Tool(absolutePath: "/bin/bash")
      let piped = try shell.run(
        [
          "-c", #"f=$1; shift; "$@" 3< <(cat "$f")"#, "bash", use.good, tool.path,
        ] + invocation(option, use.arguments("/dev/fd/3")).1)
      #expect(piped.status == 0, "\(option.description) <(…): \(piped.errorText)")
      if piped.status == 0 { #expect(try stable(use.result(piped)) == result, "\(option.description) <(…)") }
    }
  }

  /// An event without its time and its path.
  private func stable(_ text: String) throws -> String {
    guard var event = try? JSONValue(parsing: Array(text.utf8), source: "output").objectValue
    else { return text }
    for name in ["time", "files", "seconds"] { event[name] = nil }
    return String(decoding: JSONValue.object(event).serialized(), as: UTF8.self)
  }

  @Test func whatIsMissingIsNamed() throws {
    let loop = folder.file("loop")
    try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: loop)
    try forEach { option, role in
      switch role {
      case .output: return
      case .file(let use), .storedFile(let use):
        for path in [folder.file("none"), loop, folder.path] {
          try expectRefusal(option, use, path, [66])
        }
      case .folder(let use): try expectRefusal(option, use, folder.file("none"), [66])
      }
    }
  }

  @Test func binaryFilesAreNamed() throws {
    let packed = try folder.file("packed.gz", [0x1F, 0x8B, 8, 0] + [UInt8](repeating: 7, count: 99))
    let noise = try folder.file("noise", (0..<999).map { UInt8(truncatingIfNeeded: $0 * 37) })
    try forEach { option, role in
      switch role {
      case .file(let use), .storedFile(let use):
        for path in [packed, noise] { try expectRefusal(option, use, path, [65]) }
      default: return
      }
    }
  }

  private func expectRefusal(
    _ option: ToolOption, _ use: Use, _ path: String, _ statuses: Set<Int32>
  ) throws {
    let (tool, arguments) = invocation(option, use.arguments(path))
    let outcome = try tool.run(arguments)
    #expect(
      statuses.contains(outcome.status),
      "\(option.description) \(path): \(outcome.status) \(outcome.errorText)")
    #expect(
      outcome.errorText.contains(path), "\(option.description) \(path): \(outcome.errorText)")
    #expect(outcome.errorText.split(separator: "\n").count == 1, "\(outcome.errorText)")
  }
}
