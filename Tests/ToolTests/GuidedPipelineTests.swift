import Foundation
import TestSupport
import Testing

/// The stages that only some of the pipelines have: search with a value head, retrieval.
@Suite struct GuidedPipelineTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ script: String, _ more: [String] = []) throws -> (Tool.Outcome, [String]) {
    func stories(_ name: String, seed: Int) throws -> String {
      let outcome = try Tool("fl-shard").run(
        ["stories", "--quiet", "--format", "text", "--documents", "60", "--seed", "\(seed)"])
      return try folder.file(name, outcome.output)
    }
    let outcome = try Tool(script: "pipelines/\(script).sh").run(
      [
        "--work", folder.file("work"), "--quiet", "--threads", "2", "--steps", "2",
        "--train-text", try stories("train.txt", seed: 1), "--valid-text",
        try stories("valid.txt", seed: 2), "--set", "model.d_model=16", "--set",
        "model.n_layers=1", "--set", "model.d_ff=16", "--set", "model.d_head=8", "--set",
        "data.window=32", "--set", "batch.accumulation=1", "--set", "sampling.tokens=20",
      ] + (script == "v8" ? [] : ["--set", "model.d_mem=4"])
        + more, environment: ["FLASHLM_BIN": Tool.products])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let stages = outcome.errorText.split(separator: "\n").filter { $0.hasPrefix("== ") }
    return (outcome, stages.map { String($0.dropFirst(3)) })
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: folder.file("work/\(name)"), encoding: .utf8)
  }

  @Test(arguments: ["v8", "v8.1"]) func searchFollowsSampling(version: String) throws {
    let (_, stages) = try run(version)
    #expect(stages.suffix(3) == ["evaluate", "sample", "search"])
    let search = try text("search.txt")
    #expect(search.contains("Once upon a time") && search.contains("One day a cat"))
    #expect(try text("samples.txt") != search)
  }

  @Test func retrievalReadsAnIndexOfTheWholeText() throws {
    let (_, stages) = try run("v8.3")
    #expect(stages.suffix(4) == ["sample", "shards-train-whole", "ngrams", "retrieval"])
    #expect(try text("retrieval.txt").contains("The little girl"))
    let (_, again) = try run("v8.3", ["retrieval"])
    #expect(again == ["retrieval: up to date"])
    let inspected = try Tool("fl-shard").run(["inspect", folder.file("work/train-whole")])
    #expect(inspected.status == 0)
  }

  @Test func thePublishedRetrievalBlendsLogits() throws {
    let (_, stages) = try run("v8.3", ["--variant", "published"])
    #expect(stages.suffix(2) == ["ngrams", "retrieval"])
    #expect(try text("retrieval.txt").contains("Once upon a time"))
  }
}
