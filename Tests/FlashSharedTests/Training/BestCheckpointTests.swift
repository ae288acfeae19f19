import FlashShared
import Foundation
import TestSupport
import Testing

/// The best checkpoint holds the parameters of the lowest validation loss, the first of equal ones.
@Suite struct BestCheckpointTests {
  private let runs: TrainingRuns

  init() throws { runs = try TrainingRuns() }

  private func bestStep(_ name: String) throws -> String? {
    try Safetensors(path: runs.files(name).best).metadata["step"]
  }

  private func end(_ name: String) throws -> JSONValue {
    try #require(try runs.events(name, "end").last)
  }

  /// The recipe validates after every fifth step. A checkpoint that tells of a lower loss than any
  /// that follows, or of a higher one, decides what becomes of the best one.
  @Test(arguments: [(0.001, "5"), (1000, "10")] as [(Double, String)])
  func onlyALowerLossReplacesIt(told: Double, best: String) throws {
    try runs.run("a") {
      $0.set("optimizer.total_steps", 10)
      $0.set("budget", ["steps": 5])
    }
    #expect(try bestStep("a") == "5")
    let before = try Data(contentsOf: URL(filePath: runs.files("a").best))
    try runs.edit("a", state: ["best_loss": .number(told)])
    try runs.run("a", resumes: true) {
      $0.set("optimizer.total_steps", 10)
      $0.set("budget", ["steps": 10])
    }
    #expect(try bestStep("a") == best)
    let after = try Data(contentsOf: URL(filePath: runs.files("a").best))
    #expect((after == before) == (best == "5"))
    let last = try #require(try runs.events("a", "validation").last?["val_loss"]?.doubleValue)
    #expect(try end("a")["best_val_loss"]?.doubleValue == (best == "5" ? told : last))
  }

  @Test func anEqualLossDoesNotReplaceIt() throws {
    try runs.run("a") {
      $0.set("budget", ["steps": 12])
      $0.set("optimizer.learning_rate", 0)
      $0.set("optimizer.minimum_learning_rate", 0)
    }
    let losses = try runs.events("a", "validation").map { $0["val_loss"]?.doubleValue }
    #expect(losses.count == 3 && Set(losses).count == 1)
    #expect(try bestStep("a") == "5")
    #expect(try end("a")["best_val_loss"]?.doubleValue == losses[0])
  }
}
