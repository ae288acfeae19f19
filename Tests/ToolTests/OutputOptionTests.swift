import FlashShared
import Foundation
import TestSupport
import Testing

/// Every output option of every tool with every kind of target. The options come from the tools
/// themselves, so that a new one is in here or fails.
@Suite struct OutputOptionTests {
  /// What an option's path is to its command.
  private enum Role {
    case input
    case outputFile
    case outputFolder
    /// The training run, which has its own rules and tests.
    case run
  }

  /// Options with paths, by command. Those of all commands stand under "".
  private static let roles: [String: [String: Role]] = [
    "": [
      "output": .outputFile, "tokenizer": .input, "base": .input, "vocabulary": .input,
      "merges": .input, "data": .input, "training-text": .input, "prompts": .input,
      "ngrams": .input, "recipe": .input, "recipes": .input, "train": .input,
      "validation": .input,
    ],
    "fl-shard curate": ["validation": .outputFile, "report": .outputFile],
    "fl-shard pack": [
      "output": .outputFolder, "validation": .outputFolder, "report": .input,
    ],
    "fl-shard merge": ["output": .outputFolder],
    "fl-eval pack": ["output": .outputFolder],
    "fl-train": ["output": .run, "watch": .input],
  ]

  /// The names that help gives to values that are paths, and to those that are none.
  private static let pathNames: Set = ["file", "path", "folder", "run", "input"]
  private static let otherNames: Set = [
    "format", "line", "name", "count", "text", "alphabet", "bytes", "decoder", "output-format",
    "seed", "number", "separator", "unit", "pattern", "similarity", "MiB", "fraction", "tokens",
    "token", "size", "split-by", "n", "checkpoint", "protocol", "threads", "x", "variant", "prompt",
    "t", "k", "p", "factor", "c", "id±bias", "names", "b", "how", "r", "a", "l", "path=value",
    "minutes", "steps",
  ]

  private let folder: TemporaryFolder
  private let run: RunFixture

  init() throws {
    folder = try TemporaryFolder()
    run = try RunFixture(
      in: folder, version: "v5",
      hyperparameters: ["d_model": 80, "n_heads": 4, "d_head": 20, "n_layers": 1, "d_ffn": 160])
    let line = #"{"text":"The lamp was lit before supper, and nobody saw it."}"# + "\n"
    let more = (0..<20).map { line.replacingOccurrences(of: "lamp", with: "lamp \($0)") }
    _ = try folder.file("text.jsonl", more.joined())
    let encoded = try Tool("fl-tokenize").run(
      ["encode", "-q", "-t", tokenizer, "-o", folder.file("tokens.bin"), folder.file("text.jsonl")])
    #expect(encoded.status == 0, "\(encoded.errorText)")
  }

  private var tokenizer: String { "\(run.path)/tokenizer.json" }

  /// The words of a command but for its outputs; it reads from `input` if that is given.
  private func words(_ command: String, input: String? = nil) -> [String] {
    let text = input ?? folder.file("text.jsonl")
    let shards = input ?? run.shards
    return switch command {
    case "fl-tokenize train": ["train", "-q", text]
    case "fl-tokenize cap": ["cap", "-q", text, "--base", input ?? tokenizer]
    case "fl-tokenize encode": ["encode", "-q", "-t", tokenizer, text]
    case "fl-tokenize decode":
      ["decode", "-q", "-t", tokenizer, input ?? folder.file("tokens.bin")]
    case "fl-shard stories": ["stories", "-q", "--documents", "3"]
    case "fl-shard curate": ["curate", "-q", text]
    case "fl-shard pack": ["pack", "-q", input ?? folder.file("tokens.bin")]
    case "fl-shard merge": ["merge", "-q", shards]
    case "fl-shard index": ["index", "-q", shards]
    case "fl-eval report": ["report", input ?? run.path]
    case "fl-eval pack": ["pack", input ?? run.path]
    default: []
    }
  }

