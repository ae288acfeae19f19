import FlashShared
import Foundation
import TestSupport
import Testing

@Suite struct EvalToolTests {
  private let folder: TemporaryFolder
  private let run: RunFixture

  init() throws {
    folder = try TemporaryFolder()
    run = try RunFixture(in: folder)
  }

  private func evaluate(_ more: String...) throws -> JSONValue {
    try event(["--data", run.shards] + more)
  }

  /// The one event of a run of the tool.
  private func event(_ arguments: [String], status: Int32 = 0) throws -> JSONValue {
    let outcome = try Tool("fl-eval").run([run.path] + arguments)
    #expect(outcome.status == status, "\(outcome.errorText)")
    #expect(outcome.errorText.isEmpty)
    #expect(outcome.lines.count == 1)
    let event = try JSONValue(parsing: outcome.output, source: "output")
    #expect(event.objectValue?.members.prefix(2).map(\.name) == ["event", "time"])
    return event
  }

  /// The event without what differs from run to run.
  private func stable(_ event: JSONValue) -> JSONObject {
    var object = event.objectValue ?? [:]
    for name in ["time", "seconds", "tokens_per_second", "threads", "peak_memory_bytes"] {
      object[name] = nil
    }
    return object
  }

  @Test func everyTokenIsScoredOnce() throws {
    let event = try evaluate()
    let bytes = RunFixture.documents.reduce(0) { $0 + $1.utf8.count }
    #expect(event["event"] == "evaluation")
    #expect(event["tokens"]?.integerValue == bytes + RunFixture.documents.count)
    #expect(event["bytes"]?.integerValue == bytes)
    #expect(event["characters"]?.integerValue == bytes - 1)
    #expect(event["documents"] == 5)
    #expect(event["window"] == 16)
    #expect(event["context_stride"] == 16)
    #expect(event["end_of_text_scored"] == true)
    #expect(event["standard_error_over"] == "documents")
    #expect(event["version"] == "v5.2")
    let loss = try #require(event["loss"]?.doubleValue)
    let perplexity = try #require(event["perplexity"]?.doubleValue)
    #expect(abs(perplexity / exp(loss) - 1) < 1e-6)
    let bits = loss / log(2) * Double(bytes + 5)
    #expect(abs((event["bits_per_byte"]?.doubleValue ?? 0) / (bits / Double(bytes)) - 1) < 1e-6)
    let floor = try #require(event["floor_bits_per_character"]?.doubleValue)
    #expect(abs(floor - Double(bytes) / Double(bytes - 1)) < 1e-6)
  }

  @Test func threadsGiveTheSameNumbers() throws {
    #expect(try stable(evaluate("--threads", "1")) == stable(evaluate("--threads", "3")))
  }

  @Test func strideAndDocumentsAreUsed() throws {
    let strided = try evaluate("--context-stride", "4")
    #expect(strided["context_stride"] == 4)
    #expect(strided["first_token"]?.stringValue?.hasPrefix("at least 13 tokens") == true)
    #expect(try strided["loss"] != evaluate()["loss"])
    #expect(try evaluate("--documents", "2")["documents"] == 2)
    #expect(try evaluate("--window", "8")["window"] == 8)
  }

  @Test func incrementalScoringAgreesForACausalModel() throws {
    let event = try evaluate("--incremental")
    #expect(event["prefix_only"]?["form"] == "incremental")
    func number(_ path: String...) throws -> Double {
      try #require(path.reduce(event) { $0[$1] ?? .null }.doubleValue, "\(path)")
    }
    let gap = try number("prefix_only_loss_gap")
    #expect(abs(gap) < 1e-4)
    #expect(try abs(gap - (number("prefix_only", "loss") - number("loss"))) < 1e-6)
    let perNat = try number("tokens") / number("characters") / log(2)
    #expect(try abs(number("prefix_only_bits_per_character_gap") - perNat * gap) < 1e-6)
  }

  @Test func thePublishedProtocolNamesItsCaveats() throws {
    let event = try evaluate("--protocol", "published")
    #expect(event["batches"] == 5)
    #expect(event["tokens"]?.integerValue == 5 * 2 * 16)
    #expect(event["caveats"]?.arrayValue?.count == 2)
    let deviation = try #require(event["standard_deviation_of_batches"]?.doubleValue)
    let error = try #require(event["standard_error"]?.doubleValue)
    #expect(deviation > 0)
    #expect(abs(error * 5.0.squareRoot() / deviation - 1) < 1e-6)
    let more = try evaluate("--protocol", "published", "--batches", "7", "--seed", "2")
    #expect(more["batches"] == 7)
    #expect(more["loss"] != event["loss"])
  }

