/// Which hyper-parameters the versions' models and objectives read.
public struct HyperparameterReaders: Sendable {
  /// The names by version, in the versions' order, and by variant; variants that a version does not
  /// have are missing.
  let versions: [(version: String, names: [Variant: Set<String>])]

  /// The names that a version reads in each of its variants; nil for an unknown version.
  func names(_ version: String) -> [Variant: Set<String>]? {
    versions.first { $0.version == version }?.names
  }

  /// The versions that read a hyper-parameter in some variant.
  func versions(reading name: String) -> [String] {
    versions.filter { $0.names.values.contains { $0.contains(name) } }.map(\.version)
  }

  /// The variants of a version that read a hyper-parameter.
  func variants(of version: String, reading name: String) -> [Variant] {
    let names = names(version) ?? [:]
    return Variant.allCases.filter { names[$0]?.contains(name) ?? false }
  }
}
