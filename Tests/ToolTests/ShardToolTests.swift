import FlashShared
import Foundation
import TestSupport
import Testing

@Suite struct ShardToolTests {
  private let folder: TemporaryFolder
  private let tool = Tool("fl-shard")

  init() throws { folder = try TemporaryFolder() }

  private func tokens(_ name: String = "tokens.jsonl", documents: Int = 50) throws -> String {
    let lines = (0..<documents).map { number in
      #"{"tokens": [\#(number), \#(number + 1), 9], "bytes": 12, "characters": 11, "bits": 2.5}"#
    }
    return try folder.file(name, lines.joined(separator: "\n"))
  }

  @discardableResult
  private func packed(_ name: String = "set", _ more: String...) throws -> String {
    let outcome = try tool.run(
      ["pack", tokens(), "--vocabulary-size", "300", "--output", folder.file(name)] + more)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    return folder.file(name)
  }

  @Test func storiesCarryTheirBits() throws {
    let outcome = try tool.run([
      "stories", "--seed", "5", "--documents", "30", "--first-document", "10",
    ])
    #expect(outcome.status == 0)
    #expect(outcome.lines.count == 30)
    for (index, line) in outcome.lines.enumerated() {
      let object = try JSONValue(parsing: Array(line.utf8), source: "line")
      let story = StoryGrammar.standard.story(seed: 5, index: UInt64(10 + index))
      #expect(object["text"]?.stringValue == story.text)
      #expect(object["bits"]?.doubleValue == story.bits)
      #expect(object["id"]?.stringValue == "story-5-\(10 + index)")
    }
    #expect(outcome.errorText.contains("30 stories, "))
    #expect(outcome.errorText.contains("bits per character"))
  }

  @Test func storiesAsTextAndToAFile() throws {
    let path = folder.file("stories.txt")
    let outcome = try tool.run([
      "stories", "--characters", "20000", "--format", "text", "--separator", "<end>", "--output",
      path, "--quiet",
    ])
    #expect(outcome.status == 0)
    #expect(outcome.errorText.isEmpty)
    let record = try JSONValue(parsing: Array(outcome.output), source: "event")
    #expect(record["event"] == "stories")
    let stories = try String(contentsOfFile: path, encoding: .utf8).components(
      separatedBy: "\n<end>\n")
    #expect(stories.last?.isEmpty == true)
    #expect(stories.count - 1 == record["documents"]?.integerValue)
    let characters = stories.reduce(0) { $0 + $1.utf8.count }
    #expect(characters == record["characters"]?.integerValue)
    #expect(characters >= 20_000 && characters - stories[stories.count - 2].utf8.count < 20_000)
    let bits = try stories.dropLast().reduce(0.0) { sum, story in
      try sum + #require(StoryGrammar.standard.bits(of: story.utf8))
    }
    let stated = try #require(record["bits"]?.doubleValue)
    #expect(abs(bits - stated) < 1e-6)
  }

  @Test func textIsCuratedAndSplit() throws {
    let input = try folder.file(
      "in.txt",
      "one two\n<|endoftext|>\nthree\n<|endoftext|>\none two\n<|endoftext|>\nfour five six\n")
    let outcome = try tool.run([
      "curate", input, "--min-words", "2", "--drop-duplicates", "--report",
      folder.file("report.json"),
    ])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.text == "{\"text\":\"one two\"}\n{\"text\":\"four five six\"}\n")
    let report = try JSONValue(contentsOf: folder.file("report.json"))
    #expect(report["documents_read"] == 4)
    #expect(report["characters"] == 20)
    let joined = try tool.run([
      "curate", input, "--output-format", "text", "--join", " <eos> ", "--quiet",
    ])
    #expect(joined.text == "one two <eos> three <eos> one two <eos> four five six")

