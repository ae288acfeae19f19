import FlashShared
import Foundation
import TestSupport
import Testing

@Suite struct SampleToolTests {
  private let folder: TemporaryFolder
  private let run: RunFixture

  init() throws {
    folder = try TemporaryFolder()
    run = try RunFixture(in: folder)
  }

  private func text(_ arguments: String..., input: String = "") throws -> String {
    let outcome = try Tool("fl-sample").run(
      [run.path, "--quiet"] + arguments, input: Array(input.utf8))
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.errorText.isEmpty)
    return outcome.text
  }

  private func events(_ arguments: String..., input: String = "") throws -> [JSONValue] {
    let outcome = try Tool("fl-sample").run(
      [run.path, "--json"] + arguments, input: Array(input.utf8))
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let events = try outcome.lines.map { try JSONValue(parsing: Array($0.utf8), source: "output") }
    #expect(
      events.allSatisfy { $0.objectValue?.members.prefix(2).map(\.name) == ["event", "time"] })
    return events
  }

  /// Prompts that are not UTF-8 are the tokens that fl-tokenize makes of the same bytes.
  @Test func promptsAreBytes() throws {
    let bytes: [UInt8] = Array("caf".utf8) + [0xE9, 0x20, 0xFF] + Array("x".utf8)
    let prompt = try folder.file("prompt", bytes)
    let script = #""$1" "$2" --quiet --tokens 1 --seed 1 "$(cat "$3")""#
    let asWord = try Tool(absolutePath: "/bin/sh").run(
      ["-c", script, "sh", Tool("fl-sample").path, run.path, prompt])
    let asInput = try Tool("fl-sample").run(
      [run.path, "--quiet", "--tokens", "1", "--seed", "1", "-"], input: bytes)
    #expect(asWord.status == 0 && asInput.status == 0, "\(asWord.errorText)")
    #expect(Array(asWord.output.prefix(bytes.count)) == bytes)
    #expect(asWord.output == asInput.output)
  }

  @Test func theSameSeedGivesTheSameText() throws {
    let first = try text("The cat", "--tokens", "40", "--seed", "1")
    #expect(try text("The cat", "--tokens", "40", "--seed", "1") == first)
    #expect(try text("The cat", "--tokens", "40", "--seed", "2") != first)
    #expect(first.hasPrefix("The cat"))
    #expect(first.hasSuffix("\n"))
    #expect(
      try text("The cat", "--tokens", "40", "--seed", "1", "--recompute", "--context", "64")
        == text("The cat", "--tokens", "40", "--seed", "1", "--context", "64"))
  }

  /// What a model writes must not steer a terminal; a file gets every byte.
  @Test func controlCharactersAreShownOnATerminal() throws {
    var terminal: Int32 = -1
    var ours: Int32 = -1
    try #require(openpty(&ours, &terminal, nil, nil, nil) == 0)
    defer { close(ours) }
    let prompt = "A\u{1B}[2Jcat\u{7}"
    let process = try Tool("fl-sample").start(
      [run.path, "--quiet", "--tokens", "1", prompt],
      output: FileHandle(fileDescriptor: terminal, closeOnDealloc: true))
    process.waitUntilExit()
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(ours, &bytes, bytes.count)
    #expect(process.terminationStatus == 0)
    #expect(String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).hasPrefix("A␛[2Jcat␇"))
    #expect(try text(prompt, "--tokens", "1").hasPrefix(prompt))
  }

  @Test func samplesAreTheSameAloneAndTogether() throws {
    let together = try events("The cat", "--tokens", "20", "--samples", "10")
    let samples = together.filter { $0["event"] == "sample" }
    #expect(samples.map { $0["sample"]?.integerValue } == Array(0..<10))
    #expect(Set(samples.compactMap { $0["text"]?.stringValue }).count == 10)
    let alone = try events("The cat", "--tokens", "20")
    #expect(alone[1]["text"] == samples[0]["text"])
    let three = try events("The cat", "--tokens", "20", "--samples", "3")
    #expect(three[3]["text"] == samples[2]["text"])
  }

  @Test func jsonLinesHoldSettingsSamplesAndEnd() throws {
    let events = try events(
      "The cat", "A dog", "--tokens", "5", "--temp", "0.7", "--top-k", "40", "--seed", "3")
    #expect(events.map { $0["event"]?.stringValue } == ["settings", "sample", "sample", "end"])
    #expect(events[0]["temp"]?.doubleValue == 0.7)
    #expect(events[0]["top_k"] == 40)
    #expect(events[0]["top_p"]?.doubleValue == 1)
    #expect(events[0]["decoding"] == "incremental")
    #expect(events[0]["samplers"]?.arrayValue?.last == "temp")
    #expect(events[1]["prompt"] == "The cat")
    #expect(events[2]["prompt_index"] == 1)
    #expect(events[2]["tokens"]?.arrayValue?.count == 5)
    #expect(events[2]["stop_reason"] == "tokens")
    #expect(events[3]["tokens"] == 10)
    let plain = try text(
      "The cat", "A dog", "--tokens", "5", "--temp", "0.7", "--top-k", "40", "--seed", "3",
      "--no-echo")
    let texts = events[1...2].compactMap { $0["text"]?.stringValue }
    #expect(plain == texts.map { "\($0)\n" }.joined(separator: "\n"))
  }

  @Test func settingsGoToStandardErrorBesideText() throws {
    let outcome = try Tool("fl-sample").run([run.path, "The cat", "--tokens", "3"])
    let events = try outcome.errorText.split(separator: "\n").map {
      try JSONValue(parsing: Array($0.utf8), source: "errors")
    }
    #expect(events.map { $0["event"]?.stringValue } == ["settings", "end"])
    #expect(outcome.text.hasPrefix("The cat"))
  }

  @Test func promptsComeFromFilesAndStandardInput() throws {
    let lines = "{\"prompt\": \"The cat\"}\n\n{\"prompt\": \"Zo\\u00eb\"}\n"
    let path = try folder.file("prompts.jsonl", lines)
    let given = try events("--prompts", path, "--tokens", "4")
    #expect(given.compactMap { $0["prompt"]?.stringValue } == ["The cat", "Zoë"])
    let piped = try events("--prompts", "-", "--tokens", "4", input: lines)
    #expect(piped.compactMap { $0["text"] } == given.compactMap { $0["text"] })
    let single = try events("-", "--tokens", "4", input: "The cat\n")
    #expect(single[1]["prompt"] == "The cat")
    #expect(single[1]["text"] == given[1]["text"])
  }

  @Test func withoutAPromptTheTextStartsAnew() throws {
    let event = try events("--tokens", "6")[1]
    #expect(event["prompt"] == "")
    #expect(event["tokens"]?.arrayValue?.count == 6)
  }

  @Test func recipesGivePromptsAndSettings() throws {
    let events = try events("--from-recipe")
    #expect(events[0]["temp"]?.doubleValue == 0.7)
    #expect(events[0]["top_k"] == 40)
    #expect(events[0]["samplers"]?.arrayValue?.first == "temp")
    #expect(events[1]["prompt"] == "The cat")
    #expect(events[1]["tokens"]?.arrayValue?.count == 7)
    #expect(try self.events("--from-recipe", "--temp", "0.2")[0]["temp"]?.doubleValue == 0.2)
  }

  @Test func textsEndAtEndOfTextAndStopStrings() throws {
    let ended = try events("The cat", "--logit-bias", "3+1000", "--tokens", "9")[1]
    #expect(ended["stop_reason"] == "end-of-text")
    #expect(ended["text"] == "")
    #expect(ended["tokens"]?.arrayValue == [3])
    let ignored = try events(
      "The cat", "--logit-bias", "3+1000", "--tokens", "9", "--ignore-end-of-text")[1]
    #expect(ignored["tokens"]?.arrayValue?.count == 9)

    let whole = try events("The cat", "--temp", "0", "--tokens", "30")[1]
    let text = try #require(whole["text"]?.stringValue)
    let characters = Array(text.unicodeScalars)
    let stop = String(String.UnicodeScalarView(characters[3...4]))
    let stopped = try events("The cat", "--temp", "0", "--tokens", "30", "--stop", stop)[1]
    #expect(stopped["stop_reason"] == "stop")
    #expect(stopped["stop"]?.stringValue == stop)
    let range = try #require(text.range(of: stop, options: .literal))
    #expect(stopped["text"]?.stringValue == String(text[..<range.lowerBound]))
  }

  @Test func theReferenceOrderCanBeAskedFor() throws {
    let event = try events(
      "The cat", "--samplers", "temperature,frequency_penalty,top_k,top_p", "--temp", "1.2",
      "--frequency-penalty", "1.2", "--repeat-last-n", "100", "--top-p", "0.85", "--tokens", "5")[0]
    #expect(
      event["samplers"] == ["temp", "frequency-penalty", "top-k", "top-p"])
    let all = try events("The cat", "--samplers", "penalties;temp", "--tokens", "2")[0]
    #expect(all["samplers"]?.arrayValue?.count == 4)
  }

  // MARK: Errors

  private func failure(_ arguments: [String], input: String = "") throws -> (Int32, String) {
    let outcome = try Tool("fl-sample").run(arguments + ["--quiet"], input: Array(input.utf8))
    return (outcome.status, outcome.errorText)
  }

  @Test func optionsThatMakeNoSenseAreUsageErrors() throws {
    for (options, text) in [
      (["--temp", "-1"], "--temp must be at least 0."),
      (["--top-p", "0"], "--top-p must be more than 0 and at most 1."),
      (["--samplers", "temp,magic"], "there is no sampler \"magic\""),
      (["--samplers", "temp,temp"], "temp is there twice"),
      (["--samplers", "temp", "--top-k", "4"], "--top-k is set, but the order of samplers"),
      (["--logit-bias", "x+1"], "must be a token's id and a bias"),
      (["--logit-bias", "999+1"], "the model has 260 ids"),
      (["--samples", "0"], "--samples must be at least 1."),
      (["--tokens", "0"], "--tokens must be at least 1."),
      (["--stop", ""], "--stop needs some text."),
      (["--prompts", "file"], "as arguments or with --prompts, not both"),
      (["-", "-"], "Standard input can be read once only."),
    ] {
      let (status, message) = try failure([run.path, "The cat"] + options)
      #expect(status == 64, "\(options)")
      #expect(message.contains(text), "\(message)")
    }
  }

  @Test func errorsAreOneLineWithTheMend() throws {
    var run = self.run
    func expect(
      _ arguments: [String], _ status: Int32, _ text: String, input: String = "",
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let failure = try failure(arguments, input: input)
      #expect(failure.0 == status, sourceLocation: sourceLocation)
      #expect(failure.1.contains(text), "\(failure.1)", sourceLocation: sourceLocation)
      #expect(failure.1.split(separator: "\n").count == 1, sourceLocation: sourceLocation)
    }
    try expect([folder.file("none"), "x"], 66, "no run here")
    try expect([run.path, "--prompts", folder.file("none")], 66, "cannot open")
    try expect(
      [run.path, "--prompts", "-"], 65, "standard input:2: ",
      input: "{\"prompt\": \"a\"}\n{\"text\": \"b\"}\n")
    let recipe = try Recipe(
      path: "\(run.path)/recipe.json", overrides: ["data.end_of_text=<none>"])
    _ = try folder.file("run/recipe.json", JSONValue.object(recipe.settings).serialized())
    try expect([run.path, "x"], 64, "data.end_of_text: \"<none>\" is no token of")
    run = try RunFixture(in: folder)
    let plain = Tokenizer(
      model: BytePairModel(tokens: ByteAlphabet.characters.map { String($0) }, merges: []),
      addedTokens: [], addsPrefixSpace: false)
    try plain.write(to: "\(run.path)/tokenizer.json")
    try expect([run.path], 65, "prompt 1: the prompt holds no token")
    try FileManager.default.removeItem(atPath: "\(run.path)/tokenizer.json")
    try expect([run.path, "x"], 66, "tokenizer.json: cannot open")
  }

  @Test func aClosedPipeEndsQuietly() throws {
    let pipe = Pipe()
    let errors = try folder.file("errors", "")
    let process = try Tool("fl-sample").start(
      [run.path, "x", "--tokens", "100000000", "--ignore-end-of-text", "--quiet"],
      output: pipe.fileHandleForWriting, errors: FileHandle(forWritingAtPath: errors))
    try pipe.fileHandleForWriting.close()
    #expect(try pipe.fileHandleForReading.read(upToCount: 1)?.count == 1)
    try pipe.fileHandleForReading.close()
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal)
    #expect(process.terminationStatus == SIGPIPE)
    #expect(try Data(contentsOf: URL(filePath: errors)).isEmpty)
  }

  @Test func anInterruptionEndsCleanly() throws {
    let pipe = Pipe()
    let process = try Tool("fl-sample").start(
      [run.path, "x", "--tokens", "100000000", "--ignore-end-of-text", "--quiet"],
      output: pipe.fileHandleForWriting)
    try pipe.fileHandleForWriting.close()
    #expect(try pipe.fileHandleForReading.read(upToCount: 1)?.count == 1)
    kill(process.processIdentifier, SIGINT)
    while try pipe.fileHandleForReading.read(upToCount: 1 << 16) != nil {}
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 128 + SIGINT)
  }
}
