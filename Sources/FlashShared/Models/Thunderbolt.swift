/// v5 "Thunderbolt": gated recurrences and squared-ReLU layers with ternary weights.
///
///     u = Shift(LN1(x); mix1)
///     f = lb + (1 − lb) sigmoid(W_f u + f_bias);   v = W_v u;   o = sigmoid(W_o u)
///     h_t = f_t ⊙ h_{t−1} + (1 − f_t) ⊙ v_t
///     x ← x + W_proj GroupNorm(o ⊙ h)
///     x ← x + ffn_down(relu(ffn_up(Shift(LN2(x); mix2)))²)
///     logits = LN_out(x)·Eᵀ
///
/// lb rises from 0 in the first layer to 0.9 in the last. Published, the group norm has one mean and
/// variance over all positions of the window, so that every position sees the future; here each
/// position is normalised by itself.
public struct Thunderbolt: LanguageModel {
  public static let versions = ["v5"]

  public let layout: ParameterLayout
  public let vocabularySize: Int
  public var optimizer: AdamWSettings { AdamWSettings(weightDecay: 0.05) }
  /// Published, the norm needs the whole window.
  public let decodesIncrementally: Bool
  private let embedding: Parameter
  private let blocks: [Block]
  private let finalNorm: LayerNorm

  fileprivate struct Block: Sendable {
    let norm1: LayerNorm
    let mix1: Parameter
    let forget: TernaryLinear
    let value: TernaryLinear
    let outputGate: TernaryLinear
    let project: TernaryLinear
    let groupGain: Parameter
    let groupBias: Parameter
    let norm2: LayerNorm
    let mix2: Parameter
    let up: TernaryLinear
    let down: TernaryLinear
    let forgetFloor: Float
    let heads: Int
    let normalizesAcrossTime: Bool
  }

  public init(
    configuration: ModelConfiguration, variant: Variant, layout: ParameterLayout
  ) throws {
    try configuration.require(variant, among: [.sound, .published])
    let width = try configuration.integer("d_model")
    let heads = try configuration.integer("n_heads")
    let headWidth = try configuration.integer("d_head")
    let blockCount = try configuration.integer("n_layers")
    let hiddenWidth = try configuration.integer("d_ffn")
    vocabularySize = try configuration.integer("vocab")
    let innerWidth = heads * headWidth

    var layout = layout
    let wholeMatrix = TernaryLinear.Quantization(isPerRow: false, scale: .floored)
    embedding = layout.declare(
      "embed.weight", [vocabularySize, width], .normal(standardDeviation: 0.02))
    blocks = (0..<blockCount).map { index in
      let name = "blocks.\(index)"
      func ternary(
        _ part: String, from inputWidth: Int, to outputWidth: Int, bias: Parameter? = nil
      ) -> TernaryLinear {
        TernaryLinear(
          "\(name).\(part)", from: inputWidth, to: outputWidth, wholeMatrix, bias: bias,
          in: &layout)
      }
      let forgetBias = layout.declare("\(name).rec.f_bias", [innerWidth], .constant(0))
      return Block(
        norm1: LayerNorm("\(name).ln1", width: width, in: &layout),
        mix1: layout.declare("\(name).mix1", [width], .constant(0)),
        forget: ternary("rec.W_f", from: width, to: innerWidth, bias: forgetBias),
        value: ternary("rec.W_v", from: width, to: innerWidth),
        outputGate: ternary("rec.W_o", from: width, to: innerWidth),
        project: ternary("rec.W_proj", from: innerWidth, to: width),
        groupGain: layout.declare("\(name).rec.gn.weight", [innerWidth], .constant(1)),
        groupBias: layout.declare("\(name).rec.gn.bias", [innerWidth], .constant(0)),
        norm2: LayerNorm("\(name).ln2", width: width, in: &layout),
        mix2: layout.declare("\(name).mix2", [width], .constant(0)),
        up: ternary("ffn_up", from: width, to: hiddenWidth),
        down: ternary("ffn_down", from: hiddenWidth, to: width),
        forgetFloor: 0.9 * Float(index) / Float(max(blockCount - 1, 1)), heads: heads,
        normalizesAcrossTime: variant == .published)
    }
    finalNorm = LayerNorm("ln_out", width: width, in: &layout)
    self.layout = layout
    decodesIncrementally = variant == .sound
  }

  public func callAsFunction(_ graph: Graph) -> ModelOutput {
    var hidden = graph.embedding(embedding)  // [batch, time, d_model]
    var blockOutputs: [Tensor] = []
    for block in blocks {
      hidden = block(hidden, in: graph)
      blockOutputs.append(hidden)
    }
    return ModelOutput(
      hidden: finalNorm(hidden, in: graph), head: embedding, blockOutputs: blockOutputs)
  }
}

extension Thunderbolt.Block {
  func callAsFunction(_ hidden: Tensor, in graph: Graph) -> Tensor {
    let shifted = graph.tokenShift(norm1(hidden, in: graph), mix: mix1)  // [batch, time, d_model]
    // [batch, time, heads · d_head]
    let recurrent = graph.gatedRecurrence(
      forget: forget(shifted, in: graph), values: value(shifted, in: graph),
      outputGate: outputGate(shifted, in: graph), floor: forgetFloor)
    let normal = graph.groupNorm(
      recurrent, gain: groupGain, bias: groupBias, groups: heads,
      acrossTime: normalizesAcrossTime)
    let mixed = graph.add(hidden, project(normal, in: graph))

    let again = graph.tokenShift(norm2(mixed, in: graph), mix: mix2)
    let squared = graph.squaredReLU(up(again, in: graph))  // [batch, time, d_ffn]
    return graph.add(mixed, down(squared, in: graph))
  }
}
