import FlashShared
import Foundation
import TestSupport
import Testing

@Suite struct TokenizeToolTests {
  private let folder: TemporaryFolder
  private let tool = Tool("fl-tokenize")
  private let text = "Once upon a time there was a cat.\nIt sat.\n<|endoftext|>\nThe caté sat.\n"

  init() throws {
    folder = try TemporaryFolder()
    _ = try folder.file("text.txt", String(repeating: text + "<|endoftext|>\n", count: 5))
    let outcome = try tool.run(train("tokenizer.json"))
    #expect(outcome.status == 0)
  }

  private var tokenizer: String { folder.file("tokenizer.json") }

  private func train(_ output: String, _ more: String...) -> [String] {
    [
      "train", folder.file("text.txt"), "--output", folder.file(output), "--vocabulary-size", "50",
    ] + more
  }

  private func event(_ outcome: Tool.Outcome) throws -> JSONValue {
    try JSONValue(parsing: Array(#require(outcome.lines.last).utf8), source: "output")
  }

  @Test func trainingTellsWhatItMade() throws {
    let outcome = try tool.run(train("again.json"))
    let event = try event(outcome)
    #expect(event.objectValue?.members.prefix(2).map(\.name) == ["event", "time"])
    let time = try #require(event["time"]?.stringValue)
    #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(time)")
    #expect(event["event"] == "tokenizer")
    #expect(event["vocabulary_size"] == 50)
    #expect(outcome.errorText.hasPrefix("fl-tokenize: 50 entries, "))
    let read = try Tokenizer(contentsOf: folder.file("again.json"))
    #expect(event["sha256"]?.stringValue?.count == 64 && read.vocabularySize == 50)
    #expect(try tool.run(train("third.json", "--quiet")).errorText.isEmpty)
  }

  @Test func trainingOptionsReachTheTokenizer() throws {
    let outcome = try tool.run(
      train(
        "other.json", "--special-token", "<end>", "--special-token", "<|endoftext|>",
        "--no-prefix-space", "--alphabet", "bytes", "--vocabulary-size", "300", "--decoder", "none",
        "--minimum-frequency", "3", "--maximum-token-length", "3", "--format", "lines"))
    #expect(outcome.status == 0)
    let read = try Tokenizer(contentsOf: folder.file("other.json"))
    #expect(read.id(of: "<|endoftext|>") == 1 && !read.addsPrefixSpace && !read.hasByteLevelDecoder)
    #expect(read.model.tokens.dropFirst(2).allSatisfy { ($0 ?? "").unicodeScalars.count <= 3 })
    #expect(read.vocabularySize > 258)
    let small = try tool.run(train("small.json", "--no-special-tokens", "--limit-alphabet", "5"))
    #expect(small.status == 0)
    #expect(try Tokenizer(contentsOf: folder.file("small.json")).id(of: "<pad>") == nil)
  }

  /// Text in, tokens through a pipe, the same text out.
  @Test func textComesBackThroughAPipe() throws {
    let script = """
      "$1" encode "$2" -t "$3" --quiet | "$1" decode -t "$3" > "$4"
      """
    for format in [["--output-format", "binary"], ["--output-format", "jsonl"]] {
      let encoded = try tool.run(
        ["encode", folder.file("text.txt"), "-t", tokenizer, "--quiet"] + format)
      #expect(encoded.status == 0 && encoded.errorText.isEmpty)
      let decoded = try tool.run(["decode", "-t", tokenizer], input: encoded.output)
      #expect(decoded.status == 0)
      let original = try String(contentsOfFile: folder.file("text.txt"), encoding: .utf8)
      // Each document has the prefix space before it and a line break before the separator line.
      let expected = original.replacingOccurrences(of: "\nThe", with: "\n The")
        .replacingOccurrences(of: "Once", with: " Once")
      #expect(decoded.text == expected)
    }
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.arguments = [
      "-c", script, "sh", tool.path, folder.file("text.txt"), tokenizer, folder.file("back"),
    ]
    try shell.run()
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 0)
    #expect(
      try String(contentsOfFile: folder.file("back"), encoding: .utf8).hasPrefix(" Once upon"))
  }

