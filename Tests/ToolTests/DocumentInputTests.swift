import FlashShared
import Foundation
import TestSupport
import Testing

/// What people give the tools as text, and what comes of it.
@Suite struct DocumentInputTests {
  private let folder: TemporaryFolder
  private let tokenizer: String

  init() throws {
    folder = try TemporaryFolder()
    tokenizer = folder.file("tokenizer.json")
    let text = try folder.file("text.txt", "Once upon a time.\n<|endoftext|>\nThe caté sat.\n")
    let trained = try Tool("fl-tokenize").run([
      "train", text, "--alphabet", "bytes", "--vocabulary-size", "300", "--no-prefix-space",
      "--special-token", "<eos>", "-o", tokenizer,
    ])
    #expect(trained.status == 0, "\(trained.errorText)")
  }

  private func encode(
    _ more: [String], input: some Sequence<UInt8> = []
  ) throws -> Tool.Outcome {
    try Tool("fl-tokenize").run(
      ["encode", "-t", tokenizer, "--output-format", "jsonl", "-q"] + more, input: input)
  }

  /// curate | encode: what comes through a pipe is what it is.
  @Test func jsonLinesThroughAPipeAreDocuments() throws {
    let curated = try Tool("fl-shard").run(["curate", folder.file("text.txt"), "-q"])
    let encoded = try encode([], input: curated.output)
    #expect(encoded.status == 0 && encoded.lines.count == 2, "\(encoded.errorText)")
    let plain = try encode([folder.file("text.txt")])
    func tokens(_ outcome: Tool.Outcome) throws -> [JSONValue?] {
      try outcome.lines.map { try JSONValue(parsing: Array($0.utf8), source: "o")["tokens"] }
    }
    #expect(try tokens(encoded) == tokens(plain))
    let mixed = try encode([folder.file("text.txt"), "-"], input: curated.output)
    #expect(mixed.lines.count == 4)
  }

  /// A line that holds no document ends the run, or is counted, whatever the tool.
  @Test func badLinesAreRefusedOrCounted() throws {
    let lines = try folder.file(
      "lines.jsonl", "{\"text\": \"a b\"}\n{\"story\": \"c\"}\n{\"text\": \"\\ud83d\"}\n")
    let commands: [(String, [String])] = [
      ("fl-tokenize", ["encode", "-t", tokenizer, "--output-format", "jsonl"]),
      ("fl-tokenize", ["train", "-o", "-"]),
      ("fl-tokenize", ["cap", "--base", tokenizer, "-o", "-"]),
      ("fl-shard", ["curate"]),
    ]
    for (name, arguments) in commands {
      let refused = try Tool(name).run(arguments + [lines])
      #expect(refused.status == 65, "\(arguments)")
      #expect(
        refused.errorText.contains("\(lines):2: no member \"text\"; it has \"story\""),
        "\(refused.errorText)")
      let skipped = try Tool(name).run(arguments + [lines, "--skip-invalid", "-q"])
      #expect(skipped.status == 0, "\(skipped.errorText)")
      #expect(
        skipped.errorText.contains(
          "left out 2 lines that hold no document; the first is \(lines):2"),
        "\(skipped.errorText)")
    }
    let report = folder.file("report.json")
    let curated = try Tool("fl-shard").run([
      "curate", lines, "--skip-invalid", "--report", report, "-q",
    ])
    #expect(curated.status == 0)
    #expect(
      try JSONValue(contentsOf: report)["steps"]?.arrayValue?.first
        == ["step": "skip_invalid", "lines_removed": 2])
    let nested = try encode(["--text-member", "a.b"], input: #"{"a": {"b": "x"}}"#.utf8)
    #expect(nested.lines.count == 1)
  }

  @Test func nearSeparatorsAreTold() throws {
    let path = try folder.file("near.txt", "a\n<|endoftext|>\nb<|endoftext|>c\n<|endoftext|> \n")
    let outcome = try Tool("fl-shard").run(["curate", path, "-q"])
    #expect(outcome.status == 0 && outcome.lines.count == 2)
    #expect(outcome.errorText.hasPrefix("fl-shard: \(path):3: the separator <|endoftext|> stands"))
    let plain = try Tool("fl-shard").run(["curate", folder.file("text.txt"), "-q"])
    #expect(plain.errorText.isEmpty)
  }

  /// What was packed can be read again as text.
  @Test func setsAreDecoded() throws {
    let texts = ["Once upon a time.", "", "The caté\nsat 中 \u{0}."]
    let lines = texts.map {
      String(decoding: JSONValue.object(["text": .string($0)]).serialized(), as: UTF8.self) + "\n"
    }.joined()
    let stream = try Tool("fl-tokenize").run(["encode", "-t", tokenizer], input: lines.utf8)
    for ending in [[], ["--tokenizer", tokenizer, "--end-of-text", "<eos>"]] {
      let set = folder.file("set\(ending.count)")
      let packed = try Tool("fl-shard").run(
        ["pack", "-", "-o", set] + ending, input: stream.output)
      #expect(packed.status == 0, "\(packed.errorText)")
      let decoded = try Tool("fl-tokenize").run([
        "decode", "-t", tokenizer, "--output-format", "jsonl", set, "\(set)/manifest.json",
      ])
      #expect(decoded.status == 0, "\(decoded.errorText)")
      #expect(decoded.text == lines + lines)
      let shard = try "\(set)/\(ShardSet(path: set).manifest.shards[0].name)"
      let raw = try Tool("fl-tokenize").run([
        "decode", "-t", tokenizer, "--output-format", "raw", shard,
      ])
      #expect(raw.text == texts.joined(), "\(raw.errorText)")
    }
    let kept = try Tool("fl-tokenize").run([
      "decode", "-t", tokenizer, "--keep-special", "--output-format", "raw", folder.file("set4"),
    ])
    #expect(kept.text == texts.map { $0 + "<eos>" }.joined())
    let list = try Tool("fl-tokenize").run(
      ["decode", "-t", tokenizer, "--output-format", "raw"], input: "[0]\n[300, 1]\n".utf8)
    #expect(list.status == 65 && list.errorText.contains("document 2 has id 300"))
  }

  @Test func binaryDataStayOffTheTerminal() throws {
    var terminal: Int32 = -1
    var ours: Int32 = -1
    try #require(openpty(&ours, &terminal, nil, nil, nil) == 0)
    defer { close(ours) }
    let errors = try folder.file("errors", "")
    let arguments = ["encode", "-t", tokenizer, folder.file("text.txt"), "-q"]
    let process = try Tool("fl-tokenize").start(
      arguments, output: FileHandle(fileDescriptor: terminal, closeOnDealloc: false),
      errors: FileHandle(forWritingAtPath: errors))
    process.waitUntilExit()
    #expect(process.terminationStatus == 64)
    #expect(try String(contentsOfFile: errors, encoding: .utf8).contains("--output-format jsonl"))
    let lines = try Tool("fl-tokenize").start(
      arguments + ["--output-format", "jsonl"],
      output: FileHandle(fileDescriptor: terminal, closeOnDealloc: true))
    lines.waitUntilExit()
    #expect(lines.terminationStatus == 0)
  }
}
