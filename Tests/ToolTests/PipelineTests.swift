import FlashShared
import Foundation
import TestSupport
import Testing

/// The scripts in `pipelines/`, with tiny budgets.
@Suite struct PipelineTests {
  private let folder: TemporaryFolder
  private let environment = ["FLASHLM_BIN": Tool.products]

  init() throws { folder = try TemporaryFolder() }

  private func stages(_ outcome: Tool.Outcome) -> [String] {
    outcome.errorText.split(separator: "\n").filter { $0.hasPrefix("== ") }
      .map { String($0.dropFirst(3)) }
  }

  /// A few stories in the form of the TinyStories files.
  private func writeStories(_ name: String, seed: Int) throws -> String {
    let outcome = try Tool("fl-shard").run(
      ["stories", "--quiet", "--format", "text", "--documents", "60", "--seed", "\(seed)"])
    #expect(outcome.status == 0)
    return try folder.file(name, outcome.output)
  }

  private func tinyPipeline(_ more: [String] = [], steps: Int = 3) throws -> [String] {
    [
      "--work", folder.file("work"), "--quiet", "--threads", "2", "--steps", "\(steps)",
      "--train-text", try writeStories("train.txt", seed: 1),
      "--valid-text", try writeStories("valid.txt", seed: 2),
      "--set", "model.d_model=16", "--set", "model.n_layers=1", "--set", "model.d_ffn=16",
      "--set", "batch.accumulation=1",
    ] + more
  }

  @Test func everyStageRunsOnceAndIsThenUpToDate() throws {
    let arguments = try tinyPipeline()
    let first = try Tool(script: "pipelines/v5.2.sh").run(arguments, environment: environment)
    #expect(first.status == 0, "\(first.errorText)")
    #expect(
      stages(first) == [
        "tokenizer", "shards-train", "shards-valid", "train", "evaluate", "sample",
      ])
    #expect(first.text.contains("\"bits_per_character\":"))

    let second = try Tool(script: "pipelines/v5.2.sh").run(arguments, environment: environment)
    #expect(second.status == 0)
    #expect(stages(second).allSatisfy { $0.hasSuffix(": up to date") })

