import FlashShared
import Foundation
import TestSupport
import Testing

/// What becomes of a run when a terminal hangs up, a reader goes away, a model diverges, or an option
/// says what cannot be.
@Suite struct RunToolTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try TrainingFixture.writeRecipe(folder.file("recipe.json"))
    try TrainingFixture.makeShards(folder.file("train"), tokens: 900)
    try TrainingFixture.makeShards(folder.file("valid"), tokens: 300, seed: 6)
  }

  private func arguments(_ output: String, _ more: [String] = []) -> [String] {
    [
      "--recipe", folder.file("recipe.json"), "--train", folder.file("train"),
      "--validation", folder.file("valid"), "--output", folder.file(output), "--threads", "1",
      "--quiet",
    ] + more
  }

  private func events(_ run: String) throws -> [JSONValue] {
    try String(contentsOfFile: folder.file("\(run)/log.jsonl"), encoding: .utf8)
      .split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8), source: "log") }
  }

  /// Runs a line of shell in which "$@" is fl-train with its arguments.
  private func shell(_ line: String, _ arguments: [String]) throws -> Tool.Outcome {
    try Tool(absolutePath: "/bin/bash").run(
      ["-c", line, "shell", Tool("fl-train").path] + arguments)
  }

  private func waitForSteps(_ run: String, _ count: Int = 1) {
    for _ in 0..<2000 {
      let log = try? String(contentsOfFile: folder.file("\(run)/log.jsonl"), encoding: .utf8)
      if (log?.components(separatedBy: "\"event\":\"step\"").count ?? 0) > count { return }
      Thread.sleep(forTimeInterval: 0.01)
    }
  }

  // MARK: Signals and readers

  /// As nohup does with SIGHUP, and a shell without job control with SIGINT.
  @Test(arguments: ["HUP", "INT", "TERM"]) func ignoredSignalsStayIgnored(_ name: String) throws {
    let process = try Tool(absolutePath: "/bin/bash").start(
      ["-c", "trap '' \(name); exec \"$@\"", "shell", Tool("fl-train").path]
        + arguments("run", ["--steps", "400"]))
    waitForSteps("run")
    for _ in 0..<2 {
      kill(process.processIdentifier, ["HUP": SIGHUP, "INT": SIGINT, "TERM": SIGTERM][name] ?? 0)
    }
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    #expect(try events("run").last?["event"] == "end")
  }

  @Test(arguments: ["\"$@\" | head -n 3", "\"$@\" >&-", "\"$@\" >/dev/full"])
  func aRunGoesOnWithoutItsReader(_ line: String) throws {
    let outcome = try shell(
      "set -o pipefail; \(line)", arguments("run", ["--steps", "300"]))
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let messages = outcome.errorText.split(separator: "\n")
    #expect(messages.count == 1, "\(outcome.errorText)")
    #expect(
      messages.first?.hasPrefix("fl-train: standard output: cannot write: ") == true
        && messages.first?.hasSuffix("the log goes on in \(folder.file("run/log.jsonl"))") == true)
    let steps = try events("run").filter { $0["event"] == "step" }
    #expect(steps.map { $0["step"] } == (1...300).map { .integer($0) })
    #expect(FileManager.default.fileExists(atPath: folder.file("run/last.safetensors")))
  }

  @Test func aSignalEndsARunThatPassesOverItsSteps() throws {
    let process = try Tool("fl-train").start(
      arguments(
        "run",
        [
          "--steps", "100000000", "--set", "on_nonfinite=skip", "--set", "nonfinite_limit=10000000",
          "--set", "optimizer.learning_rate=1000", "--set", "optimizer.clip_norm=null",
        ]))
    for _ in 0..<2000 {
      let log = try? String(contentsOfFile: folder.file("run/log.jsonl"), encoding: .utf8)
      if log?.contains("\"event\":\"nonfinite\"") == true { break }
      Thread.sleep(forTimeInterval: 0.01)
    }
    kill(process.processIdentifier, SIGTERM)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 128 + SIGTERM)
    #expect(try events("run").last?["event"] == "interrupted")
    #expect(FileManager.default.fileExists(atPath: folder.file("run/last.safetensors")))
  }

  /// A validation that a signal cuts short is made up for, so that the best parameters are those of a
  /// run that was not disturbed.
  @Test func aSignalEndsAValidation() throws {
    try TrainingFixture.makeShards(folder.file("long"), tokens: 400_000, seed: 8)
    var command = arguments("whole", ["--steps", "3", "--set", "validation.windows=1000000"])
    command[5] = folder.file("long")
    command += ["--set", "validation.every_steps=2"]
    #expect(try Tool("fl-train").run(command).status == 0)
    command[7] = folder.file("cut")
    let process = try Tool("fl-train").start(command)
    waitForSteps("cut", 2)
    kill(process.processIdentifier, SIGTERM)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 128 + SIGTERM)
    #expect(try Tool("fl-train").run(command + ["--resume"]).status == 0)
    for name in ["best.safetensors"] {
      let files = try ["whole", "cut"].map {
        try Data(contentsOf: URL(filePath: folder.file("\($0)/\(name)")))
      }
      #expect(files[0] == files[1], "\(name)")
    }
    let losses = try ["whole", "cut"].map { run in
      try events(run).filter { $0["event"] == "validation" }.map { $0["val_loss"] }
    }
    #expect(losses[0] == losses[1])
  }

  // MARK: Options

  @Test func threadsAreBoundedEverywhere() throws {
    let run = try RunFixture(in: folder)
    for (tool, words) in [
      ("fl-train", arguments("x")), ("fl-eval", [run.path, "--data", run.shards]),
      ("fl-eval", ["leak", run.path, "--data", run.shards]), ("fl-eval", ["report", run.path]),
    ] {
      for count in ["100000", "0", "1025"] {
        let outcome = try Tool(tool).run(words + ["--threads", count])
        #expect(outcome.status == 64)
        #expect(outcome.errorText.contains("--threads must be 1 to 1024"), "\(outcome.errorText)")
      }
    }
  }

  @Test func whatCountsForNothingIsRefusedOrSaid() throws {
    let watch = try Tool("fl-train").run(
      ["--watch", folder.file("run"), "--steps", "5", "--resume"])
    #expect(watch.status == 64)
    #expect(watch.errorText.contains("leave out --steps, --resume"))
    #expect(try Tool("fl-train").run(arguments("a", ["--resume", "--replace"])).status == 64)

    let run = try RunFixture(in: folder)
    let twice = try Tool("fl-eval").run(
      [run.path, "--data", folder.file("none"), "--quiet", "--data=\(run.shards)", "--quiet"])
    #expect(twice.status == 0)
    #expect(
      twice.errorText == "fl-eval: --data is given 2 times; the last one, \(run.shards), counts\n")

    var same = arguments("same", ["--steps", "1"])
    same[5] = folder.file("train")
    let outcome = try Tool("fl-train").run(same)
    #expect(outcome.status == 0)
    #expect(outcome.errorText.contains("holds the same tokens as"), "\(outcome.errorText)")
  }

  // MARK: Models

  @Test func packingOverwritesNoModel() throws {
    let run = try RunFixture(
      in: folder, version: "v5",
      hyperparameters: ["d_model": 80, "n_heads": 4, "d_head": 20, "n_layers": 1, "d_ffn": 160])
    let best = try Data(contentsOf: URL(filePath: "\(run.path)/best.safetensors"))
    let link = folder.file("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: run.path)
    for output in [run.path, link, "\(run.path)/../run/"] {
      for options in [[], ["--replace"]] {
        let outcome = try Tool("fl-eval").run(["pack", run.path, "--output", output] + options)
        #expect(outcome.status == 73, "\(outcome.errorText)")
      }
    }
    #expect(try Data(contentsOf: URL(filePath: "\(run.path)/best.safetensors")) == best)

    let packed = ["pack", run.path, "--output", folder.file("packed")]
    #expect(try Tool("fl-eval").run(packed).status == 0)
    let second = try Tool("fl-eval").run(packed)
    #expect(second.status == 73)
    #expect(second.errorText.contains("--replace"))
    #expect(try Tool("fl-eval").run(packed + ["--replace"]).status == 0)
    // Nothing is trained over it either.
    for options in [[], ["--resume"]] {
      #expect(try Tool("fl-train").run(arguments("packed", options)).status == 73)
    }
  }

  /// Neither figures nor a leak are told of parameters that give no finite loss.
  @Test func modelsThatDivergedAreNotMeasured() throws {
    let run = try RunFixture(in: folder)
    let path = "\(run.path)/best.safetensors"
    let file = try Safetensors(path: path)
    try Safetensors.write(
      try file.names.map { name in
        (name, file.shape(of: name) ?? [], try file.values(of: name).map { _ in .infinity })
      }, metadata: [:], to: path)
    for words in [
      [run.path, "--data", run.shards, "--quiet"],
      [run.path, "--data", run.shards, "--quiet", "--protocol", "published"],
      ["leak", run.path, "--data", run.shards, "--quiet"], ["causality", run.path],
      ["causality", run.path, "--data", run.shards],
    ] {
      let outcome = try Tool("fl-eval").run(words)
      #expect(outcome.status == 65, "\(words): \(outcome.errorText)")
      #expect(outcome.lines.isEmpty)
      #expect(
        outcome.errorText.hasPrefix("fl-eval: \(path): these parameters have diverged"),
        "\(outcome.errorText)")
    }
    // A report tells of other runs all the same.
    let report = try Tool("fl-eval").run(["report", run.path, "--data", run.shards, "--quiet"])
    #expect(report.status == 0)
    #expect(report.errorText.contains("diverged"))
  }
}
