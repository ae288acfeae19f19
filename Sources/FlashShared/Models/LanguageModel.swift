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
  /// The stages behind which a token may leave, if the version has early exits.
  var depth: AdaptiveDepth? { get }
  /// What the version is trained to do in this variant.
  var objective: any Objective { get }
  /// How the version's parameters are updated, but for what a recipe says otherwise.
  var optimizer: AdamWSettings { get }

  /// Records the forward pass over the graph's tokens.
  func callAsFunction(_ graph: Graph) -> ModelOutput
}

extension LanguageModel {
  public var decodesIncrementally: Bool { true }
  public var depth: AdaptiveDepth? { nil }
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
  /// Heads behind inner layers, in the order of the layers.
  public var exits: [EarlyExit] = []
  /// Heads that say for each block's output how hard the next tokens will be, [1, width] each.
  public var valueHeads: [Parameter] = []
  /// Heads that predict tokens further ahead, each one token further than the one before it:
  /// [vocabulary, width] each.
  public var futureHeads: [Parameter] = []
  /// What predicts the set of the tokens that follow, [width, width]: with `head` behind it.
  public var futureSetProjection: Parameter?
  /// What predicts the direction of the states that follow.
  public var compass: Compass?
  /// The input tokens as the model saw them, where they differ from the graph's.
  public var seenTokens: Tensor?
  /// Inner results that golden vectors name.
  public var namedTensors: [NamedTensor] = []

  public init(
    hidden: Tensor, head: Parameter, blockOutputs: [Tensor], namedTensors: [NamedTensor] = []
  ) {
    self.hidden = hidden
    self.head = head
    self.blockOutputs = blockOutputs
    self.namedTensors = namedTensors
  }

  /// A tensor and what golden vectors call it.
  public struct NamedTensor: Sendable {
    public let name: String
    public let tensor: Tensor

    public init(_ name: String, _ tensor: Tensor) {
      self.name = name
      self.tensor = tensor
    }
  }
}

/// A vocabulary head behind an inner layer, with a gate that says how far it can be trusted.
public struct EarlyExit: Sendable {
  /// [batch, time, width]: the layer's output, normalised.
  public let hidden: Tensor
  /// [vocabulary, width].
  public let head: Parameter
  /// [batch, time, 1]: the confidence before its sigmoid.
  public let confidence: Tensor
}
