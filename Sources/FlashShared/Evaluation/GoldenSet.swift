import Foundation

/// A directory of golden vectors: a tiny model's weights and inputs with the outputs, gradients and
/// optimiser traces that a trusted implementation computed for them.
///
/// It holds `config.json`, `weights.safetensors`, `batch.json`, and for each variant
/// `<variant>.safetensors` and `<variant>.json`; `causality.json` where it is known what leaks.
public struct GoldenSet {
  /// The directory.
  public let path: String
  /// The version's identifier.
  public let version: String
  /// The hyper-parameters.
  public let configuration: ModelConfiguration
  /// The weights.
  public let weights: Safetensors
  /// Input tokens, a row a sequence.
  public let inputs: [[Int32]]
  /// The token after each input, as the reference's data set forms it.
  public let following: [[Int32]]
  /// Whether the published variant leaks; nil if the directory does not say.
  public let publishedLeaks: Bool?
  /// The variants whose vectors are there.
  public let variants: [Variant]
  /// The losses of the sound variant where they are stated beside the published ones.
  private let correction: JSONValue?

  /// Reads a directory; vectors are read when they are asked for.
  public init(path: String) throws {
    self.path = path
    func file(_ name: String) -> String { "\(path)/\(name)" }
    let config = try JSONValue(contentsOf: file("config.json"))
    guard let members = config.objectValue, let version = members["id"]?.stringValue else {
      throw GoldenSetError(path: file("config.json"), reason: "has no member \"id\"")
    }
    self.version = version
    configuration = ModelConfiguration(members, source: file("config.json"))
    weights = try Safetensors(path: file("weights.safetensors"))
    let batch = try JSONValue(contentsOf: file("batch.json"))
    let vocabularySize = try configuration.integer("vocab")
    inputs = try Self.rows(batch, "x", vocabularySize, file("batch.json"))
    following = try Self.rows(batch, "y", vocabularySize, file("batch.json"))
    guard let first = inputs.first, !first.isEmpty, inputs.map(\.count) == following.map(\.count),
      inputs.allSatisfy({ $0.count == first.count })
    else {
      throw GoldenSetError(path: file("batch.json"), reason: "rows of x and y differ in length")
    }
    let written = Variant.allCases.filter {
      FileManager.default.fileExists(atPath: file("\($0.rawValue).safetensors"))
    }
    let correction =
      written == [.published]
      ? try JSONValue(contentsOf: file("published.json"))["more"]?["corrected"] : nil
    let hasCorrection = correction != nil && !Self.isPublishedOnly(configuration)
    self.correction = hasCorrection ? correction : nil
    variants = (hasCorrection ? [.sound] : []) + written
    guard !variants.isEmpty else {
      throw GoldenSetError(path: path, reason: "has vectors of no variant")
    }
    let causality = file("causality.json")
    publishedLeaks =
      FileManager.default.fileExists(atPath: causality)
      ? try JSONValue(contentsOf: causality)["leaks"]?.booleanValue : nil
  }

  /// What a variant's model is expected to compute.
  public struct Expectation {
    /// The tensors.
    public let vectors: Safetensors
    /// The name of the logits among them.
    public let logitName: String
    /// Losses and traces.
    public let figures: JSONValue
    /// Whether gradients and further outputs are the variant's as well.
    public let isComplete: Bool
  }

  /// What is expected of a variant.
  ///
  /// A sound variant without files of its own is described in the published ones: by the losses under
  /// `more.corrected`, and by `corrected.logits` or, where the correction leaves them, the published
  /// logits.
  public func expectation(of variant: Variant) throws -> Expectation {
    if variant == .sound, let correction {
      let vectors = try Safetensors(path: "\(path)/published.safetensors")
      let isChanged = vectors.shape(of: "corrected.logits") != nil
      return Expectation(
        vectors: vectors, logitName: isChanged ? "corrected.logits" : "logits",
        figures: .object(["loss": correction["total"] ?? .null, "components": correction]),
        isComplete: false)
    }
    return Expectation(
      vectors: try Safetensors(path: "\(path)/\(variant.rawValue).safetensors"),
      logitName: "logits", figures: try JSONValue(contentsOf: "\(path)/\(variant.rawValue).json"),
      isComplete: true)
  }

  /// Whether a configuration says that it is of the published variant alone: v7.2's mask before it
  /// was corrected sees the future. What else the sound variant refuses is a failure of its model.
  private static func isPublishedOnly(_ configuration: ModelConfiguration) -> Bool {
    configuration.members["hebbian_mask"] == "pre_fix_tril"
  }

  /// A store with the weights.
  ///
  /// Every parameter must be there with its shape; what is there besides must be a buffer that the
  /// model computes itself.
  public func store(for model: any LanguageModel) throws -> ParameterStore {
    let store = ParameterStore(model.layout)
    try store.load(
      weights, ignoring: { $0.hasSuffix(".inv_freq") || $0.hasSuffix(".decay_mask") })
    return store
  }

  private static func rows(
    _ batch: JSONValue, _ name: String, _ vocabularySize: Int, _ path: String
  ) throws -> [[Int32]] {
    try (batch[name]?.arrayValue ?? []).map { row in
      try (row.arrayValue ?? []).map { value in
        guard let token = value.integerValue, (0..<vocabularySize).contains(token) else {
          throw GoldenSetError(path: path, reason: "\(name) holds something that is no token")
        }
        return Int32(token)
      }
    }
  }
}

/// A golden directory that cannot be used.
public struct GoldenSetError: ReportableError, Equatable {
  /// The file or directory.
  public let path: String
  /// What is wrong with it.
  public let reason: String

  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  public var exitStatus: ExitStatus { .badData }
  public var description: String { "\(path): \(reason)" }
}