  @Test func jsonLinesCarryNamesAndBits() throws {
    let input = "{\"text\":\"the cat\",\"id\":\"x\",\"bits\":12.25}\n{\"text\":\"\"}\n"
    let outcome = try tool.run(
      ["encode", "--format", "jsonl", "-t", tokenizer, "--output-format", "jsonl"],
      input: input.utf8)
    #expect(outcome.status == 0)
    let lines = try outcome.lines.map { try JSONValue(parsing: Array($0.utf8), source: "out") }
    let ids = try Tokenizer(contentsOf: tokenizer).encode("the cat").map {
      JSONValue.integer(Int($0))
    }
    #expect(
      lines == [
        ["tokens": .array(ids), "characters": 7, "bytes": 7, "id": "x", "bits": 12.25],
        ["tokens": [], "characters": 0, "bytes": 0],
      ])
    let back = try tool.run(
      ["decode", "-t", tokenizer, "--output-format", "jsonl"], input: outcome.output)
    #expect(back.text == "{\"id\":\"x\",\"text\":\" the cat\"}\n{\"text\":\"\"}\n")
    let printed = try tool.run(
      ["decode", "-t", tokenizer, "--printed", "--output-format", "raw"], input: outcome.output)
    let reference = try Tokenizer(contentsOf: tokenizer)
    #expect(printed.text == reference.printedText(reference.encode("the cat")))
    #expect(printed.text.hasPrefix("Ġ"))
  }

  /// Characters of one to four bytes, with an added token between them in the second document.
  private static let multibyte = [
    "Zoë a dit: «ça va?» 中文", "naïve<eos>🙂🙃 – e\u{301}", "", "plain", "ß",
  ]

  /// A record's characters are code points, whatever the form, the pieces and the tokenizer.
  @Test(arguments: ["binary", "jsonl"], [[], ["--piece-characters", "4"]])
  func charactersAreCodePoints(_ form: String, _ pieces: [String]) throws {
    let lines = Self.multibyte.flatMap {
      JSONValue.object(["text": .string($0)]).serialized() + [UInt8(ascii: "\n")]
    }
    _ = try tool.run(
      train("wide.json", "--alphabet", "bytes", "--vocabulary-size", "300", "--no-prefix-space"))
    for name in ["tokenizer.json", "wide.json"] {
      let outcome = try tool.run(
        [
          "encode", "--format", "jsonl", "-t", folder.file(name), "--output-format", form, "-o",
          folder.file("out"),
        ] + pieces, input: lines)
      #expect(outcome.status == 0, "\(outcome.errorText)")
      let characters = Self.multibyte.map { $0.unicodeScalars.count }
      let bytes = Self.multibyte.map { $0.utf8.count }
      #expect(characters.reduce(0, +) == 45 && bytes.reduce(0, +) == 64)
      let event = try event(outcome)
      #expect(event["characters"] == 45)
      #expect(event["bytes"] == 64)
      let reader = try TokenStreamReader(path: folder.file("out"))
      var read: [TokenDocument] = []
      while let document = try reader.next() { read.append(document) }
      #expect(read.map(\.characters) == characters)
      #expect(read.map(\.bytes) == bytes)
      #expect(reader.totals.characters == 45)
    }
  }

  @Test func wholeFilesAndPiecesAreDocuments() throws {
    let path = folder.file("text.txt")
    func lines(_ more: String...) throws -> [JSONValue] {
      let outcome = try tool.run(
        ["encode", path, "-t", tokenizer, "--output-format", "jsonl"] + more)
      #expect(outcome.status == 0)
      return try outcome.lines.map { try JSONValue(parsing: Array($0.utf8), source: "out") }
    }
    #expect(try lines("--format", "whole").count == 1)
    let pieces = try lines("--format", "whole", "--piece-characters", "100")
    #expect(pieces.dropLast().allSatisfy { $0["characters"] == 100 })
    #expect(pieces.map { $0["continues"] == true } == pieces.indices.map { $0 > 0 })
    let plain = try lines("--format", "text")
    let cut = try lines("--format", "text", "--piece-characters", "3")
    #expect(plain.count == cut.count)
    #expect(plain.map { $0["characters"] } == cut.map { $0["characters"] })
    #expect(plain.map { $0["tokens"] } != cut.map { $0["tokens"] })
    let stripped = try lines("--format", "lines", "--strip")
    #expect(stripped.map { $0["characters"] }.prefix(2) == [33, 7])
  }

  @Test func droppedBytesAreReported() throws {
    let outcome = try tool.run(
      ["encode", "-t", tokenizer, "-o", folder.file("out")], input: "the 中 cat".utf8)
    #expect(try event(outcome)["dropped_bytes"] == 3)
    #expect(
      outcome.errorText.contains("3 bytes have no symbol in the tokenizer and were left out"))
    let reader = try TokenStreamReader(path: folder.file("out"))
    while try reader.next() != nil {}
    #expect(reader.totals.droppedBytes == 3)
  }

  @Test func cappedTokenizersEncodeAndDecode() throws {
    let capped = try tool.run([
      "cap", folder.file("text.txt"), "--base", tokenizer, "--vocabulary-size", "12", "--documents",
      "1", "-o", folder.file("capped.json"),
    ])
    #expect(capped.status == 0)
    #expect(try event(capped)["vocabulary_size"] == 12)
    let ids = try tool.run(
      ["encode", "-t", folder.file("capped.json"), "--output-format", "jsonl"], input: "zzz".utf8)
    // Nothing of it is in the text: unknown, the second of the special tokens.
    let unknown = try JSONValue(parsing: ids.output, source: "ids")["tokens"]?.arrayValue
    #expect(unknown?.isEmpty == false && unknown?.allSatisfy { $0 == 1 } == true, "\(ids.text)")
    let again = try tool.run([
      "cap", folder.file("text.txt"), "--base", folder.file("capped.json"), "-o", "-",
    ])
    #expect(again.status == 65)
    #expect(again.errorText.contains("capping what is capped; give the original"))
  }

  @Test func mistakesAreNamed() throws {
    func check(_ arguments: [String], _ input: String = "", status: Int32, _ message: String) throws
    {
      let outcome = try tool.run(arguments, input: input.utf8)
      #expect(outcome.status == status, "\(arguments)")
      #expect(outcome.errorText.contains(message), "\(outcome.errorText)")
      #expect(outcome.output.isEmpty)
    }
    let missing = folder.file("none.json")
    try check(
      ["encode", "-t", missing], status: 66,
      "fl-tokenize: \(missing): cannot open: No such file or directory\n")
    try check(
      ["encode", missing, "-t", tokenizer, "-o", folder.file("never")], status: 66, "cannot open")
    #expect(!FileManager.default.fileExists(atPath: folder.file("never")))
    try check(["encode", "-t", tokenizer, "-o", "/no/such/folder/x"], status: 73, "cannot create")
    try check(
      ["encode", "-t", tokenizer, "--piece-characters", "0"], status: 64,
      "--piece-characters must be at least 1.")
    try check(
      ["encode", "-t", tokenizer, "--threads", "0"], status: 64, "--threads must be 1 to 1024.")
    try check(
      ["encode", "-t", tokenizer, "--separator", "a\nb"], status: 64, "--separator is one line")
    try check(
      train("x.json", "--no-special-tokens", "--special-token", "a"), status: 64,
      "Give either --special-token or --no-special-tokens.")
    try check(train("x.json", "--minimum-frequency=-1"), status: 64, "cannot be negative")
    try check(["cap", "-o", "x"], status: 64, "Give either --base, or --vocabulary and --merges.")
    try check(
      ["cap", "--base", "b", "-o", "x", "--vocabulary-size", "4"], status: 64,
      "--vocabulary-size must be more than 4.")
    try check(
      ["cap", "--base", "b", "-o", "x", "--documents", "0"], status: 64,
      "--documents must be at least 1.")
    try check(
      ["decode", "-t", tokenizer], "\n{\"tokens\":[90]}\n", status: 65,
      "standard input: document 1 has id 90, outside the tokenizer's 50 entries; "
        + "give the tokenizer that encoded it")
    try check(["decode", "-t", tokenizer], "x", status: 65, "standard input: not a token stream")
    let stream = try tool.run(["encode", folder.file("text.txt"), "-t", tokenizer])
    _ = try tool.run(train("wide.json", "--alphabet", "bytes", "--vocabulary-size", "300"))
    let other = try tool.run(["decode", "-t", folder.file("wide.json")], input: stream.output)
    #expect(other.status == 65)
    #expect(other.errorText.contains("encoded with another tokenizer than"))
    let cut = try tool.run(["decode", "-t", tokenizer], input: stream.output.dropLast())
    #expect(cut.status == 65)
    #expect(cut.errorText.contains("before the end record; encode it again"))
  }
}
