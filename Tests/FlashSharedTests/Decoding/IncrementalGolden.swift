import Testing

@testable import FlashShared

/// The golden sets whose model, sound where it can be, decodes incrementally: what tests of
/// incremental decoding run over.
enum IncrementalGolden {
  /// Golden sets whose model does not: published forms that look ahead, without sound vectors.
  static let others = ["v7.2-prefix-mask", "v8.2", "v8.3", "v8.4"]

  static let names = GoldenTests.directories.filter { !others.contains($0) }

  /// A golden set with its model.
  static func model(_ name: String) throws -> (GoldenSet, any LanguageModel) {
    let golden = try GoldenSet(path: "\(GoldenTests.root)/\(name)")
    let variant = golden.variants.contains(.sound) ? Variant.sound : .published
    let model = try ModelRegistry.model(
      version: golden.version, configuration: golden.configuration, variant: variant)
    try #require(model.decodesIncrementally == !others.contains(name), "\(name)")
    return (golden, model)
  }
}
