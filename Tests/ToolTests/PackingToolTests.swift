import FlashShared
import Foundation
import TestSupport
import Testing

/// A run with ternary weights at 1.6 bits each is evaluated and sampled like the run that it was.
@Suite struct PackingToolTests {
  private let folder: TemporaryFolder
  private let run: RunFixture
  private let packed: String
  private static let model: JSONObject = [
    "d_model": 80, "n_heads": 4, "d_head": 20, "n_layers": 3, "d_ffn": 160,
  ]

  init() throws {
    folder = try TemporaryFolder()
    run = try RunFixture(in: folder, version: "v5", hyperparameters: Self.model)
    packed = folder.file("packed")
  }

  private func pack() throws -> JSONValue {
    let outcome = try Tool("fl-eval").run(["pack", run.path, "--output", packed])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    return try JSONValue(parsing: outcome.output, source: "output")
  }

  private func loss(_ path: String, _ options: [String] = []) throws -> Double {
    let outcome = try Tool("fl-eval").run([path, "--data", run.shards, "--quiet"] + options)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    return try #require(try JSONValue(parsing: outcome.output, source: "")["loss"]?.doubleValue)
  }

  @Test func givesTheSameNumbersAndText() throws {
    let event = try pack()
    let weights = 3 * (4 * 80 * 80 + 2 * 80 * 160)
    #expect(event["packed_weights"]?.integerValue == weights)
    let file = try Safetensors(path: "\(packed)/best.safetensors")
    let trits = try file.names.filter { $0.hasSuffix(".trits") }.map {
      try file.bytes(of: $0).count
    }
    #expect(8 * trits.reduce(0, +) == weights * 8 / 5)

    #expect(try loss(packed) == loss(run.path))
    let incremental = try (loss(packed, ["--incremental"]), loss(run.path, ["--incremental"]))
    #expect(abs(incremental.0 - incremental.1) < 1e-5)

    for options in [["--temp", "0"], ["--seed", "3", "--samples", "3"]] {
      let texts = try [run.path, packed].map { path in
        let outcome = try Tool("fl-sample").run(
          [path, "The cat", "--tokens", "40", "--quiet"] + options)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        return outcome.text
      }
      #expect(texts[0].count > 40)
      #expect(texts[0] == texts[1])
    }
    let audit = try Tool("fl-eval").run(["causality", packed])
    #expect(audit.status == 0, "\(audit.errorText)")
  }

  /// Runs the tools with a file at the place of the packed parameters.
  private func failure(_ tool: String, _ file: Data) throws -> String {
    try file.write(to: URL(filePath: "\(packed)/best.safetensors"))
    let arguments = tool == "fl-eval" ? [packed, "--data", run.shards] : [packed, "The cat"]
    let outcome = try Tool(tool).run(arguments)
    #expect(outcome.status == 65, "\(outcome.errorText)")
    #expect(outcome.lines.isEmpty)
    return outcome.errorText
  }

  @Test func refusesDamagedFiles() throws {
    _ = try pack()
    let file = try Data(contentsOf: URL(filePath: "\(packed)/best.safetensors"))
    for tool in ["fl-eval", "fl-sample"] {
      #expect(try failure(tool, file.dropLast(3)).contains("do not fit its shape or the file"))
      var unwritten = file
      unwritten[unwritten.endIndex - 2] = 20
      #expect(try failure(tool, unwritten).contains("is no five ternary weights"))
      // Not marked as packed, its tensors are none of the model's.
      let text = String(decoding: file, as: Unicode.ASCII.self)
      let mark = try #require(text.range(of: "\"packed\""))
      var unmarked = file
      unmarked[text.utf8.distance(from: text.startIndex, to: mark.lowerBound) + 1] = 0x51
      #expect(try failure(tool, unmarked).contains("there is no tensor"))
    }
  }

  /// v7's early exits, packed and not, and versions that have none.
  @Test func earlyExits() throws {
    let other = try TemporaryFolder()
    let cortex = try RunFixture(
      in: other, version: "v7",
      hyperparameters: [
        "d_model": 32, "n_layers": 3, "d_ff": 40, "seq_len": 16, "exit_layers": [1, 2],
        "exit_thresholds": [0.3, 0.2], "exit_loss_weights": [0.1, 0.3], "consistency_weight": 0.5,
        "diversity_weight": 0.1,
      ])
    let form = other.file("packed")
    #expect(try Tool("fl-eval").run(["pack", cortex.path, "--output", form]).status == 0)
    func texts(_ path: String, _ options: String...) throws -> [String] {
      let outcome = try Tool("fl-sample").run(
        [path, "The cat", "--samples", "2", "--tokens", "30", "--json"] + options)
      #expect(outcome.status == 0, "\(outcome.errorText)")
      return try outcome.lines.compactMap {
        try JSONValue(parsing: Array($0.utf8), source: "")["text"]?.stringValue
      }
    }
    let early = try texts(cortex.path, "--early-exits")
    #expect(early.count == 2)
    #expect(try texts(form, "--early-exits") == early)
    #expect(try texts(cortex.path, "--early-exits", "--recompute", "--context", "64") == early)
    #expect(try texts(cortex.path) != early)
    #expect(try texts(cortex.path, "--no-early-exits") == texts(cortex.path))

    let refused = try Tool("fl-sample").run([run.path, "The cat", "--early-exits"])
    #expect(refused.status == 64)
    #expect(refused.errorText.contains("--early-exits: this version has none"))
  }

  @Test func refusesWhatCannotBePacked() throws {
    _ = try pack()
    let again = try Tool("fl-eval").run(["pack", packed, "--output", folder.file("again")])
    #expect(again.status == 65)
    #expect(again.errorText.contains("is packed already"))
    let other = try TemporaryFolder()
    let plain = try RunFixture(in: other)
    let outcome = try Tool("fl-eval").run(["pack", plain.path, "--output", folder.file("again")])
    #expect(outcome.status == 65)
    #expect(outcome.errorText.contains("has no ternary weights to pack"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("again")))
    let trained = try Tool("fl-eval").run([packed, "--data", run.shards, "--checkpoint", "last"])
    #expect(trained.status == 66)
  }
}
