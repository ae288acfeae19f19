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
