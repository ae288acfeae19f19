import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// The CORTEX line in every variant, also where golden vectors know the published one alone.
@Suite struct CortexTests {
  static let versions = ["v7.4", "v7.5", "v7.6", "v8.1", "v8.2", "v8.3", "v8.4"]

  @Test(arguments: versions, [Variant.sound, .repaired])
  func seesNothingAheadAndDecodes(_ version: String, _ variant: Variant) throws {
    let golden = try GoldenSet(path: "\(GoldenTests.root)/\(version)")
    let model = try ModelRegistry.model(
      version: version, configuration: golden.configuration, variant: variant)
    let audit = CausalityAudit(model, try golden.store(for: model), tokens: golden.inputs[0])
    #expect(!audit.leaks)
    let difference = try #require(audit.incrementalDifference)
    #expect(difference < 1e-4 * audit.logitScale)
    #expect(model.objective.targetShift == 0)
  }

  /// Longer than a chunk of the memory and than its golden vectors.
  @Test func decodesLongSequences() throws {
    let golden = try GoldenSet(path: "\(GoldenTests.root)/v7.4")
    let model = try ModelRegistry.model(
      version: "v7.4", configuration: golden.configuration, variant: .sound)
    let tokens = (0..<200).map { Int32($0 * 37 % 96) }
    let audit = CausalityAudit(model, try golden.store(for: model), tokens: tokens)
    #expect(!audit.leaks)
    let difference = try #require(audit.incrementalDifference)
    #expect(difference < 1e-4 * audit.logitScale)
  }

  @Test(arguments: versions) func publishedVariantLeaks(_ version: String) throws {
    let golden = try GoldenSet(path: "\(GoldenTests.root)/\(version)")
    let model = try ModelRegistry.model(
      version: version, configuration: golden.configuration, variant: .published)
    let store = ParameterStore(model.layout)
    store.initialize(seed: 7)
    let audit = CausalityAudit(model, store, tokens: golden.inputs[0])
    #expect(audit.leaks && audit.incrementalDifference == nil)
    #expect(model.objective.targetShift == 1)
  }

  /// Terms whose factor is 0 leave their parameters alone.
  @Test func headsRestUntilTheirTermsBegin() throws {
    for (version, prefix, begin) in [("v7.5", "future_heads", 501), ("v8.1", "lookahead", 300)] {
      let golden = try GoldenSet(path: "\(GoldenTests.root)/\(version)")
      let model = try ModelRegistry.model(
        version: version, configuration: golden.configuration, variant: .sound)
      let heads = model.layout.parameters.filter { $0.name.hasPrefix(prefix) }
      #expect(!heads.isEmpty)
      for head in heads {
        #expect(!model.objective.isActive(head, step: begin - 1))
        #expect(model.objective.isActive(head, step: begin))
      }
      #expect(model.objective.isActive(model.layout.parameters[0], step: 0))
    }
  }
}

extension CortexTests {
  /// The recipes' models are the published ones.
  @Test(
    arguments: [
      ("v7.4", 6_564_864), ("v7.5", 7_613_440), ("v7.6", 6_564_864), ("v8", 6_166_016),
      ("v8.1", 6_566_400), ("v8.2", 7_156_224), ("v8.3", 6_566_400), ("v8.4", 1_773_312),
    ], [Variant.sound, .published])
  func recipeHasTheModelOfTheCard(_ version: (name: String, count: Int), _ variant: Variant) throws
  {
    let recipe = try PublishedRecipes.recipe(version.name, variant)
    let model = try recipe.model()
    #expect(model.layout.count == version.count)
    let settings = try TrainingSettings(recipe, optimizer: model.optimizer)
    #expect(settings.sequencesPerStep == 32)
    #expect(settings.schedule.totalSteps == nil || variant == .published)
    #expect(try recipe.string("version") == version.name)
    let defects = recipe["defects"]?.arrayValue ?? []
    #expect(defects.isEmpty == (variant == .sound))
    #expect(defects.allSatisfy { $0.stringValue?.isEmpty == false })
  }
}
