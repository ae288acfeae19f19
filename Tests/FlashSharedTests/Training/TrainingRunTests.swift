import Foundation
import TestSupport
import Testing

@testable import FlashShared

@Suite struct TrainingRunTests {
  private func run(
    _ folder: TestSupport.TemporaryFolder, _ name: String, threads: Int = 2, resumes: Bool = false,
    changes: (inout Recipe) -> Void = { _ in }
  ) throws -> Safetensors {
    var recipe = try Recipe(TrainingFixture.recipe, source: "test")
    changes(&recipe)
    let run = try TrainingRun(
      recipe: recipe, train: try shards(folder, "train", 900),
      validation: try shards(folder, "valid", 300), tokenizerPath: nil,
      options: .init(
        output: "\(folder.path)/\(name)", resumes: resumes, threads: threads, isQuiet: true,
        printsEvents: false))
    try run.run()
    return try Safetensors(path: RunFolder("\(folder.path)/\(name)").last)
  }

  private func shards(_ folder: TestSupport.TemporaryFolder, _ name: String, _ tokens: Int) throws
    -> ShardSet
  {
    let path = "\(folder.path)/\(name)"
    return FileManager.default.fileExists(atPath: path)
      ? try ShardSet(path: path) : try TrainingFixture.makeShards(path, tokens: tokens)
  }

  private func events(_ folder: TestSupport.TemporaryFolder, _ run: String) throws -> [JSONValue] {
    try String(contentsOfFile: "\(folder.path)/\(run)/log.jsonl", encoding: .utf8)
      .split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8), source: "log") }
  }

  @Test func theSameSeedAndWorkersGiveTheSameBits() throws {
    let folder = try TestSupport.TemporaryFolder()
    let first = try run(folder, "a")
    let second = try run(folder, "b")
    for name in first.names {
      #expect(try first.values(of: name) == second.values(of: name), "\(name)")
    }
  }

  @Test func anotherNumberOfWorkersGivesTheSameUpToRounding() throws {
    let folder = try TestSupport.TemporaryFolder()
    let one = try run(folder, "one", threads: 1)
    let three = try run(folder, "three", threads: 3)
    for name in one.names where !name.hasPrefix("optimizer.") {
      let a = try one.values(of: name)
      let b = try three.values(of: name)
      let largest = zip(a, b).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
      #expect(largest < 2e-3, "\(name)")
    }
  }

  @Test func theLossFalls() throws {
    let folder = try TestSupport.TemporaryFolder()
    _ = try run(folder, "a") { $0.set("budget", ["steps": 60]) }
    let losses = try events(folder, "a").filter { $0["event"] == "validation" }
      .compactMap { $0["val_loss"]?.doubleValue }
    #expect(losses.count == 12)
    #expect(losses[losses.count - 1] < losses[0] - 0.3)
    #expect(try events(folder, "a").last?["event"] == "end")
  }

  @Test func everyValidationTakesTheSameWindowsAndTheLastStepHasOne() throws {
    let folder = try TestSupport.TemporaryFolder()
    // A weight that does not change: all validations of the same windows give the same loss.
    _ = try run(folder, "a") {
      $0.set("budget", ["steps": 7])
      $0.set("optimizer.learning_rate", 0)
      $0.set("optimizer.minimum_learning_rate", 0)
      $0.set("validation.windows", 2)
    }
    let validations = try events(folder, "a").filter { $0["event"] == "validation" }
    #expect(validations.map { $0["step"] } == [5, 7])
    #expect(Set(validations.compactMap { $0["val_loss"]?.doubleValue }).count == 1)
  }

  @Test func nullTakesBackWhatAVariantSets() throws {
    var recipe = try Recipe(TrainingFixture.recipe, source: "test")
    recipe.set("optimizer.total_steps", 20)
    #expect(try TrainingSettings(recipe, optimizer: .init()).schedule.totalSteps == 20)
    recipe.set("optimizer.total_steps", .null)
    #expect(try TrainingSettings(recipe, optimizer: .init()).schedule.totalSteps == nil)
  }

  @Test func anInfiniteLossStopsBeforeItIsLearned() throws {
    let folder = try TestSupport.TemporaryFolder()
    let error = #expect(throws: TrainingError.self) {
      try run(folder, "a") { $0.set("optimizer.learning_rate", 1000) }
    }
    guard case .notFinite(let step, let path) = try #require(error) else {
      Issue.record("another error: \(error!)")
      return
    }
    let file = try Safetensors(path: path)
    for name in file.names { #expect(try file.values(of: name).allSatisfy(\.isFinite), "\(name)") }
    #expect(try events(folder, "a").last?["event"] == "nonfinite")
    #expect(step < 20)
  }

  @Test func aSecondRunOnTheSameFolderIsRefused() throws {
    let folder = try TestSupport.TemporaryFolder()
    let lock = try FolderLock(folder: "\(folder.path)/a")
    let error = #expect(throws: FileError.self) { try run(folder, "a") }
    #expect(error?.exitStatus == .tryAgain)
    withExtendedLifetime(lock) {}
  }

  @Test func badRecipesNameTheMember() throws {
    let folder = try TestSupport.TemporaryFolder()
    func message(_ path: String, _ value: JSONValue) -> String {
      do {
        _ = try run(folder, "x") { $0.set(path, value) }
        return ""
      } catch { return "\(error)" }
    }
    #expect(message("batch.sequences", 0).contains("test: batch.sequences: must be a whole number"))
    #expect(message("budget", [:]).contains("exactly one of minutes, steps, tokens"))
    #expect(message("model.d_model", "wide").contains("test: model.d_model: must be a whole"))
    #expect(message("data.window", 100_000).contains("too few for one window"))
    #expect(message("version", "v0").contains("version \"v0\" is not known"))
  }
}
