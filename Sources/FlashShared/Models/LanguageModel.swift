/// A model architecture: its parameters and its forward pass.
///
/// A model declares its parameters when it is made from a configuration and records its forward
/// pass into any graph; gradients, evaluation and incremental decoding follow from the operations
/// that it uses. To add an architecture, write one file in this folder and list it in
/// `ModelRegistry`.
public protocol LanguageModel: Sendable {
  /// The identifiers of the versions that this architecture serves, as recipes name them.
  static var versions: [String] { get }

  /// The hyper-parameters of a version as it was published, under the reference card's names.
  static func publishedConfiguration(of version: String) -> JSONObject

  /// Makes the model.
  ///
  /// - Parameters:
  ///   - configuration: the hyper-parameters under the reference card's names.
  ///   - variant: sound or published.
  init(configuration: ModelConfiguration, variant: Variant) throws

  /// The parameters in the order of declaration.
  var layout: ParameterLayout { get }
  /// The number of token ids.
  var vocabularySize: Int { get }

  /// Whether every operation has a form that takes a token at a time and gives the same logits.
  var decodesIncrementally: Bool { get }
  /// What the version is trained to do in this variant.
  var objective: any Objective { get }
  /// How the version's parameters are updated, but for what a recipe says otherwise.
  var optimizer: AdamWSettings { get }

  /// Records the forward pass over the graph's tokens.
  func callAsFunction(_ graph: Graph) -> ModelOutput
}

extension LanguageModel {
  public var decodesIncrementally: Bool { true }
  public var objective: any Objective { NextToken() }
  public var optimizer: AdamWSettings { AdamWSettings() }
}

/// What a forward pass gives to objectives, evaluation and decoding.
public struct ModelOutput: Sendable {
  /// [batch, time, width]: the last hidden states, normalised.
  public var hidden: Tensor
  /// The vocabulary head, [vocabulary, width]: logits are `hidden`·`head`ᵀ.
  public var head: Parameter
  /// [batch, time, width] each: the outputs of the blocks.
  public var blockOutputs: [Tensor]

  public init(hidden: Tensor, head: Parameter, blockOutputs: [Tensor]) {
    self.hidden = hidden
    self.head = head
    self.blockOutputs = blockOutputs
  }
}
