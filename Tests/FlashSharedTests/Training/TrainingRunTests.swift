import Foundation
import TestSupport
import Testing

@testable import FlashShared

@Suite struct TrainingRunTests {
  private let runs: TrainingRuns

  init() throws { runs = try TrainingRuns() }

  @Test func theSameSeedAndWorkersGiveTheSameBits() throws {
    for name in ["a", "b"] { try runs.run(name) }
    #expect(try runs.bits("a") == runs.bits("b"))
  }

  @Test func anotherNumberOfWorkersGivesTheSameUpToRounding() throws {
    try runs.run("one", threads: 1)
    try runs.run("three", threads: 3)
    let (one, three) = (try runs.last("one"), try runs.last("three"))
    for name in one.names where !name.hasPrefix("optimizer.") {
      let a = try one.values(of: name)
      let b = try three.values(of: name)
      let largest = zip(a, b).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
      #expect(largest < 2e-3, "\(name)")
    }
  }

  @Test func theLossFalls() throws {
    try runs.run("a") { $0.set("budget", ["steps": 60]) }
    let losses = try runs.events("a", "validation")
      .compactMap { $0["val_loss"]?.doubleValue }
    #expect(losses.count == 12)
    #expect(losses[losses.count - 1] < losses[0] - 0.3)
    #expect(try runs.events("a").last?["event"] == "end")
  }

  @Test func everyValidationTakesTheSameWindowsAndTheLastStepHasOne() throws {
    // A weight that does not change: all validations of the same windows give the same loss.
    try runs.run("a") {
      $0.set("budget", ["steps": 7])
      $0.set("optimizer.learning_rate", 0)
      $0.set("optimizer.minimum_learning_rate", 0)
      $0.set("validation.windows", 2)
    }
    let validations = try runs.events("a", "validation")
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

  @Test func anExistingRunIsNotOverwritten() throws {
    try runs.run("a")
    let path = runs.files("a").path
    #expect(throws: TrainingError.runExists(path: path)) { try runs.run("a") }
    #expect(throws: TrainingError.otherRecipe(path: "\(path)/recipe.json", member: "seed")) {
      try runs.run("a", resumes: true) { $0.set("seed", 9) }
    }
  }

  @Test func anInfiniteLossStopsBeforeItIsLearned() throws {
    let error = #expect(throws: TrainingError.self) {
      try runs.run("a") { $0.set("optimizer.learning_rate", 1000) }
    }
    guard case .notFinite(let step, let path) = try #require(error) else {
      Issue.record("another error: \(error!)")
      return
    }
    let file = try Safetensors(path: path)
    for name in file.names { #expect(try file.values(of: name).allSatisfy(\.isFinite), "\(name)") }
    #expect(try runs.events("a").last?["event"] == "nonfinite")
    #expect(step < 20)
  }

  @Test func aSecondRunOnTheSameFolderIsRefused() throws {
    let lock = try FolderLock(folder: runs.files("a").path)
    let error = #expect(throws: FileError.self) { try runs.run("a") }
    #expect(error?.exitStatus == .tryAgain)
    withExtendedLifetime(lock) {}
  }

  @Test func badRecipesNameTheMember() throws {
    func message(_ path: String, _ value: JSONValue) -> String {
      do {
        try runs.run("x") { $0.set(path, value) }
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