  @Test func causalityOfASoundModelPasses() throws {
    for arguments in [[], ["--data", run.shards], ["--length", "5"]] {
      let outcome = try Tool("fl-eval").run(["causality", run.path] + arguments)
      #expect(outcome.status == 0)
      let event = try JSONValue(parsing: outcome.output, source: "output")
      #expect(event["event"] == "causality")
      #expect(event["leaks"] == false)
      #expect(event["largest_change"]?.doubleValue == 0)
      #expect(event["passes"] == true)
      #expect(event["changes"]?.arrayValue?.count == (arguments.contains("5") ? 5 : 16))
    }
  }

  /// A published v8.1 whose memory, which sees the future, changes small logits in their last bits
  /// only.
  private func barelyLeakingRun() throws -> String {
    let inner = try TemporaryFolder()
    let leaking = try RunFixture(
      in: inner, variant: "published", version: "v8.1", hyperparameters: RunFixture.cortex)
    let path = "\(leaking.path)/best.safetensors"
    let file = try Safetensors(path: path)
    let tensors = try file.names.map { name in
      let factor: Float =
        name.hasSuffix(".mem_out.weight") ? 1e-7 : name == "ln_out.weight" ? 1e-4 : 1
      return (
        name, try #require(file.shape(of: name)), try file.values(of: name).map { $0 * factor }
      )
    }
    #expect(tensors.contains { $0.0.hasSuffix(".mem_out.weight") })
    #expect(tensors.contains { $0.0 == "ln_out.weight" })
    try Safetensors.write(tensors, metadata: [:], to: path)
    try FileManager.default.moveItem(atPath: leaking.path, toPath: folder.file("leaking"))
    return folder.file("leaking")
  }

  /// A single changed bit is a leak; only who asks for a tolerance has one.
  @Test func theSmallestLeakIsALeak() throws {
    let path = try barelyLeakingRun()
    func audit(_ options: String...) throws -> JSONValue {
      let outcome = try Tool("fl-eval").run(["causality", path] + options)
      // A published variant may leak.
      #expect(outcome.status == 0, "\(outcome.errorText)")
      return try JSONValue(parsing: outcome.output, source: "output")
    }
    let event = try audit()
    let largest = try #require(event["largest_change"]?.doubleValue)
    let scale = try #require(event["logit_scale"]?.doubleValue)
    #expect(largest > 0 && largest < 1e-6 * scale && scale < 0.1, "\(largest) of \(scale)")
    #expect(event["leaks"] == true)
    #expect(event["tolerance"]?.doubleValue == 0)
    let changes = try #require(event["changes"]?.arrayValue).map { $0.doubleValue ?? .nan }
    #expect(changes.max() == largest)
    #expect(event["leaking_positions"]?.integerValue == changes.count { $0 > 0 })
    #expect(try audit("--tolerance", "\(2 * largest)")["leaks"] == false)
    #expect(try audit("--tolerance", "\(largest / 2)")["leaks"] == true)

    let measured = try Tool("fl-eval").run(
      ["leak", path, "--data", run.shards, "--windows", "2", "--quiet"])
    #expect(measured.status == 0, "\(measured.errorText)")
    #expect(try JSONValue(parsing: measured.output, source: "output")["leaks"] == true)
  }

  // MARK: Conformance

  private static let golden = Tool.repository
    .appending(path: "Tests/FlashSharedTests/Golden/v5.2").path

  @Test func conformanceReportsEachVariant() throws {
    let outcome = try Tool("fl-eval").run(
      ["conformance", Self.golden, "--recipes", PublishedRecipes.folder])
    #expect(outcome.status == 0)
    let event = try JSONValue(parsing: outcome.output, source: "output")
    #expect(event["event"] == "conformance")
    #expect(event["version"] == "v5.2")
    #expect(event["variant"] == "published")
    #expect(event["passes"] == true)
    #expect(event["published_parameters"] == 4_987_392)
    #expect(event["tolerances"]?["logits"]?.doubleValue == 1e-4)
    for name in ["logit_difference", "loss_difference", "largest_gradient_difference"] {
      let difference = try #require(event[name]?.doubleValue, "\(name)")
      #expect(difference >= 0 && difference < 1e-4, "\(name)")
    }
  }

