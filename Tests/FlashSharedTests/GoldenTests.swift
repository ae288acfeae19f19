import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// Every golden directory in the repository passes in every variant that it holds.
@Suite struct GoldenTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden").path

  static let directories: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).sorted()
    .filter { FileManager.default.fileExists(atPath: "\(root)/\($0)/config.json") }

  /// Directories whose configuration no sound variant has, and why: all others must make one.
  static let publishedOnly = [
    "v7.2-prefix-mask": "its mask, which was withdrawn, sees the future"
  ]

  static let soundDirectories = directories.filter { publishedOnly[$0] == nil }

  /// What is left out of the tests of sound variants is there, and is refused for its own reason.
  @Test(arguments: publishedOnly.keys) func soundVariantIsRefused(_ directory: String) throws {
    let golden = try GoldenSet(path: "\(Self.root)/\(directory)")
    #expect(golden.variants == [.published])
    let error = #expect(throws: ModelConfigurationError.self) {
      try ModelRegistry.model(
        version: golden.version, configuration: golden.configuration, variant: .sound)
    }
    #expect(error?.member == "hebbian_mask")
  }

  @Test(arguments: directories) func conforms(_ directory: String) throws {
    let golden = try GoldenSet(path: "\(Self.root)/\(directory)")
    let recipe = try PublishedRecipes.recipe(golden.version)
    for variant in golden.variants {
      let result = try Conformance(golden, recipe: recipe).check(variant)
      #expect(result.failures == [], "\(golden.version) \(variant)")
    }
  }

  @Test func directoriesAreThere() { #expect(!Self.directories.isEmpty) }
}
