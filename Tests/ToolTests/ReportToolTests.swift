import FlashShared
import Foundation
import TestSupport
import Testing

@Suite struct ReportToolTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func lines(_ outcome: Tool.Outcome) throws -> [JSONValue] {
    try outcome.lines.map { try JSONValue(parsing: $0.utf8, source: "output") }
  }

  /// A v8.1 with random weights in a folder of its own.
  private func run(_ variant: String) throws -> RunFixture {
    let inner = folder.file(variant)
    try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
    let other = try TemporaryFolder()
    let fixture = try RunFixture(
      in: other, variant: variant, version: "v8.1", hyperparameters: RunFixture.cortex)
    try FileManager.default.moveItem(atPath: fixture.path, toPath: "\(inner)/run")
    try FileManager.default.moveItem(atPath: fixture.shards, toPath: "\(inner)/valid")
    return fixture
  }

  @Test func whatIsMissingIsMeasuredOnce() throws {
    for variant in ["sound", "published"] { _ = try run(variant) }
    let runs = ["sound", "published"].map { folder.file("\($0)/run") }
    let plain = try Tool("fl-eval").run(["report"] + runs)
    #expect(plain.status == 0, "\(plain.errorText)")
    let before = try #require(lines(plain).first)
    #expect(before["sound"]?["missing"] == ["evaluation", "leak"])
    #expect(before["published"]?["missing"] == ["evaluation", "protocol", "leak"])

    let computed = try Tool("fl-eval").run(
      ["report", "--compute", "--quiet", "--windows", "4"] + runs)
    #expect(computed.status == 0, "\(computed.errorText)")
    let line = try #require(lines(computed).first)
    #expect(line["event"] == "report")
    #expect(line["published"]?["leaks"] == true)
    #expect(line["published"]?["leak_windows"] == 4)
    #expect(line["published"]?["leak_form"] == "prefixes")
    #expect(line["sound"]?["leaks"] == false)
    #expect(line["sound"]?["leak_form"] == "incremental")
    // What the table says is what fl-eval says.
    func measured(_ variant: String, _ options: [String], _ member: String) throws -> Double {
      let outcome = try Tool("fl-eval").run(
        options + [folder.file("\(variant)/run"), "--data", folder.file("\(variant)/valid")])
      #expect(outcome.status == 0, "\(outcome.errorText)")
      return try #require(lines(outcome).first?[member]?.doubleValue)
    }
    #expect(
      try line["sound"]?["bits_per_character"]?.doubleValue
        == measured("sound", ["--quiet"], "bits_per_character"))
    #expect(
      try line["published"]?["published_protocol_perplexity"]?.doubleValue
        == measured("published", ["--quiet", "--protocol", "published"], "perplexity"))

    // The records were kept: the same figures without measuring.
    let again = try Tool("fl-eval").run(["report"] + runs)
    let kept = try #require(lines(again).first)
    #expect(kept["sound"] == line["sound"])
    #expect(kept["published"] == line["published"])

    for (format, sign) in [("markdown", "## Claim"), ("html", "<!DOCTYPE html>")] {
      let path = folder.file("report.\(format)")
      let outcome = try Tool("fl-eval").run(
        ["report", "--format", format, "--output", path] + runs)
      #expect(outcome.status == 0, "\(outcome.errorText)")
      #expect(outcome.output.isEmpty)
      #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix(sign))
    }
  }

  @Test func theLeakIsMeasured() throws {
    let fixture = try run("published")
    let path = folder.file("published")
    let outcome = try Tool("fl-eval").run(
      ["leak", "\(path)/run", "--data", "\(path)/valid", "--windows", "2", "--quiet"])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let event = try #require(lines(outcome).first)
    #expect(event["event"] == "leak")
    #expect(event["windows"] == 2)
    #expect(event["audited_tokens"]?.integerValue == RunFixture.windowLength)
    #expect(event["run"]?.stringValue == "\(path)/run")
    let numbers = try ["loss_gap", "prefix_only_loss", "teacher_forced_loss"].map {
      try #require(event[$0]?.doubleValue)
    }
    #expect(abs(numbers[0]) > 1e-3)
    #expect(abs(numbers[0] - (numbers[1] - numbers[2])) < 1e-6)
    // The shards of the fixture: a byte a token, and an end-of-text token behind each document.
    let tokens = RunFixture.documents.reduce(0) { $0 + $1.utf8.count + 1 }
    let characters = RunFixture.documents.reduce(0) { $0 + $1.unicodeScalars.count }
    let bits = try #require(event["bits_per_character_gap"]?.doubleValue)
    #expect(
      abs(bits - numbers[0] / log(2) * Double(tokens) / Double(characters)) < 1e-6)
    withExtendedLifetime(fixture) {}
  }

  @Test func samplesAreJudged() throws {
    let training = try folder.file("train.txt", "the cat sat on the mat\n")
    let samples = #"{"event":"sample","prompt":"","text":"The cat sat on a hat"}"# + "\n"
    let outcome = try Tool("fl-eval").run(
      ["quality", "-", "--training-text", training], input: samples.utf8)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let event = try #require(lines(outcome).first)
    #expect(event["event"] == "quality")
    #expect(event["words"] == 6)
    #expect(event["longest_overlap"] == "he cat sat on ")
    #expect(event["longest_overlap_characters"] == 14)
    #expect(event["unknown_words"] == ["a", "hat"])

    let none = try Tool("fl-eval").run(["quality", "-"], input: "{}\n".utf8)
    #expect(none.status == 65)
    #expect(
      none.errorText == "fl-eval: -: holds no sample (no object with a \"text\"); "
        + "give what 'fl-sample --json' prints\n")
  }

  @Test func mistakesAreNamed() throws {
    let outcome = try Tool("fl-eval").run(["report", folder.path])
    #expect(outcome.status == 66)
    #expect(outcome.errorText.contains("no run here"))
    _ = try run("sound")
    try FileManager.default.removeItem(atPath: folder.file("sound/valid"))
    let lost = try Tool("fl-eval").run(["report", "--compute", folder.file("sound/run")])
    #expect(lost.status == 64)
    #expect(lost.errorText.contains("give --data"))
  }
}
