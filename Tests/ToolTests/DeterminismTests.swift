import FlashShared
import Foundation
import TestSupport
import Testing

/// The same seed and number of workers give the same bits, whatever else differs; another number of
/// workers stays within the tolerance that is stated here.
@Suite struct DeterminismTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ tool: String, _ arguments: [String]) throws -> Tool.Outcome {
    let outcome = try Tool(tool).run(arguments)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    return outcome
  }

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: folder.file(name)))
  }

  private func train(_ name: String, threads: Int, seed: Int = 1) throws -> [Double] {
    let outcome = try run(
      "fl-train",
      [
        "--recipe", folder.file("recipe.json"), "--train", folder.file("train"), "--validation",
        folder.file("valid"), "--output", folder.file(name), "--threads", "\(threads)", "--seed",
        "\(seed)",
      ])
    return try outcome.lines.map { try JSONValue(parsing: Array($0.utf8), source: name) }
      .filter { $0["event"] == "step" }.compactMap { $0["loss"]?.doubleValue }
  }

  @Test func training() throws {
    try TrainingFixture.writeRecipe(folder.file("recipe.json"))
    try TrainingFixture.makeShards(folder.file("train"), tokens: 900)
    try TrainingFixture.makeShards(folder.file("valid"), tokens: 300, seed: 6)
    let losses = try train("first", threads: 2)
    #expect(losses.count == 20)
    #expect(try train("second", threads: 2) == losses)
    #expect(try bytes("first/best.safetensors") == bytes("second/best.safetensors"))
    #expect(try train("other", threads: 2, seed: 2) != losses)
    // Gradients are added in another order: the last bits of sums differ, and grow with the steps.
    for threads in [1, 3] {
      for (one, two) in zip(losses, try train("threads-\(threads)", threads: threads)) {
        #expect(abs(one - two) < 1e-4)
      }
    }
  }

  @Test func evaluationDoesNotDependOnThreads() throws {
    let fixture = try RunFixture(in: folder)
    func figures(threads: Int) throws -> JSONObject {
      let outcome = try run(
        "fl-eval",
        [fixture.path, "--quiet", "--data", fixture.shards, "--threads", "\(threads)"])
      var object =
        try JSONValue(parsing: Array(outcome.output), source: "output").objectValue
        ?? JSONObject()
      for name in ["time", "seconds", "tokens_per_second", "threads", "peak_memory_bytes"] {
        object[name] = nil
      }
      return object
    }
    let one = try figures(threads: 1)
    #expect(
      one["tokens"]?.integerValue
        == RunFixture.documents.reduce(0) { $0 + $1.utf8.count + 1 })
    // Random weights cannot know more than what equal chances give, about ln 260 nats.
    #expect(one["loss"]?.doubleValue ?? 0 > 4)
    for threads in [1, 2, 3] { #expect(try figures(threads: threads) == one) }
  }

  @Test func sampling() throws {
    let fixture = try RunFixture(in: folder)
    func text(seed: Int) throws -> String {
      try run(
        "fl-sample",
        [fixture.path, "The cat", "--quiet", "--tokens", "40", "--seed", "\(seed)", "--temp", "1"]
      ).text
    }
    #expect(try text(seed: 1) == text(seed: 1))
    #expect(try text(seed: 1) != text(seed: 2))
  }

  @Test func shufflingAndEncoding() throws {
    let stories = try folder.file(
      "stories.jsonl", run("fl-shard", ["stories", "--quiet", "--documents", "2000"]).output)
    // The seed decides the order, not the memory that the shuffle may take.
    func curated(_ name: String, seed: Int, memory: Int) throws -> Data {
      _ = try run(
        "fl-shard",
        [
          "curate", "--quiet", "--shuffle", "\(seed)", "--memory", "\(memory)", "--output",
          folder.file(name), stories,
        ])
      return try bytes(name)
    }
    let first = try curated("first", seed: 5, memory: 1)
    #expect(try curated("second", seed: 5, memory: 64) == first)
    #expect(try curated("third", seed: 6, memory: 64) != first)

    _ = try run(
      "fl-tokenize",
      ["train", "--quiet", "--vocabulary-size", "400", "-o", folder.file("t.json"), stories])
    func encoded(_ name: String, threads: Int) throws -> Data {
      _ = try run(
        "fl-tokenize",
        [
          "encode", "--quiet", "--tokenizer", folder.file("t.json"), "--threads", "\(threads)",
          "--output", folder.file(name), stories,
        ])
      return try bytes(name)
    }
    #expect(try encoded("one", threads: 1) == encoded("four", threads: 4))
    func packed(_ name: String, seed: Int) throws -> ShardManifest {
      _ = try run(
        "fl-shard",
        [
          "pack", "--quiet", folder.file("one"), "--shuffle", "\(seed)", "--output",
          folder.file(name),
        ])
      return try ShardSet(path: folder.file(name)).manifest
    }
    let set = try packed("set", seed: 5)
    #expect(try packed("same", seed: 5) == set)
    #expect(try packed("different", seed: 6).shards != set.shards)
  }
}
