/// What a forward pass gives to objectives, evaluation and decoding.
public struct ModelOutput: Sendable {
  /// [batch, time, width]: the last hidden states, normalised.
  public var hidden: Tensor
  /// The vocabulary head, [vocabulary, width]: logits are `hidden`·`head`ᵀ.
  public var head: Parameter
  /// [batch, time, width] each: the outputs of the blocks.
  public var blockOutputs: [Tensor]
  /// What heads behind inner layers gave, in the order of the layers.
  public var exits: [EarlyExit] = []
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
}
