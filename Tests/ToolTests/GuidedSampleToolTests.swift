import FlashShared
import Foundation
import TestSupport
import Testing

/// fl-sample with a value head, a compass and an index of n-grams; fl-shard index.
@Suite struct GuidedSampleToolTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func events(_ run: RunFixture, _ arguments: [String]) throws -> [JSONValue] {
    let outcome = try Tool("fl-sample").run([run.path, "--json", "--tokens", "30"] + arguments)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    return try outcome.lines.map { try JSONValue(parsing: Array($0.utf8), source: "output") }
  }

  private func expectFailure(
    _ tool: String, _ arguments: [String], _ status: Int32, _ text: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try Tool(tool).run(arguments + ["--quiet"])
    #expect(outcome.status == status, "\(outcome.errorText)", sourceLocation: sourceLocation)
    #expect(
      outcome.errorText.contains(text), "\(outcome.errorText)", sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
  }

  // MARK: Search and compass

  @Test func searchIsDeterministicAndReportsItsSettings() throws {
    let run = try RunFixture(
      in: folder, version: "v8.1", hyperparameters: RunFixture.cortex)
    let options = [
      "The cat", "--search", "--search-value-weight", "2", "--search-repetition-penalty", "0.5",
      "--temp", "0.8", "--top-k", "40", "--samples", "2",
    ]
    let found = try events(run, options)
    #expect(found.map { $0["event"]?.stringValue } == ["settings", "sample", "sample", "end"])
    let settings = try #require(found[0]["search"])
    #expect(settings["candidates"] == 4)
    #expect(settings["value_weight"]?.doubleValue == 2)
    #expect(settings["choice"] == "top")
    #expect(settings["repetition_penalty"]?.doubleValue == 0.5)
    #expect(found[1]["text"] == found[2]["text"])
    #expect(try events(run, options + ["--seed", "8"])[1]["text"] == found[1]["text"])
    #expect(
      try events(run, options + ["--recompute", "--context", "64"])[1]["text"]
        == events(run, options + ["--context", "64"])[1]["text"])
    let drawn = try events(run, options + ["--search-choice", "draw"])
    #expect(drawn[1]["text"] != drawn[2]["text"])
    #expect(
      try events(run, options + ["--search-choice", "draw"])[2]["text"] == drawn[2]["text"])
    let plain = try events(run, ["The cat", "--temp", "0"])
    #expect(
      try events(run, ["The cat", "--search", "--search-value-weight", "0"])[1]["tokens"]
        == plain[1]["tokens"])
  }

  @Test func theCompassLeads() throws {
    let run = try RunFixture(
      in: folder, version: "v9.2", hyperparameters: RunFixture.cortex)
    let plain = try events(run, ["The cat", "--temp", "0"])
    let led = try events(run, ["The cat", "--compass", "500", "--temp", "0"])
    #expect(led[0]["compass"]?.doubleValue == 500)
    #expect(led[1]["tokens"] != plain[1]["tokens"])
    #expect(
      try events(run, ["The cat", "--compass", "0", "--temp", "0"])[1]["tokens"]
        == plain[1]["tokens"])
    #expect(
      try events(run, ["The cat", "--compass", "500", "--temp", "0", "--recompute"])[1]["tokens"]
        == led[1]["tokens"])
  }

  @Test func modelsWithoutTheHeadAndOptionsThatMakeNoSense() throws {
    let run = try RunFixture(in: folder)
    try expectFailure(
      "fl-sample", [run.path, "x", "--search"], 64,
      "no value head to search with; versions that have one are v8, v8.1, v8.2, v8.3")
    try expectFailure(
      "fl-sample", [run.path, "x", "--compass", "2"], 64,
      "versions that do are v9.2")
    for (options, text) in [
      (["--search-candidates", "4"], "--search-candidates goes with --search."),
      (["--search-value-weight", "1"], "--search-value-weight goes with --search."),
      (["--search", "--search-candidates", "33"], "must be from 1 to 32"),
      (["--search", "--search-value-weight", "nan"], "must be numbers"),
      (["--ngram-weight", "0.3"], "--ngram-weight goes with --ngrams."),
      (["--ngram-blend", "linear"], "--ngram-blend goes with --ngrams."),
      (["--ngrams", "x", "--ngram-weight", "1.5"], "--ngram-weight must be from 0 to 1."),
      (["--compass", "inf"], "--compass must be a number."),
      (["--ngrams", "x", "--samplers", "temp"], "--ngrams is set, but the order of samplers"),
    ] { try expectFailure("fl-sample", [run.path, "x"] + options, 64, text) }
  }

  @Test func helpTeaches() throws {
    let help = try Tool("fl-sample").run(["--help"]).text
    for text in [
      "SEARCH", "GUIDES", "v8 to v8.3", "mean cross-entropy in nats",
      "prefer easy, repetitive text", "fl-shard index",
    ] { #expect(help.contains(text), "\(text)") }
  }

  // MARK: Presets

  @Test func presetsAreTheReferencesSettings() throws {
    let run = try RunFixture(in: folder)
    let event = try events(run, ["x", "--preset", "v8.3-diverse"])[0]
    for (name, value) in [
      ("temp", 1.2), ("top_p", 0.85), ("frequency_penalty", 1.2), ("repeat_last_n", 100),
      ("top_k", 0),
    ] { #expect(event[name]?.doubleValue == value, "\(name)") }
    #expect(event["samplers"]?.arrayValue?.first == "temp")
    let changed = try events(run, ["x", "--preset", "v8.3-diverse", "--temp", "0.5"])[0]
    #expect(changed["temp"]?.doubleValue == 0.5)
    #expect(changed["top_p"]?.doubleValue == 0.85)
    try expectFailure("fl-sample", [run.path, "x", "--preset", "none"], 64, "v8.3-diverse")
    try expectFailure(
      "fl-sample", [run.path, "x", "--preset", "v9.1-0.8", "--from-recipe"], 64,
      "Give --preset or --from-recipe, not both.")
    #expect(Set(SamplerPreset.all.map(\.name)).count == 16)
    #expect(SamplerPreset.all.allSatisfy { $0.settings.problem == nil })
  }

  // MARK: N-grams

  private func index(_ run: RunFixture, _ more: String...) throws -> (String, JSONValue) {
    let path = folder.file("index-\(more.joined())")
    let outcome = try Tool("fl-shard").run(["index", run.shards, "--output", path] + more)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    return (path, try JSONValue(parsing: Array(outcome.output), source: "event"))
  }

  @Test func anIndexCanSpeakAlone() throws {
    let run = try RunFixture(in: folder)
    let (path, event) = try index(run, "--order", "7")
    #expect(event["event"] == "index")
    #expect(event["order"] == 7)
    let set = try ShardSet(path: run.shards)
    #expect(event["ngrams"]?.integerValue == set.tokenCount - 6)
    #expect(event["tokenizer_sha256"]?.stringValue == set.tokenizerHash)
    // With all the weight, the text is said again: any six bytes of it are there once.
    let spoken = try events(
      run, ["They saw a", "--ngrams", path, "--ngram-weight", "1", "--temp", "0"])
    #expect(spoken[0]["ngrams"] == .array([.string(path)]))
    #expect(spoken[0]["ngram_weight"]?.doubleValue == 1)
    #expect(spoken[0]["ngram_blend"] == "linear")
    #expect(spoken[1]["text"]?.stringValue == " big red ball and played all d")
    let geometric = try events(
      run,
      [
        "They saw a", "--ngrams", path, "--ngram-weight", "1", "--ngram-blend", "geometric",
        "--samplers", "temp,ngrams,top-p", "--top-p", "0.01",
      ])
    #expect(geometric[1]["text"] == spoken[1]["text"])
    let silent = try events(run, ["They saw a", "--temp", "0"])
    let weightless = try events(
      run, ["They saw a", "--temp", "0", "--ngrams", path, "--ngram-weight", "0"])
    #expect(weightless[1]["text"] == silent[1]["text"])
  }

  @Test func theIndexDoesNotDependOnTheMemory() throws {
    let run = try RunFixture(in: folder)
    let (small, _) = try index(run, "--memory", "1")
    let (large, _) = try index(run, "--memory", "64")
    #expect(
      try Data(contentsOf: URL(filePath: small)) == Data(contentsOf: URL(filePath: large)))
  }

  @Test func indexesOfOtherTokenizersAreRefused() throws {
    let run = try RunFixture(in: folder)
    let other = folder.file("other")
    try RunFixture.writeShards(
      other, vocabularySize: 260, tokenizerHash: String(repeating: "a", count: 64))
    let path = folder.file("other.index")
    #expect(try Tool("fl-shard").run(["index", other, "--output", path]).status == 0)
    try expectFailure(
      "fl-sample", [run.path, "x", "--ngrams", path], 65, "made with another tokenizer than")
    let large = folder.file("large")
    try RunFixture.writeShards(large, vocabularySize: 300, tokenizerHash: nil)
    #expect(try Tool("fl-shard").run(["index", large, "--output", path]).status == 0)
    try expectFailure(
      "fl-sample", [run.path, "x", "--ngrams", path], 65, "has 300 token ids, the model has 260")
    try expectFailure(
      "fl-sample", [run.path, "x", "--ngrams", folder.file("none")], 66, "cannot open")
    try Data("FLNGRAMS and no more".utf8).write(to: URL(filePath: path))
    try expectFailure(
      "fl-sample", [run.path, "x", "--ngrams", path], 65, "it ends inside its head")
  }

  @Test func indexingSaysWhatItCannotDo() throws {
    let run = try RunFixture(in: folder)
    let output = folder.file("index")
    for (options, text) in [
      (["--order", "1"], "--order must be from 2 to 16, not 1."),
      (["--continuations", "0"], "--continuations must be from 1 to 255, not 0."),
      (["--min-count", "0"], "--min-count must be from 1"),
      (["--memory", "0"], "--memory must be from 1"),
      (
        ["--order", "9"],
        "9-grams of 260 ids do not fit into 64 bits; the largest order for them is 7"
      ),
    ] {
      try expectFailure("fl-shard", ["index", run.shards, "--output", output] + options, 64, text)
    }
    try expectFailure(
      "fl-shard", ["index", folder.file("none"), "--output", output], 66,
      "no finished set of shards")
    try expectFailure(
      "fl-shard", ["index", run.shards, "--output", folder.file("no/index")], 73,
      "cannot create")
    #expect(!FileManager.default.fileExists(atPath: output))
  }
}