  /// The words that name an output, and what must stand beside it.
  private func words(_ command: String, output option: String, _ path: String) -> [String] {
    var words = ["--\(option)", path]
    if option == "validation" { words += ["--validation-fraction", "0.5"] }
    if option != "output" {
      words += ["-o", folder.file(command == "fl-shard pack" ? "other set" : "other file")]
    }
    return words
  }

  private struct Output {
    let command: String
    let option: String
    let role: Role
  }

  /// All output options, by the tools' own account.
  private func outputs() throws -> [Output] {
    var outputs: [Output] = []
    func walk(_ command: JSONValue, _ parents: [String]) throws {
      let name = (parents + [try #require(command["commandName"]?.stringValue)])
      let path = name.joined(separator: " ")
      if name.last == "help" { return }
      for argument in command["arguments"]?.arrayValue ?? []
      where argument["kind"] != "flag" {
        let value = try #require(argument["valueName"]?.stringValue)
        let isPath = Self.pathNames.contains(value)
        #expect(isPath || Self.otherNames.contains(value), "\(path): is '\(value)' a path?")
        guard isPath, argument["kind"] == "option" else { continue }
        let names = (argument["names"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
        let option = try #require(names.max { $0.count < $1.count })
        let role = Self.roles[path]?[option] ?? Self.roles[""]?[option]
        switch role {
        case nil: Issue.record("\(path) --\(option): is it an output? Say so in this test.")
        case .outputFile?, .outputFolder?:
          outputs.append(Output(command: path, option: option, role: role ?? .input))
        case .input?, .run?: break
        }
      }
      for child in command["subcommands"]?.arrayValue ?? [] { try walk(child, name) }
    }
    for tool in CommonBehaviourTests.tools {
      let dump = try Tool(tool).run(["--experimental-dump-help"])
      try walk(
        #require(try JSONValue(parsing: Array(dump.output), source: tool)["command"]), [])
    }
    #expect(outputs.count >= 13)
    return outputs
  }

  private func start(
    _ output: Output, _ path: String, input: String? = nil, folder place: String? = nil
  ) throws -> Tool.Outcome {
    try Tool(String(output.command.split(separator: " ")[0])).run(
      words(output.command, input: input) + words(output.command, output: output.option, path),
      environment: ["SWIFT_BACKTRACE": "enable=no"], folder: place)
  }

  private func kind(_ path: String) -> mode_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
  }

  /// A folder for one output's targets.
  private func place(_ output: Output) throws -> String {
    let path = folder.file("\(output.command) \(output.option)")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  @Test func filesAreWrittenThroughLinksAndInPlace() throws {
    for output in try outputs() where output.role == .outputFile {
      let place = try place(output)
      let name: Comment = "\(output.command) --\(output.option)"
      func succeeds(_ path: String) throws {
        let outcome = try start(output, path, folder: place)
        #expect(outcome.status == 0, "\(name): \(path): \(outcome.errorText)")
      }
      try succeeds("t")
      #expect(kind("\(place)/t") == S_IFREG, name)
      let made = try Data(contentsOf: URL(filePath: "\(place)/t"))
      #expect(!made.isEmpty, name)
      for (link, target) in [("old", "t"), ("new", "n")] {
        try FileManager.default.createSymbolicLink(
          atPath: "\(place)/\(link)", withDestinationPath: target)
        try succeeds(link)
        #expect(kind("\(place)/\(link)") == S_IFLNK, name)
        #expect(kind("\(place)/\(target)") == S_IFREG, name)
      }
      #expect(mkfifo("\(place)/pipe", 0o600) == 0)
      let reader = try Tool(absolutePath: "/bin/cat").start(
        ["\(place)/pipe"],
        output: FileHandle(forWritingAtPath: try folder.file("got", "")))
      try succeeds("pipe")
      reader.waitUntilExit()
      #expect(kind("\(place)/pipe") == S_IFIFO, name)
      #expect(try Data(contentsOf: URL(filePath: folder.file("got"))).count > 0, name)
      let names = try FileManager.default.contentsOfDirectory(atPath: place)
      #expect(names.sorted() == ["n", "new", "old", "pipe", "t"], name)
    }
  }

  /// Standard output by its other names belongs to the data alone, and is not cut.
  @Test func standardOutputHasTheDataAlone() throws {
    for output in try outputs() where output.role == .outputFile {
      let dash = try start(output, "-")
      let named = try start(output, "/dev/stdout")
      #expect(dash.status == 0 && named.status == 0, "\(output) \(named.errorText)")
      // A second output's data go elsewhere or to the same place; lengths are enough here.
      #expect(
        output.option != "output" || dash.output.count == named.output.count, "\(output)")
    }
  }

  /// What cannot be written is refused before the input is looked for, let alone read.
  @Test func impossibleFilesAreRefusedFirst() throws {
    for output in try outputs() where output.role == .outputFile {
      let place = try place(output)
      try FileManager.default.createDirectory(
        atPath: "\(place)/d", withIntermediateDirectories: true)
      for path in ["d", ".", "d/", "..", "/", "none/x", "x/", ""] {
        let outcome = try start(output, path, input: "/nonexistent", folder: place)
        #expect(outcome.status == 73, "\(output) '\(path)': \(outcome.errorText)")
        #expect(outcome.errorText.split(separator: "\n").count == 1)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: place) == ["d"])
    }
  }

  @Test func foldersAreMadeOrEmptyOrOurs() throws {
    for output in try outputs() where output.role == .outputFolder {
      let place = try place(output)
      func status(_ path: String, input: String? = nil) throws -> Int32 {
        let outcome = try start(output, path, input: input, folder: place)
        return outcome.status
      }
      #expect(try status("s") == 0, "\(output)")
      // A set of shards is ours to replace; a trained model is not.
      #expect(try status("s") == (output.command == "fl-eval pack" ? 73 : 0), "\(output)")
      try FileManager.default.createDirectory(
        atPath: "\(place)/empty", withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        atPath: "\(place)/link", withDestinationPath: "empty")
      #expect(try status("link") == 0, "\(output)")
      #expect(kind("\(place)/link") == S_IFLNK)
      #expect(try !FileManager.default.contentsOfDirectory(atPath: "\(place)/empty").isEmpty)
      try FileManager.default.createDirectory(
        atPath: "\(place)/foreign", withIntermediateDirectories: true)
      try Data("mine".utf8).write(to: URL(filePath: "\(place)/foreign/notes.txt"))
      for path in ["foreign", "/", "foreign/notes.txt", "foreign/notes.txt/x", ""] {
        #expect(try status(path, input: "/nonexistent") == 73, "\(output) '\(path)'")
      }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: "\(place)/foreign") == ["notes.txt"])
    }
  }

  /// Outputs that are one place by two names, and outputs that are inputs.
  @Test func aPlaceIsUsedOnce() throws {
    let all = try outputs()
    for first in all {
      for second in all where first.command == second.command && first.option < second.option {
        let words =
          words(first.command)
          + ["--\(first.option)", "x", "--\(second.option)", "../\(folder.name)/x"]
          + ([first.option, second.option].contains("validation")
            ? ["--validation-fraction", "0.5"] : [])
        let outcome = try Tool(String(first.command.split(separator: " ")[0])).run(
          words, folder: folder.path)
        #expect(outcome.status == 73 && outcome.errorText.contains("same place"), "\(words)")
        #expect(kind(folder.file("x")) == 0)
      }
    }
    let inputs = [
      "text.jsonl": folder.file("text.jsonl"), "tokens.bin": folder.file("tokens.bin"),
      "tokenizer": tokenizer, "set": run.shards, "manifest": "\(run.shards)/manifest.json",
      "run": run.path, "recipe": "\(run.path)/recipe.json",
    ]
    for output in all {
      let given = words(output.command)
      for (_, path) in inputs where given.contains(path) || path.hasPrefix((given.last ?? "") + "/")
      {
        let outcome = try start(output, path)
        #expect(outcome.status == 73, "\(output) onto \(path): \(outcome.errorText)")
      }
    }
    #expect(try ShardSet(path: run.shards).documentCount == RunFixture.documents.count)
    _ = try Tokenizer(contentsOf: tokenizer)
  }
}

extension TemporaryFolder {
  fileprivate var name: String { URL(filePath: path).lastPathComponent }
}
