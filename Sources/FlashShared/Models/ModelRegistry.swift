/// The architectures by the identifiers of the versions that they serve.
public enum ModelRegistry {
  private static let architectures: [any LanguageModel.Type] = [
    NovaIgnition.self,
    Bolt.self,
    Thunderbolt.self,
    Supernova.self,
    Cortex.self,
    Cortex3.self,
    Cortex4.self,
    Cortex5.self,
    Cortex6.self,
    Cortex7.self,
    CortexEight.self,
    CortexNine.self,
    CortexLookahead.self,
    LeanCortex.self,
    SearchTransformer.self,
    CortexCompass.self,
    Reckoning.self,
    Reckoning2.self,
    FutureSentenceTransformer.self,
    CPUFlow.self,
  ]

  /// All version identifiers.
  public static var versions: [String] { architectures.flatMap { $0.versions } }

  /// The hyper-parameters of a version as it was published; nil for an unknown one.
  public static func publishedConfiguration(of version: String) -> JSONObject? {
    architectures.first { $0.versions.contains(version) }?.publishedConfiguration(of: version)
  }

  /// The hyper-parameters that each version reads, found by making its models. A version is made with
  /// those of its architecture's other versions too, so that what it reads only beside another member
  /// is found as well.
  public static let readers = HyperparameterReaders(
    versions: architectures.flatMap { architecture in
      architecture.versions.map { version in
        var members = architecture.publishedConfiguration(of: version)
        for other in architecture.versions {
          for (name, value) in architecture.publishedConfiguration(of: other).members
          where members[name] == nil {
            members[name] = value
          }
        }
        return (version, names(architecture, members))
      }
    })

  private static func names(
    _ architecture: any LanguageModel.Type, _ members: JSONObject
  ) -> [Variant: Set<String>] {
    var names: [Variant: Set<String>] = [:]
    for variant in Variant.allCases {
      let configuration = ModelConfiguration(members, source: "the published configuration")
      if (try? architecture.init(configuration: configuration, variant: variant)) != nil {
        names[variant] = configuration.reads.all
      }
    }
    return names
  }

  /// Makes the model of a version.
  public static func model(
    version: String, configuration: ModelConfiguration, variant: Variant
  ) throws -> any LanguageModel {
    guard let architecture = architectures.first(where: { $0.versions.contains(version) }) else {
      throw UnknownVersion(source: configuration.source, version: version)
    }
    return try architecture.init(configuration: configuration, variant: variant)
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