  @Test func aModelThatDiffersFails() throws {
    let copy = folder.file("golden")
    try FileManager.default.copyItem(atPath: Self.golden, toPath: copy)
    for name in try FileManager.default.contentsOfDirectory(atPath: copy) {
      chmod("\(copy)/\(name)", 0o644)
    }
    // The last number of the last tensor.
    let path = URL(filePath: "\(copy)/weights.safetensors")
    var bytes = try Data(contentsOf: path)
    bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 0, 0x41])
    try bytes.write(to: path)
    let outcome = try Tool("fl-eval").run(["conformance", Self.golden, copy])
    #expect(outcome.status == 1)
    #expect(outcome.errorText.isEmpty)
    let events = try outcome.lines.map { try JSONValue(parsing: Array($0.utf8), source: "output") }
    #expect(events.map { $0["passes"] } == [true, false])
    #expect(events[1]["failures"]?.arrayValue?.isEmpty == false)
  }

  // MARK: Errors

  private func failure(_ arguments: [String]) throws -> (status: Int32, text: String) {
    let outcome = try Tool("fl-eval").run(arguments)
    #expect(outcome.output.isEmpty)
    return (outcome.status, outcome.errorText)
  }

  @Test func errorsAreOneLineWithTheMend() throws {
    func expect(
      _ arguments: [String], _ status: Int32, _ text: String,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let failure = try failure(arguments)
      #expect(failure.status == status, sourceLocation: sourceLocation)
      #expect(failure.text.hasPrefix("fl-eval: "), sourceLocation: sourceLocation)
      #expect(failure.text.contains(text), "\(failure.text)", sourceLocation: sourceLocation)
      #expect(failure.text.split(separator: "\n").count == 1, sourceLocation: sourceLocation)
    }
    let data = ["--data", run.shards]
    try expect([folder.file("none")] + data, 66, "no run here (no recipe.json)")
    try expect([run.path, "--data", folder.file("none")], 66, "no finished set of shards here")
    try expect(["conformance", folder.file("none")], 66, "config.json: cannot open")
    try expect(
      ["conformance", Self.golden, "--variant", "repaired"], 65, "no vectors of the variant")
    try expect(
      ["causality", run.path, "--data", folder.file("none")], 66, "no finished set of shards")

    let empty = folder.file("empty")
    try RunFixture.writeShards(empty, vocabularySize: 260, tokenizerHash: nil, documents: [])
    try expect([run.path, "--data", empty], 65, "holds no token to score")
    try expect(["causality", run.path, "--data", empty], 65, "holds no token to score")
    let short = folder.file("short")
    try RunFixture.writeShards(short, vocabularySize: 260, tokenizerHash: nil, documents: ["abc"])
    try expect(
      [run.path, "--data", short, "--protocol", "published"], 65, "4 tokens are too few")
    let other = folder.file("other")
    try RunFixture.writeShards(other, vocabularySize: 260, tokenizerHash: "0f")
    try expect([run.path, "--data", other], 65, "made with another tokenizer")
    let large = folder.file("large")
    try RunFixture.writeShards(large, vocabularySize: 300, tokenizerHash: nil)
    try expect([run.path, "--data", large], 65, "has 300 token ids, the model has 260")

    try FileManager.default.removeItem(atPath: "\(run.path)/best.safetensors")
    try expect([run.path] + data, 66, "take the newest with --checkpoint last")
    let tokens = RunFixture.documents.reduce(0) { $0 + $1.utf8.count + 1 }
    #expect(try event(data + ["--checkpoint", "last"])["tokens"]?.integerValue == tokens)
    try FileManager.default.removeItem(atPath: "\(run.path)/last.safetensors")
    try expect([run.path, "--checkpoint", "last"] + data, 66, "let fl-train go on")
  }

  @Test func optionsThatMakeNoSenseAreUsageErrors() throws {
    let arguments = [run.path, "--data", run.shards]
    for (options, text) in [
      (["--context-stride", "17"], "--context-stride must be at most the window, 16."),
      (["--threads", "0"], "--threads must be 1 to 1024."),
      (["--protocol", "published", "--incremental"], "takes its windows from the recipe"),
      (["--batches", "3"], "--batches goes with --protocol published."),
      (["--protocol", "best"], "--protocol"),
    ] {
      let failure = try failure(arguments + options)
      #expect(failure.status == 64)
      #expect(failure.text.contains(text), "\(failure.text)")
    }
    #expect(try failure(["causality", run.path, "--tolerance", "-1"]).status == 64)
  }
}
