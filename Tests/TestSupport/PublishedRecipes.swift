import FlashShared
import Foundation

/// The recipes of the repository.
public enum PublishedRecipes {
  /// Their folder.
  public static let folder = Tool.repository.appending(path: "pipelines/recipes").path

  /// The names of all files that are recipes.
  public static let files: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    .filter { $0.hasSuffix(".json") && $0 != "schema.json" }

  /// The versions of the family that have one, those of other sizes included.
  public static let versions: [String] = files.map { String($0.dropLast(".json".count)) }
    // The quickstart is no version of the family: it is a small v5.2 of its own size.
    .filter { $0 != "quickstart" }

  /// The recipe of a version.
  public static func recipe(_ version: String, _ variant: Variant? = nil) throws -> Recipe {
    try Recipe(path: "\(folder)/\(version).json", variant: variant)
  }
}