    // A changed recipe trains again, and nothing before that.
    let third = try Tool(script: "pipelines/v5.2.sh").run(
      arguments + ["--set", "seed=2"], environment: environment)
    #expect(third.status == 0)
    #expect(
      stages(third).filter { !$0.hasSuffix(": up to date") } == [
        "train",
        "train: other inputs than before; the old run is kept in "
          + "\(folder.file("work"))/run.old", "evaluate", "sample",
      ])
  }

  /// A larger budget goes on with a run; whatever else changes leaves every run that was before.
  @Test func budgetsGrowAndNoRunIsLost() throws {
    func train(steps: Int, _ more: String...) throws -> String {
      let outcome = try Tool(script: "pipelines/v5.2.sh").run(
        try tinyPipeline(["tokenizer", "shards", "train"] + more, steps: steps),
        environment: environment)
      #expect(outcome.status == 0, "\(outcome.errorText)")
      return outcome.errorText
    }
    func steps(_ run: String) throws -> JSONValue? {
      let log = try String(
        contentsOfFile: folder.file("work/\(run)/log.jsonl"), encoding: .utf8)
      return try JSONValue(parsing: Array(log.split(separator: "\n").last!.utf8), source: "log")[
        "step"]
    }
    _ = try train(steps: 3)
    #expect(try !train(steps: 5).contains("other inputs"))
    #expect(try steps("run") == 5)
    #expect(try train(steps: 4).contains("kept in \(folder.file("work"))/run.old\n"))
    #expect(try train(steps: 4, "--set", "seed=2").contains("work/run.old-2\n"))
    #expect(try train(steps: 2).contains("work/run.old-3\n"))
    #expect(
      try ["run.old", "run.old-2", "run.old-3", "run"].map(steps) == [5, 4, 4, 2])
  }

  @Test func aStageRunsAlone() throws {
    let outcome = try Tool(script: "pipelines/v5.2.sh").run(
      try tinyPipeline(["tokenizer"]), environment: environment)
    #expect(outcome.status == 0)
    #expect(stages(outcome) == ["tokenizer"])
    #expect(FileManager.default.fileExists(atPath: folder.file("work/tokenizer.json")))
  }

  @Test func thePublishedVariantRuns() throws {
    let outcome = try Tool(script: "pipelines/v5.2.sh").run(
      try tinyPipeline(["--variant", "published", "--set", "data.window=16"]),
      environment: environment)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let log = try String(contentsOfFile: folder.file("work/run/log.jsonl"), encoding: .utf8)
    #expect(log.contains("\"event\":\"defect\""))
  }

  /// A reader that has enough closes the pipe, which ends the writer: not a failure of the stage. One
  /// that fails is.
  @Test func aPackThatHasEnoughEndsTheEncoding() throws {
    let stories = try Tool("fl-shard").run(
      ["stories", "--quiet", "--format", "text", "--documents", "4000"])
    let text = try folder.file("stories.txt", stories.output)
    let tokenizer = folder.file("tokenizer.json")
    let trained = try Tool("fl-tokenize").run(
      ["train", "--quiet", "--vocabulary-size", "300", "--output", tokenizer, text])
    #expect(trained.status == 0, "\(trained.errorText)")

    func pack(_ options: String...) throws -> Tool.Outcome {
      let script = """
        source pipelines/lib.sh
        quiet=(--quiet)
        encode_and_pack "$@"
        """
      return try Tool(absolutePath: "/bin/bash").run(
        ["-c", script, "pack", tokenizer, text, folder.file("set")] + options,
        environment: environment, folder: Tool.repository.path)
    }
    let enough = try pack("--first-tokens", "100")
    #expect(enough.status == 0, "\(enough.errorText)")
    #expect(enough.text.contains("\"tokens\":100"), "\(enough.text)")
    #expect(try pack("--no-such-option").status == 64)
  }

  /// A CORTEX of 16 channels.
  private func tinyCortex(_ more: [String] = []) throws -> [String] {
    [
      "--work", folder.file("work"), "--quiet", "--threads", "2", "--steps", "3",
      "--train-text", try writeStories("train.txt", seed: 1),
      "--valid-text", try writeStories("valid.txt", seed: 2),
      "--set", "model.d_model=16", "--set", "model.n_layers=1", "--set", "model.d_ff=16",
      "--set", "data.window=32", "--set", "batch.sequences=2", "--set", "validation.every_steps=2",
    ] + more
  }

  /// Two models on the same shards with the same budget, and the one relative to the other.
  @Test(arguments: ["sound", "published"]) func experimentsCompare(_ variant: String) throws {
    let outcome = try Tool(script: "pipelines/cortex4.sh").run(
      tinyCortex(["--variant", variant]), environment: environment)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let line = try #require(outcome.lines.last { $0.contains("\"event\":\"comparison\"") })
    let result = try JSONValue(parsing: Array(line.utf8), source: "comparison")
    #expect(result["baseline"]?["version"]?.stringValue == "v7.1")
    #expect(result["novel"]?["version"]?.stringValue == "cortex4")
    #expect(result["baseline"]?["tokens"] == result["novel"]?["tokens"])
    #expect(result["novel"]?["steps"] == 3)
    let (novel, baseline) = try (
      #require(result["novel"]?["perplexity"]?.doubleValue),
      #require(result["baseline"]?["perplexity"]?.doubleValue)
    )
    let ratio = try #require(result["relative_perplexity"]?.doubleValue)
    #expect(abs(ratio - novel / baseline) < 1e-6 * ratio)
    #expect(result["equal_tokens"]?["tokens"] == result["novel"]?["tokens"])
    #expect(outcome.errorText.contains("relative"))
  }

  /// One model with several kernel sizes, the best first.
  @Test func sweepsKernelSizes() throws {
    let outcome = try Tool(script: "pipelines/v7.1-sweep.sh").run(
      tinyCortex(), environment: environment.merging(["KERNELS": "2 5"]) { $1 })
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let results = try outcome.lines.filter { $0.contains("kernel_size") }.map {
      try JSONValue(parsing: Array($0.utf8), source: "sweep")
    }
    #expect(Set(results.compactMap { $0["kernel_size"]?.integerValue }) == [2, 5])
    let perplexities = results.compactMap { $0["perplexity"]?.doubleValue }
    #expect(perplexities == perplexities.sorted())
    #expect(results[0]["parameters"] != results[1]["parameters"])
  }

  @Test func quickstartRuns() throws {
    let outcome = try Tool(script: "pipelines/quickstart.sh").run(
      [
        "--work", folder.file("quick"), "--quiet", "--steps", "2", "--threads", "2", "--set",
        "model.n_layers=1", "--set", "model.d_model=16", "--set", "model.d_ffn=16",
      ], environment: environment.merging(["FLASHLM_QUICKSTART_STORIES": "300"]) { $1 })
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.text.contains("floor_bits_per_character"))
  }

  /// Two versions in both variants and on the embedded corpus with a budget of steps, the report, and
  /// the second call.
  @Test func allVersionsAreRunAndReported() throws {
    let work = folder.file("all")
    let arguments = [
      "--work", work, "--quiet", "--threads", "2", "--steps", "2", "--windows", "2",
      "--train-text", try writeStories("train.txt", seed: 1),
      "--valid-text", try writeStories("valid.txt", seed: 2),
      "--set", "model.d_model=16", "--set", "model.n_layers=1", "--set", "model.n_heads=2",
      "--set", "model.d_head=8", "--set", "model.d_ff=16",
      "--set", "data.window=16", "--set", "batch.accumulation=1", "v8", "v7.4",
    ]
    let first = try Tool(script: "pipelines/all.sh").run(arguments, environment: environment)
    #expect(first.status == 0, "\(first.errorText)")
    #expect(first.text == "\(work)/report.md\n")
    let lines = try String(contentsOfFile: "\(work)/report.jsonl", encoding: .utf8)
      .split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8), source: "report") }
    #expect(lines.map { $0["version"] } == ["v7.4", "v8"])
    for line in lines {
      for variant in ["sound", "published"] {
        #expect(line[variant]?["missing"] == [])
        #expect(line[variant]?["steps"] == 2)
        #expect((line[variant]?["quality"]?["samples"]?.integerValue ?? 0) >= 3)
        #expect(line[variant]?["run"]?.stringValue?.hasPrefix(work) == true)
      }
      #expect(line["embedded"]?["missing"] == [])
      #expect(line["embedded"]?["bits_per_character_above_floor"]?.doubleValue ?? 0 > 0)
      #expect(line["note"]?.stringValue?.contains("pipelines/all.sh --work") == true)
    }
    #expect(lines[0]["published"]?["leaks"] == true)
    #expect(lines[0]["sound"]?["leaks"] == false)
    for name in ["report.md", "report.html"] {
      #expect(FileManager.default.fileExists(atPath: "\(work)/\(name)"))
    }

    let second = try Tool(script: "pipelines/all.sh").run(arguments, environment: environment)
    #expect(second.status == 0)
    let done = second.errorText.split(separator: "\n").filter { $0.hasPrefix("== ") }
    #expect(done.count > 20)
    #expect(done.allSatisfy { $0.hasSuffix(": up to date") }, "\(second.errorText)")

    let failing = try Tool(script: "pipelines/all.sh").run(
      arguments.dropLast(2) + ["--set", "optimizer.clip_norm=none", "v8"],
      environment: environment)
    #expect(failing.status == 1)
    #expect(
      failing.errorText.hasSuffix(
        "all.sh: failed: v8 sound, v8 published, v8 embedded\n"))
    #expect(
      try Tool(script: "pipelines/all.sh").run(["v99"], environment: environment).status == 64)
  }

  @Test func theProofComparesBothVariants() throws {
    let arguments = [
      "--work", folder.file("proof"), "--quiet", "--steps", "2", "--threads", "2", "--set",
      "model.n_layers=1", "--set", "model.d_model=16", "--set", "model.d_ff=16", "--set",
      "data.window=16",
    ]
    let outcome = try Tool(script: "pipelines/proof.sh").run(
      arguments, environment: environment.merging(["FLASHLM_PROOF_STORIES": "300"]) { $1 })
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.text.contains("## What the whole window is worth"))
    #expect(outcome.lines.last == "true")
    let report = try JSONValue(contentsOf: folder.file("proof/report.jsonl"))
    #expect(report["published"]?["leaks"] == true)
    #expect(report["sound"]?["leaks"] == false)
    #expect(report["sound"]?["missing"] == [])
  }

  @Test func mistakesAreNamed() throws {
    func failure(_ arguments: [String]) throws -> (Int32, String) {
      let outcome = try Tool(script: "pipelines/v5.2.sh").run(arguments, environment: environment)
      return (outcome.status, outcome.errorText)
    }
    let work = ["--work", folder.file("work")]
    #expect(
      try failure(work + ["--no-such"]) == (64, "v5.2.sh: unknown option --no-such; see --help\n"))
    #expect(try failure(work + ["bake"]).1.contains("no stage bake; there are: text tokenizer"))
    let (status, text) = try failure(work + ["evaluate"])
    #expect(status == 66)
    #expect(text.contains("run/best.safetensors is missing; run the stage that makes it first"))
  }

  /// The example in the README: make drives the stages.
  @Test func makeDrivesThePipeline() throws {
    let makefile = try String(
      contentsOf: Tool.repository.appending(path: "pipelines/examples/stages.mk"), encoding: .utf8)
    let path = try folder.file("Makefile", makefile)
    // The makefile gives --work itself.
    let arguments = try tinyPipeline().dropFirst(2).map { "'\($0)'" }.joined(separator: " ")
    let outcome = try Tool(absolutePath: "/usr/bin/make").run(
      [
        "-f", path, "samples.txt", "PIPELINE=\(Tool(script: "pipelines/v5.2.sh").path)",
        "WORK=\(folder.file("work"))", "OPTIONS=\(arguments)",
      ], environment: environment, folder: folder.path)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(FileManager.default.fileExists(atPath: folder.file("samples.txt")))
  }

  /// The example in the README: cron runs a script that says nothing when all is well.
  @Test func cronRunsThePipelineQuietly() throws {
    let arguments = try tinyPipeline()
    let outcome = try Tool(script: "pipelines/examples/nightly.sh").run(
      arguments, environment: environment.merging(["PATH": "/usr/bin:/bin"]) { $1 })
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.output.isEmpty)
    #expect(outcome.errorText.isEmpty)
    let log = try String(contentsOfFile: folder.file("work/nightly.log"), encoding: .utf8)
    #expect(log.contains("bits_per_character"))
    let failed = try Tool(script: "pipelines/examples/nightly.sh").run(
      arguments + ["--no-such"], environment: environment)
    #expect(failed.status == 64)
    #expect(failed.errorText.contains("unknown option --no-such"))
  }

  private static let hasParallel = FileManager.default.isExecutableFile(atPath: "/usr/bin/parallel")

  /// The example in the README: files are encoded and packed side by side and merged; the shards
  /// are those of a single run.
  @Test(.enabled(if: hasParallel, "GNU parallel is not installed"))
  func parallelPacksFilesAsASingleRunDoes() throws {
    let texts = try (1...5).map { try writeStories("part\($0).txt", seed: $0) }
    let tokenizer = folder.file("tokenizer.json")
    #expect(
      try Tool("fl-tokenize").run(
        ["train", "--quiet", "--vocabulary-size", "400", "--output", tokenizer] + texts
      ).status == 0)
    let parted = try Tool(script: "pipelines/examples/parallel.sh").run(
      [tokenizer, folder.file("parted"), "<eos>"] + texts, environment: environment)
    #expect(parted.status == 0, "\(parted.errorText)")
    let encoded = folder.file("tokens.bin")
    #expect(
      try Tool("fl-tokenize").run(
        ["encode", "--quiet", "--tokenizer", tokenizer, "--output", encoded] + texts
      ).status == 0)
    #expect(
      try Tool("fl-shard").run(
        [
          "pack", "--quiet", encoded, "--tokenizer", tokenizer, "--end-of-text", "<eos>",
          "--output", folder.file("single"),
        ]
      ).status == 0)
    let sets = try ["parted", "single"].map { try ShardSet(path: folder.file($0)).manifest }
    #expect(sets[0].files == sets[1].files)
    #expect(sets[0].documentCount == 300)
    #expect(sets[0].tokenizerHash == sets[1].tokenizerHash)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.file("parted"))
    #expect(!left.contains("parts"))
  }
}
