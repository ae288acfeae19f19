import FlashShared
import Foundation
import TestSupport
import Testing

@Suite struct TrainToolTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try TrainingFixture.writeRecipe(folder.file("recipe.json"))
    try TrainingFixture.makeShards(folder.file("train"), tokens: 900)
    try TrainingFixture.makeShards(folder.file("valid"), tokens: 300, seed: 6)
  }

  private func arguments(_ output: String, _ more: String...) -> [String] {
    [
      "--recipe", folder.file("recipe.json"), "--train", folder.file("train"),
      "--validation", folder.file("valid"), "--output", folder.file(output), "--threads", "2",
    ] + more
  }

  private func tensors(_ path: String) throws -> [String: [Float]] {
    let file = try Safetensors(path: path)
    return try Dictionary(uniqueKeysWithValues: file.names.map { ($0, try file.values(of: $0)) })
  }

  /// Killed at random moments and resumed each time, a run ends with the bits of one that was not.
  @Test func killedAndResumedItEndsTheSame() throws {
    let steps = ["--steps", "150"]
    let undisturbed = try Tool("fl-train").run(arguments("whole") + steps)
    #expect(undisturbed.status == 0)

    var kills = 0
    var attempts = 0
    while attempts < 200 {
      attempts += 1
      // The first time, events go into a small pipe that nobody reads: the run cannot end before it
      // is killed, however the machine is loaded.
      let pipe = attempts == 1 ? Pipe() : nil
      if let pipe {
        let setPipeSize: Int32 = 1031
        #expect(fcntl(pipe.fileHandleForWriting.fileDescriptor, setPipeSize, 4096) >= 4096)
      }
      let process = try Tool("fl-train").start(
        arguments("killed", "--resume") + steps, output: pipe?.fileHandleForWriting)
      if attempts <= 25 {
        Thread.sleep(forTimeInterval: .random(in: 0.005...0.15))
        if process.isRunning {
          kill(process.processIdentifier, SIGKILL)
          kills += 1
        }
      }
      process.waitUntilExit()
      withExtendedLifetime(pipe) {}
      if process.terminationReason == .exit, process.terminationStatus == 0 { break }
    }
    #expect(kills > 0)
    for name in ["last.safetensors", "best.safetensors"] {
      #expect(
        try tensors(folder.file("whole/\(name)")) == tensors(folder.file("killed/\(name)")),
        "\(name)")
    }
    // Each step is told once in the log, whatever was lost with the kills.
    let log = try String(contentsOfFile: folder.file("killed/log.jsonl"), encoding: .utf8)
    let logged = try log.split(separator: "\n").map {
      try JSONValue(parsing: Array($0.utf8), source: "log")
    }.filter { $0["event"] == "step" }.compactMap { $0["step"]?.integerValue }
    #expect(logged == Array(1...150))
  }

  @Test func anInterruptionSavesWhatWasEarned() throws {
    let process = try Tool("fl-train").start(arguments("run", "--steps", "100000000"))
    while !FileManager.default.fileExists(atPath: folder.file("run/log.jsonl")) {
      Thread.sleep(forTimeInterval: 0.01)
    }
    Thread.sleep(forTimeInterval: 0.1)
    kill(process.processIdentifier, SIGTERM)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 128 + SIGTERM)
    let events = try String(contentsOfFile: folder.file("run/log.jsonl"), encoding: .utf8)
    #expect(events.contains("\"event\":\"interrupted\""))
    #expect(FileManager.default.fileExists(atPath: folder.file("run/last.safetensors")))
  }

  @Test func eventsAreJSONLinesWithEventAndTimeFirst() throws {
    let outcome = try Tool("fl-train").run(arguments("run"))
    #expect(outcome.status == 0)
    #expect(outcome.errorText.isEmpty)
    let events = try outcome.lines.map { try JSONValue(parsing: Array($0.utf8), source: "output") }
    #expect(
      events.allSatisfy { $0.objectValue?.members.prefix(2).map(\.name) == ["event", "time"] })
    #expect(events.first?["event"] == "start")
    #expect(events.last?["event"] == "end")
    let steps = events.filter { $0["event"] == "step" }
    #expect(steps.map { $0["step"] } == (1...20).map { .integer($0) })
    // Three sequences of 12 tokens, twice.
    #expect(steps.map { $0["tokens"] } == (1...20).map { .integer(72 * $0) })
    for step in steps {
      func number(_ name: String) -> Double { step[name]?.doubleValue ?? .nan }
      // The loss is below that of equal chances, but for noise; the clip does not change the norm.
      #expect(number("loss") > 0.5 && number("loss") < log(29.0) + 0.5)
      #expect(number("grad_norm") > 0 && number("lr") <= 3e-3)
      #expect(abs(number("tok_per_sec") * number("elapsed") / number("tokens") - 1) < 1e-6)
    }
    #expect(steps[2]["lr"]?.doubleValue == 3e-3)
    let log = try Data(contentsOf: URL(filePath: folder.file("run/log.jsonl")))
    #expect(log == outcome.output)
  }

  /// Bits a character of text whose characters have more bytes than one.
  @Test func bitsAreOfCharactersNotOfBytes() throws {
    let documents = ["Zoë 中文 naïve 🙂", "«ça va?» – élève", "中文中文 🙂🙃 ßé"]
    for name in ["train", "valid"] {
      try FileManager.default.removeItem(atPath: folder.file(name))
      try RunFixture.writeShards(
        folder.file(name), vocabularySize: 260, tokenizerHash: nil, documents: documents)
    }
    let outcome = try Tool("fl-train").run(arguments("run", "--steps", "2"))
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let events = try outcome.lines.map { try JSONValue(parsing: Array($0.utf8), source: "output") }
    let event = try #require(events.last { $0["event"] == "validation" })
    let loss = try #require(event["val_loss"]?.doubleValue)
    let bits = try #require(event["val_bpc"]?.doubleValue)
    let characters = documents.reduce(0) { $0 + $1.unicodeScalars.count }
    // A byte is a token, and each document has one more.
    let tokens = documents.reduce(documents.count) { $0 + $1.utf8.count }
    #expect(Double(tokens) > 1.5 * Double(characters))
    #expect(abs(bits * log(2) * Double(characters) / (loss * Double(tokens)) - 1) < 1e-6)
  }

  /// A resumed run's speed is that of what it trained since.
  @Test func theSpeedAfterAResumeIsOfThatSessionAlone() throws {
    func events(_ steps: Int) throws -> [JSONValue] {
      let outcome = try Tool("fl-train").run(arguments("run", "--resume", "--steps", "\(steps)"))
      #expect(outcome.status == 0, "\(outcome.errorText)")
      return try outcome.lines.map { try JSONValue(parsing: Array($0.utf8), source: "output") }
    }
    func figures(_ event: JSONValue?) throws -> (tokens: Double, elapsed: Double) {
      (
        try #require(event?["tokens"]?.doubleValue), try #require(event?["elapsed"]?.doubleValue)
      )
    }
    let before = try figures(events(100).last { $0["event"] == "end" })
    let steps = try events(110).filter { $0["event"] == "step" }
    #expect(steps.map { $0["step"] } == (101...110).map { .integer($0) })
    for step in steps {
      let after = try figures(step)
      let speed = try #require(step["tok_per_sec"]?.doubleValue)
      let expected = (after.tokens - before.tokens) / (after.elapsed - before.elapsed)
      #expect(abs(speed / expected - 1) < 1e-3, "\(speed), \(expected)")
    }
  }

  @Test func overridesReachTheRun() throws {
    let outcome = try Tool("fl-train").run(
      arguments("run", "--steps", "2", "--set", "seed=9", "--set", "model.n_layers=1"))
    #expect(outcome.status == 0)
    let recipe = try Recipe(path: folder.file("run/recipe.json"))
    #expect(recipe["seed"] == 9)
    #expect(recipe["model.n_layers"] == 1)
    #expect(recipe["budget.steps"] == 2)
    #expect(recipe["model.vocab"] == 29)
  }

  @Test func errorsAreOneLineWithTheMend() throws {
    func failure(_ arguments: [String]) throws -> (Int32, String) {
      let outcome = try Tool("fl-train").run(arguments)
      #expect(outcome.errorText.split(separator: "\n").count == 1)
      return (outcome.status, outcome.errorText)
    }
    var (status, text) = try failure(arguments("run", "--set", "batch.sequences=0"))
    #expect(status == 64)
    #expect(text.hasPrefix("fl-train: "))
    #expect(text.contains("--set batch.sequences=0: must be a whole number from 1 to"))

    (status, text) = try failure(
      ["--recipe", folder.file("none.json")] + arguments("run").dropFirst(2))
    #expect(status == 66)
    #expect(text.contains("none.json: cannot open: No such file or directory"))

    _ = try folder.file("bad.json", "{\n\"version\": }")
    (status, text) = try failure(
      ["--recipe", folder.file("bad.json")] + arguments("run").dropFirst(2))
    #expect(status == 65)
    #expect(text.contains("bad.json:2: not valid JSON"))

    #expect(try Tool("fl-train").run(arguments("run", "--steps", "2")).status == 0)
    (status, text) = try failure(arguments("run", "--steps", "2"))
    #expect(status == 73)
    #expect(text.contains("use --resume"))
  }
}
