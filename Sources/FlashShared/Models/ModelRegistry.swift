import Foundation

/// The architectures by the identifiers of the versions that they serve: those of all files in this
/// folder, which the build lists (`Plugins/ListModels`).
public enum ModelRegistry {
  /// All version identifiers, in ascending order.
  public static var versions: [String] { sorted(architectures) }

  /// The versions whose decoding can be guided by something.
  public static func versions(guidedBy guide: DecodingGuides) -> [String] {
    sorted(architectures.filter { $0.guides.isSuperset(of: guide) })
  }

  private static func sorted(_ architectures: [any LanguageModel.Type]) -> [String] {
    architectures.flatMap { $0.versions }.sorted {
      $0.compare($1, options: .numeric) == .orderedAscending
    }
  }

  /// The hyper-parameters that each version reads, found by making small models of all.
  public static let readers: HyperparameterReaders = {
    let examples = RecipeTable.hyperparameterExamples
    let read = architectures.flatMap { architecture -> [(String, [Variant: Set<String>])] in
      var names: [Variant: Set<String>] = [:]
      for variant in Variant.allCases {
        let configuration = ModelConfiguration(examples, source: "examples")
        let model = try? architecture.init(
          configuration: configuration, variant: variant, layout: ParameterLayout())
        if model != nil { names[variant] = configuration.reads.all }
      }
      return architecture.versions.map { ($0, names) }
    }
    let byVersion = Dictionary(uniqueKeysWithValues: read)
    return HyperparameterReaders(versions: versions.map { ($0, byVersion[$0] ?? [:]) })
  }()

  /// Makes the model of a version.
  ///
  /// - Parameter layout: an empty layout, which says how ternary matrices are kept.
  public static func model(
    version: String, configuration: ModelConfiguration, variant: Variant,
    layout: ParameterLayout = ParameterLayout()
  ) throws -> any LanguageModel {
    guard let architecture = architectures.first(where: { $0.versions.contains(version) }) else {
      throw UnknownVersion(source: configuration.source, version: version)
    }
    return try architecture.init(
      configuration: configuration, variant: variant, layout: layout)
  }
}

/// A version that no architecture serves.
public struct UnknownVersion: ReportableError, Equatable {
  /// The file that names it.
  public let source: String
  /// The name.
  public let version: String

  public var exitStatus: ExitStatus { .usage }
  public var description: String {
    "\(source): version \"\(version)\" is not known; known are "
      + ModelRegistry.versions.joined(separator: ", ")
  }
}
