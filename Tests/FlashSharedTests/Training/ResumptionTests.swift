import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// Runs that go on: what they are held to, what may change, and what becomes of their folder.
@Suite struct ResumptionTests {
  private let folder: TestSupport.TemporaryFolder
  private let train: ShardSet
  private let valid: ShardSet

  init() throws {
    folder = try TestSupport.TemporaryFolder()
    train = try TrainingFixture.makeShards(folder.file("train"), tokens: 900)
    valid = try TrainingFixture.makeShards(folder.file("valid"), tokens: 300, seed: 6)
  }

  private func run(
    _ name: String, _ changes: [String] = [], resumes: Bool = true, replaces: Bool = false,
    train: ShardSet? = nil, valid: ShardSet? = nil, tokenizer: String? = nil
  ) throws {
    try TrainingRun(
      recipe: Recipe(TrainingFixture.recipe, source: "test", overrides: changes),
      train: train ?? self.train, validation: valid ?? self.valid, tokenizerPath: tokenizer,
      options: .init(
        output: folder.file(name), resumes: resumes, replaces: replaces, threads: 1, isQuiet: true,
        printsEvents: false)
    ).run()
  }

  private func events(_ name: String, _ event: String) throws -> [JSONValue] {
    try String(contentsOfFile: folder.file("\(name)/log.jsonl"), encoding: .utf8)
      .split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8), source: "log") }
      .filter { $0["event"]?.stringValue == event }
  }

  private func bytes(_ path: String) throws -> Data {
    try Data(contentsOf: URL(filePath: folder.file(path)))
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch { return "\(error)" }
  }

  // MARK: The folder

  @Test func aTrainedModelIsNotOverwritten() throws {
    try run("a")
    let path = folder.file("a")
    #expect(throws: TrainingError.runExists(path: path)) { try run("a", resumes: false) }
    // What people keep of a finished run.
    try FileManager.default.removeItem(atPath: "\(path)/last.safetensors")
    let best = try bytes("a/best.safetensors")
    #expect(throws: TrainingError.runExists(path: path)) { try run("a", resumes: false) }
    #expect(throws: TrainingError.nothingToResume(path: path, model: "best.safetensors")) {
      try run("a")
    }
    #expect(try bytes("a/best.safetensors") == best)
    try run("a", ["budget.steps=2"], replaces: true)
    #expect(try bytes("a/best.safetensors") != best)
    #expect(try events("a", "start").count == 1)
  }

  @Test func filesThatAreOfNoRunStay() throws {
    try FileManager.default.createDirectory(
      atPath: folder.file("a"), withIntermediateDirectories: true)
    let recipe = try folder.file("a/recipe.json", "mine")
    #expect(throws: TrainingError.foreignFile(path: recipe)) { try run("a") }
    #expect(try bytes("a/recipe.json") == Data("mine".utf8))
  }

  @Test func lostParametersOfTheBestValidationAreMadeAnew() throws {
    try run("a")
    try FileManager.default.removeItem(atPath: folder.file("a/best.safetensors"))
    try run("a")
    let file = try Safetensors(path: folder.file("a/best.safetensors"))
    #expect(file.metadata["step"] == "20")
    let note = try #require(events("a", "resume").last?["note"]?.stringValue)
    #expect(note.contains("best.safetensors") && note.contains("gone"))
  }

  // MARK: What a run is held to

  @Test func aRunIsHeldToItsRecipe() throws {
    try run("a")
    let text = message { try run("a", ["seed=9", "optimizer.weight_decay=0.5"]) }
    #expect(text.contains("seed (not set, not 9)"), "\(text)")
    #expect(text.contains("optimizer.weight_decay (not set, not 0.5)"), "\(text)")
    // The recipe in the checkpoint counts, whatever became of the file.
    _ = try folder.file(
      "a/recipe.json",
      try String(contentsOfFile: folder.file("a/recipe.json"), encoding: .utf8)
        .replacing("\"v5.2\"", with: "\"v5.2\", \"seed\": 9"))
    #expect(message { try run("a", ["seed=9"]) }.contains("seed (not set, not 9)"))
  }

  @Test func aRunIsHeldToItsData() throws {
    try run("a", ["budget.steps=4"])
    let best = try bytes("a/best.safetensors")
    let other = try TrainingFixture.makeShards(folder.file("other"), tokens: 900, seed: 7)
    #expect(message { try run("a", train: other) }.contains("another --train (SHA-256 "))
    #expect(message { try run("a", valid: other) }.contains("another --validation (SHA-256 "))
    #expect(try bytes("a/best.safetensors") == best)
    // The same set in another place is the same.
    try FileManager.default.moveItem(atPath: folder.file("train"), toPath: folder.file("moved"))
    try run("a", train: ShardSet(path: folder.file("moved")))
  }

  /// What the message about losses that are not finite advises can be done.
  @Test func whatMayChangeIsToldAndKept() throws {
    try run("a", ["budget.steps=4"])
    try run(
      "a", ["budget.steps=8", "optimizer.learning_rate=0.001", "on_nonfinite=skip"])
    let changes = try #require(events("a", "resume").last?["changed"]?.arrayValue)
    #expect(
      changes.map { $0["member"] } == ["optimizer.learning_rate", "budget.steps", "on_nonfinite"])
    #expect(changes[0]["from"] == "0.003" && changes[0]["to"] == "0.001")
    let recipe = try Recipe(path: folder.file("a/recipe.json"))
    #expect(recipe["budget.steps"] == 8 && recipe["on_nonfinite"] == "skip")
  }

  // MARK: Budgets

  /// A run that is prolonged has the schedule of the larger budget, its warm-up included.
  @Test(arguments: [["optimizer.warmup_steps=3"], ["optimizer.warmup_steps=9"]])
  func theScheduleFollowsALargerBudget(_ warmup: [String]) throws {
    let warmup = warmup + ["optimizer.warmup_share=0.2"]
    try run("whole", warmup + ["budget.steps=20"])
    try run("prolonged", warmup + ["budget.steps=8"])
    try run("prolonged", warmup + ["budget.steps=20"])
    let rates = try ["whole", "prolonged"].map { name in
      try events(name, "step").compactMap { $0["lr"]?.doubleValue }
    }
    #expect(rates[0].count == 20 && rates[1].count == 20)
    #expect(rates[0][8...] == rates[1][8...])
    #expect(rates[0][5] != rates[1][5])
    #expect(try Recipe(path: folder.file("prolonged/recipe.json"))["budget.steps"] == 20)
  }

  @Test func aBudgetThatIsUsedUpIsSaid() throws {
    try run("a", ["budget.steps=8"])
    // The same command again has nothing to do.
    try run("a", ["budget.steps=8"])
    let text = message { try run("a", ["budget.steps=5"]) }
    #expect(text.contains("the run has used 8 steps, more than the budget of 5 steps"), "\(text)")
    #expect(message { try run("a", ["budget={\"tokens\": 72}"]) }.contains("used 576 tokens"))
  }

  /// Checkpoints of the release before, which knew less, go on as they would have.
  @Test func formerCheckpointsGoOn() throws {
    let changes = ["optimizer.total_steps=20", "optimizer.warmup_steps=12"]
    try run("whole", changes)
    try run("former", changes + ["budget.steps=8"])
    let path = folder.file("former/last.safetensors")
    let file = try Safetensors(path: path)
    let written = try #require(file.metadata["training_state"])
    let value = try JSONValue(parsing: Array(written.utf8), source: "state")
    var state = try #require(value.objectValue)
    for name in ["warmup", "origin", "nonfinite_in_row", "validation_is_due"] { state[name] = nil }
    state["warmup_progress"] = 1
    let text = String(decoding: JSONValue.object(state).serialized(), as: UTF8.self)
    try Safetensors.write(
      try file.names.map { ($0, file.shape(of: $0) ?? [], try file.values(of: $0)) },
      metadata: ["training_state": text], to: path)
    try run("former", changes)
    let (a, b) = (
      try Safetensors(path: folder.file("whole/last.safetensors")), try Safetensors(path: path)
    )
    for name in a.names { #expect(try a.values(of: name) == b.values(of: name), "\(name)") }
  }

  // MARK: The tokenizer

  private func tokenizer(_ name: String, words: [String]) throws -> String {
    let tokenizer = Tokenizer(
      model: BytePairModel(tokens: words + ["a", "b", "c"], merges: []),
      addedTokens: words.enumerated().map { AddedToken(id: Int32($0), content: $1) },
      addsPrefixSpace: false)
    try FileManager.default.createDirectory(
      atPath: (folder.file(name) as NSString).deletingLastPathComponent,
      withIntermediateDirectories: true)
    try tokenizer.write(to: folder.file(name))
    return folder.file(name)
  }

  @Test func theTokenizerIsTheOneOfTheShards() throws {
    let right = try tokenizer("right.json", words: ["<eos>"])
    let wrong = try tokenizer("data/tokenizer.json", words: ["<pad>"])
    let hash = try SHA256.hash(of: FileBytes(path: right))
    let sets = try ["train", "valid"].map {
      try TrainingFixture.makeShards(
        folder.file("data/\($0)"), tokens: 300, tokenizerHash: hash, endOfTextToken: 0)
    }
    func attempt(_ changes: [String] = [], _ tokenizer: String? = nil) throws {
      try run(
        "a", ["budget.steps=1"] + changes, train: sets[0], valid: sets[1], tokenizer: tokenizer)
    }
    // Found above the shards, then given.
    for given in [nil, wrong] {
      let text = message { try attempt([], given) }
      #expect(text.contains("data/train") && text.contains("SHA-256 differs"), "\(text)")
    }
    try FileManager.default.removeItem(atPath: wrong)
    #expect(throws: TrainingError.noTokenizer(shards: folder.file("data/train"))) { try attempt() }
    #expect(!FileManager.default.fileExists(atPath: folder.file("a")))
    let text = message { try attempt(["data.end_of_text=\"<|end|>\""], right) }
    #expect(text.contains("\"<|end|>\" is no token of"), "\(text)")
    #expect(
      message { try attempt(["data.end_of_text=a"], right) }.contains("end with token 0"))
    try attempt(["data.end_of_text=\"<eos>\""], right)
    #expect(try bytes("a/tokenizer.json") == bytes("right.json"))
    // It is in the run now: resuming finds it there.
    try attempt(["data.end_of_text=\"<eos>\""])
  }

  @Test func setsThatEndDocumentsDifferentlyAreRefused() throws {
    let sets = try [1, 2].map {
      try TrainingFixture.makeShards(
        folder.file("set\($0)"), tokens: 300, endOfTextToken: Int32($0))
    }
    #expect(
      throws: TrainingError.differentEndOfText(train: sets[0].path, validation: sets[1].path)
    ) { try run("a", train: sets[0], valid: sets[1]) }
  }
}