    let stories = try tool.run(["stories", "--documents", "400"]).output
    let split = try tool.run(
      [
        "curate", "--format", "jsonl", "--shuffle", "1", "--output", folder.file("t.jsonl"),
        "--validation",
        folder.file("v.jsonl"), "--validation-fraction", "0.2",
      ], input: stories)
    #expect(split.status == 0)
    let parts = try ["t.jsonl", "v.jsonl"].map {
      try String(contentsOfFile: folder.file($0), encoding: .utf8).split(separator: "\n")
    }
    #expect(parts[1].count > 40 && parts[1].count < 120)
    let all = String(decoding: stories, as: UTF8.self).split(separator: "\n")
    // Names and bits come through unchanged.
    #expect((parts[0] + parts[1]).sorted() == all.sorted().map { $0 })
    #expect(parts[0] + parts[1] != all)
  }

  @Test func setsArePackedInspectedAndVerified() throws {
    let report = try folder.file("report.json", #"{"steps": [{"step": "by hand"}]}"#)
    let path = try packed("set", "--end-of-text", "3", "--report", report)
    let json = try tool.run(["inspect", path, "--json"])
    let manifest = try JSONValue(parsing: Array(json.output), source: "inspect")
    #expect(manifest["tokens"] == 200)
    #expect(manifest["documents"] == 50)
    #expect(manifest["bytes"] == 600)
    #expect(manifest["information_bits"]?.doubleValue == 125)
    #expect(manifest["steps"]?.arrayValue?.first == ["step": "by hand"])
    let text = try tool.run(["inspect", path])
    #expect(text.status == 0)
    for part in [
      "documents       50", "token 3 after each document",
      "floor           0.2273 bits per character", "step            by hand",
    ] {
      #expect(text.text.contains(part), "\(text.text)")
    }
    let verified = try tool.run(["verify", path])
    #expect(verified.status == 0)
    #expect(verified.errorText == "fl-shard: \(path): sound\n")
    #expect(try JSONValue(parsing: Array(verified.output), source: "event")["sound"] == true)
  }

  /// Sets follow each other as they are named, which is not the order of their names; the same one
  /// may come twice.
  @Test func setsAreMergedInTheOrderInWhichTheyAreNamed() throws {
    for (name, first) in [("b", 10), ("c", 20), ("a", 30)] {
      let lines = (0..<3).map { #"{"tokens": [\#(first + $0), 1], "bytes": 9, "characters": 8}"# }
      let outcome = try tool.run(
        ["pack", "--vocabulary-size", "50", "--output", folder.file(name)],
        input: lines.joined(separator: "\n").utf8)
      #expect(outcome.status == 0, "\(outcome.errorText)")
    }
    for names in [["b", "c", "a"], ["c", "b", "a"], ["a", "c", "a"]] {
      let path = folder.file("merged-" + names.joined())
      let outcome = try tool.run(["merge", "--output", path] + names.map(folder.file))
      #expect(outcome.status == 0, "\(outcome.errorText)")
      let set = try ShardSet(path: path)
      let firsts: [String: Int32] = ["b": 10, "c": 20, "a": 30]
      let expected = names.flatMap { name in (0..<3).flatMap { [firsts[name, default: 0] + $0, 1] }
      }
      #expect(try set.tokens(in: 0..<set.tokenCount) == expected, "\(names)")
      #expect(set.documentCount == 9)
      #expect(set.sourceBytes == 81)
      #expect(set.sourceCharacters == 72)
    }
  }

  /// Text with characters of several bytes: the manifest counts both, for each document too.
  @Test func charactersOfTextBecomeThoseOfTheSet() throws {
    let texts = ["Zoë 中文", "", "🙂 naïve", "abc"]
    let lines = texts.flatMap { JSONValue.object(["text": .string($0)]).serialized() + [0x0A] }
    let path = try folder.file("texts.jsonl", lines)
    let tokenizer = folder.file("tokenizer.json")
    #expect(
      try Tool("fl-tokenize").run(["train", "--alphabet", "bytes", "--output", tokenizer, path])
        .status == 0)
    let tokens = try Tool("fl-tokenize").run(["encode", "--tokenizer", tokenizer, path])
    let packed = try tool.run(
      ["pack", "--tokenizer", tokenizer, "--output", folder.file("set")], input: tokens.output)
    #expect(packed.status == 0, "\(packed.errorText)")
    let set = try ShardSet(path: folder.file("set"))
    #expect((0..<4).map { set.characters(ofDocument: $0) } == [6, 0, 7, 3])
    #expect((0..<4).map { set.bytes(ofDocument: $0) } == [11, 0, 11, 3])
    #expect(set.sourceCharacters == 16)
    #expect(set.sourceBytes == 25)
    let json = try tool.run(["inspect", folder.file("set"), "--json"])
    let manifest = try JSONValue(parsing: Array(json.output), source: "inspect")
    #expect(manifest["characters"] == 16)
    #expect(manifest["bytes"] == 25)
  }

  @Test func anAlteredSetDoesNotVerify() throws {
    let path = try packed()
    let set = try ShardSet(path: path)
    let shard = "\(path)/\(set.manifest.shards[0].name)"
    var bytes = try Data(contentsOf: URL(filePath: shard))
    bytes[140] ^= 1
    try bytes.write(to: URL(filePath: shard))
    let outcome = try tool.run(["verify", path])
    #expect(outcome.status == 1)
    #expect(
      outcome.errorText
        == "fl-shard: \(shard): not the file that the manifest names: its SHA-256 differs; copy or pack the set again\n"
    )
    #expect(try JSONValue(parsing: Array(outcome.output), source: "event")["sound"] == false)
  }

  /// Each set is reported, whatever the others are; a file that is gone is a fault of its set.
  @Test func everySetIsVerified() throws {
    let whole = try packed("whole")
    let short = try packed("short")
    let shard = try "\(short)/\(ShardSet(path: short).manifest.shards[0].name)"
    try FileManager.default.removeItem(atPath: shard)
    func sound(_ arguments: String..., status: Int32, _ message: String) throws -> [JSONValue?] {
      let outcome = try tool.run(["verify"] + arguments)
      #expect(outcome.status == status, "\(outcome.errorText)")
      #expect(outcome.errorText.contains(message), "\(outcome.errorText)")
      return try outcome.lines.map { try JSONValue(parsing: Array($0.utf8), source: "o")["sound"] }
    }
    #expect(
      try sound(short, whole, folder.file("none"), whole, status: 1, "\(shard): cannot open")
        == [false, true, false, true])
    #expect(
      try sound(whole, folder.file("none"), whole, status: 66, "1 of 3 sets are not sound")
        == [true, false, true])
    #expect(try sound(folder.file("none"), status: 66, "no finished set") == [false])
    #expect(try sound(short, status: 1, shard) == [false])
  }

  @Test func severalSetsAreInspected() throws {
    let paths = [try packed("one"), try packed("two", "--end-of-text", "3")]
    let text = try tool.run(["inspect"] + paths)
    #expect(text.status == 0)
    #expect(text.lines.filter { $0.hasPrefix("documents") }.count == 2)
    #expect(paths.allSatisfy { text.lines.contains(Substring($0)) })
    let json = try tool.run(["inspect", "--json"] + paths)
    let tokens = try json.lines.map {
      try JSONValue(parsing: Array($0.utf8), source: "o")["tokens"]
    }
    #expect(tokens == [150, 200])
  }

  /// Runs a Python program and returns its exit code and what it complained about.
  private static func python(_ arguments: [String]) throws -> (status: Int32, errors: String) {
    let process = Process()
    let errors = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    process.standardError = errors
    try process.run()
    let text = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: text, as: UTF8.self))
  }

  private static let hasNumpy = (try? python(["-c", "import numpy"]).status) == 0

  @Test(.enabled(if: hasNumpy, "numpy is not installed"))
  func numpyReadsTheShards() throws {
    for size in ["300", "70000"] {
      let path = folder.file("set" + size)
      let packed = try tool.run([
        "pack", tokens(), "--vocabulary-size", size, "--output", path, "--shard-tokens", "64",
      ])
      #expect(packed.status == 0)
      let script = """
        import json, numpy, sys
        folder = sys.argv[1]
        m = json.load(open(folder + '/manifest.json'))
        load = lambda f: numpy.load(folder + '/' + f['file'], mmap_mode='r')
        shards = [load(f) for f in m['shards']]
        assert all(s.dtype == m['dtype'] for s in shards), [s.dtype for s in shards]
        tokens = numpy.concatenate(shards)
        assert tokens.tolist() == [t for n in range(50) for t in (n, n + 1, 9)]
        assert load(m['document_offsets']).tolist() == list(range(0, 151, 3))
        assert load(m['document_bytes']).sum() == m['bytes'] == 600
        assert load(m['document_bits']).tolist() == [2.5] * 50
        """
      let outcome = try Self.python(["-c", script, path])
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
  }

  /// Whenever it is killed, there is no set, or there is a whole one.
  @Test func killedWhilePackingItLeavesNoSet() throws {
    let input = try tokens(documents: 60_000)
    let path = folder.file("killed")
    let arguments = [
      "pack", input, "--vocabulary-size", "70000", "--output", path, "--shard-tokens", "2000",
      "--quiet",
    ]
    for attempt in 0..<12 {
      let process = try tool.start(arguments)
      Thread.sleep(forTimeInterval: 0.01 + 0.03 * Double(attempt))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      if names.contains("manifest.json") {
        try ShardSet(path: path).verify()
        try FileManager.default.removeItem(atPath: path)
      } else {
        #expect(
          names.allSatisfy {
            $0.hasPrefix(".writing-") || $0.hasSuffix(".npy") || $0.hasPrefix("manifest.json.tmp-")
          })
        #expect(try tool.run(["inspect", path]).status == 66)
      }
    }
    #expect(try tool.run(arguments).status == 0)
    try ShardSet(path: path).verify()
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: path).allSatisfy {
        !$0.hasPrefix(".") && !$0.contains(".tmp-")
      })
  }

  @Test(arguments: [
    (["stories"], 64, "give either --documents or --characters"),
    (["stories", "--documents", "1", "--characters", "1"], 64, "give either"),
    (["stories", "--documents=-1"], 64, "cannot be negative"),
    (["stories", "--documents", "5", "--first-document", "18446744073709551615"], 64, "too large"),
    (["stories", "--documents", "5", "--output", "/no/such/folder/x"], 73, "cannot create"),
    (["curate", "/no/such/file"], 66, "/no/such/file: cannot open: No such file or directory"),
    (["curate", "--keep", "["], 64, "'[' is not a regular expression"),
    (["curate", "--drop-near-duplicates", "1.5"], 64, "a similarity above 0 and at most 1"),
    (["curate", "--min-words=-3"], 64, "--min-words cannot be -3"),
    (["curate", "--validation", "x"], 64, "go together"),
    (["curate", "--validation", "x", "--validation-fraction", "2"], 64, "between 0 and 1"),
    (["curate", "--validation", "-", "--validation-fraction", "0.5"], 64, "are the same"),
    (["curate", "--join", "x"], 64, "--join needs --output-format text"),
    (["curate", "--memory", "0"], 64, "--memory cannot be 0"),
    (["pack", "/no/such/file", "--output", "x"], 66, "cannot open"),
    (["pack", "--output", "x", "--validation", "y"], 64, "--validation goes with one of"),
    (["pack", "--output", "x", "--validation-tokens", "5"], 64, "--validation goes with one of"),
    (
      ["pack", "--output", "x", "--validation", "x", "--validation-tokens", "5"], 64, "are the same"
    ),
    (
      ["pack", "--output", "x", "--validation", "y", "--validation-fraction", "0"], 64,
      "between 0 and 1"
    ),
    (["pack", "--output", "x", "--whole-documents"], 64, "needs --first-tokens"),
    (["pack", "--output", "x", "--shard-tokens", "0"], 64, "--shard-tokens is between"),
    (["pack", "--output", "x", "--first-tokens=-1"], 64, "--first-tokens cannot be -1"),
    (["pack", "--output", "x", "--vocabulary-size", "0"], 64, "--vocabulary-size cannot be 0"),
    (["pack", "--output", "x", "--memory", "0"], 64, "--memory cannot be 0"),
    (["inspect", "/no/such/set"], 66, "no finished set of shards here"),
    (["verify"], 64, "Missing expected argument"),
  ])
  func mistakesAreExplained(arguments: [String], status: Int32, reason: String) throws {
    let outcome = try tool.run(arguments, folder: folder.path)
    #expect(outcome.status == status)
    #expect(outcome.errorText.contains(reason), "\(outcome.errorText)")
    #expect(outcome.output.isEmpty)
  }

  /// Stories, tokens and shards through the built tools: the floor arrives in the manifest, and
  /// end-of-text is found by its text.
  @Test func theFloorTravelsThroughThePipeline() throws {
    let stories = folder.file("stories.jsonl")
    #expect(try tool.run(["stories", "--documents", "300", "--output", stories]).status == 0)
    let tokenizer = folder.file("tokenizer.json")
    let trained = try Tool("fl-tokenize").run([
      "train", "--vocabulary-size", "400", "--output", tokenizer, stories,
    ])
    #expect(trained.status == 0, "\(trained.errorText)")
    let tokens = try Tool("fl-tokenize").run(["encode", "--tokenizer", tokenizer, stories])
    #expect(tokens.status == 0, "\(tokens.errorText)")
    let packed = try tool.run(
      [
        "pack", "--tokenizer", tokenizer, "--end-of-text", "<eos>", "--output", folder.file("set"),
      ], input: tokens.output)
    #expect(packed.status == 0, "\(packed.errorText)")
    let set = try ShardSet(path: folder.file("set"))
    try set.verify()
    #expect(set.documentCount == 300)
    #expect(set.endOfTextToken == 3)
    let texts = (0..<300).map { StoryGrammar.standard.story(seed: 0, index: $0) }
    #expect(set.sourceCharacters == texts.reduce(0) { $0 + $1.text.utf8.count })
    #expect(set.informationBits == texts.reduce(0) { $0 + $1.bits })
    let other = try folder.file(
      "other.json", String(contentsOfFile: tokenizer, encoding: .utf8) + "\n")
    let refused = try tool.run(
      ["pack", "--tokenizer", other, "--output", folder.file("x")], input: tokens.output)
    #expect(refused.status == 65)
    #expect(refused.errorText.contains("another tokenizer made it"))
    let unknown = try tool.run(
      ["pack", "--tokenizer", tokenizer, "--end-of-text", "<end>", "--output", folder.file("x")],
      input: tokens.output)
    #expect(unknown.status == 64)
    #expect(unknown.errorText.contains("the tokenizer has no such token"))
  }

  /// Digits after --end-of-text are an id, also where the tokenizer has a token of that text.
  @Test func endOfTextIsAnIDOrAText() throws {
    let run = try RunFixture(in: folder)
    let words = ["pack", "--quiet", "--tokenizer", "\(run.path)/tokenizer.json"]
    let tokens = Array(#"{"tokens": [70, 71, 72]}"#.utf8)
    for (value, id) in [("0", 0), ("3", 3), ("<eos>", 3), ("a", 4 + 0x61), ("007", 7)] {
      let output = folder.file("end \(value)")
      let outcome = try tool.run(
        words + ["--end-of-text", value, "--output", output], input: tokens)
      #expect(outcome.status == 0, "\(outcome.errorText)")
      #expect(try ShardSet(path: output).endOfTextToken == Int32(id), "\(value)")
    }
    for value in ["260", "99999999999", "<end>", "", "-1", "+3", "٣"] {
      let outcome = try tool.run(
        words + ["--end-of-text=\(value)", "--output", folder.file("x")], input: tokens)
      #expect(outcome.status == 64, "\(value)")
    }
  }

  @Test func badInputsAreExplained() throws {
    let binary = try folder.file("binary.txt", [0x61, 0xFF, 0x62, 0x0A])
    let curated = try tool.run(["curate", binary])
    #expect(curated.status == 65)
    #expect(curated.errorText.contains("binary.txt:1: not UTF-8"))
    let noText = try tool.run(["curate", "--format", "jsonl"], input: Array(#"{"other": 1}"#.utf8))
    #expect(noText.status == 65)
    #expect(noText.errorText.contains("standard input:1: no member \"text\"; it has \"other\""))
    let eos = try tool.run([
      "pack", tokens(), "--vocabulary-size", "300", "--output", folder.file("s"), "--end-of-text",
      "<eos>",
    ])
    #expect(eos.status == 64)
    #expect(eos.errorText.contains("give the tokenizer too"))
    let report = try folder.file("r.json", "{}")
    let steps = try tool.run([
      "pack", tokens(), "--vocabulary-size", "300", "--output", folder.file("s"), "--report",
      report,
    ])
    #expect(steps.status == 65)
    #expect(steps.errorText.contains("not a report of fl-shard"))
    let cut = try folder.file("cut.bin", Array("FLTOKENS".utf8) + [1, 0, 0])
    let stream = try tool.run(["pack", cut, "--output", folder.file("s")])
    #expect(stream.status == 65)
    #expect(stream.errorText.contains("cut off"))
    let memory = try tool.run(
      [
        "curate", "--format", "jsonl", "--drop-near-duplicates", "0.8", "--near-duplicate-memory",
        "0",
      ],
      input: Array(#"{"text": "a b c d e f g"}"#.utf8))
    #expect(memory.status == 64)
    #expect(memory.errorText.contains("raise --near-duplicate-memory"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("s") + "/manifest.json"))
  }
}
