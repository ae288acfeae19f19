/// A model architecture: its parameters and its forward pass.
///
/// A model declares its parameters when it is made from a configuration and records its forward
/// pass into any graph; gradients, evaluation and incremental decoding follow from the operations
/// that it uses. To add an architecture, write one file in this folder: the build finds it there
/// (`ModelRegistry`).
public protocol LanguageModel: Sendable {
  /// The identifiers of the versions that this architecture serves, as recipes name them.
  static var versions: [String] { get }

  /// What decoding can be guided by besides logits.
  static var guides: DecodingGuides { get }

  /// Makes the model.
  ///
  /// - Parameters:
  ///   - configuration: the hyper-parameters under the reference card's names.
  ///   - variant: sound or published.
  ///   - layout: an empty layout, which says how ternary matrices are kept; the model declares its
  ///     parameters in it.
  init(configuration: ModelConfiguration, variant: Variant, layout: ParameterLayout) throws

  /// The parameters in the order of declaration.
  var layout: ParameterLayout { get }
  /// The number of token ids.
  var vocabularySize: Int { get }

  /// Whether every operation has a form that takes a token at a time and gives the same logits.
  var decodesIncrementally: Bool { get }
  /// The stages behind which a token may leave, if the version has early exits.
  var depth: AdaptiveDepth? { get }
  /// The head that says from the last block's output how hard the next tokens will be, [1, width];
  /// there if `guides` has `value`.
  var valueHead: Parameter? { get }
  /// What predicts the direction of the states that follow; there if `guides` has `compass`.
  var compass: Compass? { get }
  /// What the version is trained to do in this variant.
  var objective: any Objective { get }
  /// How the version's parameters are updated, but for what a recipe says otherwise.
  var optimizer: AdamWSettings { get }

  /// Records the forward pass over the graph's tokens.
  func callAsFunction(_ graph: Graph) -> ModelOutput
}

extension LanguageModel {
  public static var guides: DecodingGuides { [] }
  public var valueHead: Parameter? { nil }
  public var compass: Compass? { nil }
  public var decodesIncrementally: Bool { true }
  public var depth: AdaptiveDepth? { nil }
  public var objective: any Objective { NextToken() }
  public var optimizer: AdamWSettings { AdamWSettings() }
}
