import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// Every recipe in the repository can be trained: it names a known version, its settings are accepted,
/// and it says what was published.
@Suite struct RecipeTests {
  @Test(arguments: PublishedRecipes.versions, [Variant.sound, .published])
  func isUsable(_ version: String, _ variant: Variant) throws {
    let recipe = try PublishedRecipes.recipe(version, variant)
    #expect(try recipe.string("version") == version)
    let model = try recipe.model()
    _ = try TrainingSettings(recipe, optimizer: model.optimizer)
    _ = try PublishedProtocol(recipe, seed: 1, batches: nil)
    if variant == .published {
      #expect(recipe["defects"]?.arrayValue?.isEmpty == false, "\(version) states no defects")
    }
    let claim = try #require(PublishedFigures(recipe), "\(version) states nothing published")
    #expect(claim.version == version)
  }

  /// Each has its own place in the order of appearance.
  @Test func placesAreDistinct() throws {
    let places = try PublishedRecipes.versions.map {
      PublishedFigures(try PublishedRecipes.recipe($0))?.place
    }
    #expect(places.compactMap(\.self).sorted() == Array(1...places.count))
  }

  /// A version without a recipe would be listed nowhere, and a recipe without one could not be run.
  @Test func everyVersionHasARecipe() {
    #expect(ModelRegistry.versions.sorted() == PublishedRecipes.versions.sorted())
  }
}
