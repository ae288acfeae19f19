import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// Follows CONTRIBUTING.md's ten steps to a new architecture with the example that it gives.
@Suite struct ContributingTests {
  private let guide: String

  init() throws {
    guide = try String(
      contentsOf: Tool.repository.appending(path: "CONTRIBUTING.md"), encoding: .utf8)
  }

  /// The text of the guide's only block of a language.
  private func block(_ language: String) throws -> Substring {
    let parts = guide.split(separator: "\n```\(language)\n", omittingEmptySubsequences: false)
    try #require(parts.count == 2, "the guide has not one block of \(language)")
    return try #require(parts[1].split(separator: "\n```", maxSplits: 1).first)
  }

  private func recipe(_ variant: Variant) throws -> Recipe {
    let members = try JSONValue(parsing: Array(block("json").utf8), source: "CONTRIBUTING.md")
    return try Recipe(
      #require(members.objectValue), source: "CONTRIBUTING.md", variant: variant)
  }

  private func model(_ variant: Variant = .sound, _ changes: JSONObject = [:]) throws -> Taps {
    var members = try recipe(variant).modelConfiguration().members
    for (name, value) in changes.members { members[name] = value }
    return try Taps(
      configuration: ModelConfiguration(members, source: "CONTRIBUTING.md"), variant: variant,
      layout: ParameterLayout())
  }

  @Test func thereAreTenSteps() {
    let steps = guide.matches(of: #/^(\d+)\. /#.anchorsMatchLineEndings()).map { Int($0.1) }
    #expect(steps == Array(1...10))
  }

  /// Step 3: what is compiled here is what the guide shows, and the build would list it.
  @Test func theModelIsThatOfTheGuide() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Taps.swift")
    let text = try String(contentsOf: file, encoding: .utf8)
    let shown = try block("swift")
    #expect(text == "@testable import FlashShared\n\n\(shown)\n")

    let folder = try TemporaryFolder()
    let script = Tool.repository.appending(path: "Plugins/ListModels/list-models.sh").path
    let outcome = try Tool(absolutePath: "/bin/sh").run([script, folder.file("list"), file.path])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let list = try String(contentsOfFile: folder.file("list"), encoding: .utf8)
    #expect(list.contains("Taps.self,"))
    #expect(Taps.versions == ["taps"])
  }

  /// Step 6: what the repository asks of every recipe (`RecipeTests`).
  @Test(arguments: [Variant.sound, .published])
  func theRecipeIsUsable(_ variant: Variant) throws {
    let recipe = try recipe(variant)
    let model = try model(variant)
    _ = try TrainingSettings(recipe, optimizer: model.optimizer)
    _ = try PublishedProtocol(recipe, seed: 1, batches: nil)
    let claim = try #require(PublishedFigures(recipe))
    #expect(claim.version == "taps")
    let millions = Double(model.layout.count) / 1e6
    #expect(claim.parameters == String(format: "%.1fM", millions))
    #expect((recipe["defects"] != nil) == (variant == .published))
  }

  /// Step 7: the directory that the guide points to has what it lists.
  @Test func theGoldenDirectoryIsComplete() throws {
    let folder = "\(GoldenTests.root)/v5.2"
    let rows = guide.matches(
      of: #/^\| `([a-z]+\.(?:json|safetensors))` \|/#.anchorsMatchLineEndings())
    #expect(
      try rows.map { String($0.1) }.sorted()
        == FileManager.default.contentsOfDirectory(atPath: folder).sorted())
  }

  /// Steps 8 and 10: it learns, it does not look ahead, and it decodes a token at a time.
  @Test func theModelLearnsAndIsCausal() throws {
    let folder = try TemporaryFolder()
    let shards = try TrainingFixture.makeShards(folder.file("shards"), tokens: 400)
    let model = try model(
      .sound, ["vocab": .integer(shards.vocabularySize), "d_model": 16, "d_ffn": 24, "n_layers": 2])
    let store = ParameterStore(model.layout)
    store.initialize(seed: 3)
    let windows = TokenWindows(shards, length: 24)
    var batch = StepBatch(sequences: 8, time: 24)
    for window in 0..<8 {
      try windows.fill(&batch, sequence: window, window: window, targetShift: 0)
    }
    let trainer = Trainer(
      model, model.objective, store, optimizer: model.optimizer, seed: 0, groupSize: 4,
      sequenceLength: 24, pool: WorkerPool(count: 1))
    let losses = (0..<80).map { _ in trainer.step(batch, learningRate: 1e-2).loss }
    // Uniform at first; three of four tokens follow from the one before.
    #expect(abs(losses[0] - log(Double(shards.vocabularySize))) < 0.1)
    #expect(losses[79] < 0.7 * losses[0])

    let audit = CausalityAudit(model, store, tokens: try windows.tokens(of: 0))
    #expect(!audit.leaks, "\(audit.largestChange)")
    let difference = try #require(audit.incrementalDifference)
    #expect(difference <= 1e-4 * audit.logitScale)
  }
}
