import Foundation
import Testing

@testable import FlashShared

/// Every recipe in the repository can be trained: it names a known version, its settings are accepted,
/// and the model is the published one.
@Suite struct RecipeTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../pipelines/recipes").standardizedFileURL.path

  static let files: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    // The quickstart is no version of the family: it is a small v5.2 of its own size.
    .filter { $0.hasSuffix(".json") && !["quickstart.json", "schema.json"].contains($0) }

  @Test(arguments: files, [Variant.sound, .published])
  func isUsable(_ file: String, _ variant: Variant) throws {
    let recipe = try Recipe(path: "\(Self.folder)/\(file)", variant: variant)
    let version = try recipe.string("version")
    guard let published = ModelRegistry.publishedConfiguration(of: version) else {
      Issue.record("\(file) names no known version")
      return
    }
    let model = try recipe.model()
    let expected = try ModelRegistry.model(
      version: version, configuration: ModelConfiguration(published, source: version),
      variant: variant)
    #expect(model.layout.count == expected.layout.count)
    _ = try TrainingSettings(recipe, optimizer: model.optimizer)
    _ = try PublishedProtocol(recipe, seed: 1, batches: nil)
    if variant == .published {
      #expect(recipe["defects"]?.arrayValue?.isEmpty == false, "\(file) states no defects")
    }
  }

  @Test func recipesAreThere() { #expect(!Self.files.isEmpty) }
}
