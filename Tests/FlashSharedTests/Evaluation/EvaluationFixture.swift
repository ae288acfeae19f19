import Foundation

@testable import FlashShared

/// A tiny v5.2 with random weights, large enough that its predictions differ.
struct EvaluationFixture {
  static let window = 8
  let model: any LanguageModel
  let store: ParameterStore

  init(seed: UInt64 = 3, vocabulary: Int = 31) throws {
    model = try ModelRegistry.model(
      version: "v5.2",
      configuration: ModelConfiguration(
        [
          "vocab": .integer(vocabulary), "d_model": 16, "n_layers": 2, "n_heads": 2, "d_head": 8,
          "d_ffn": 24,
        ], source: "test"),
      variant: .sound)
    store = ParameterStore(model.layout)
    store.initialize(seed: seed)
    for parameter in model.layout.parameters where parameter.shape.count == 2 {
      store.setValues(store.copyValues(of: parameter).map { $0 * 12 }, of: parameter)
    }
  }

  /// Shards of documents of the given lengths, of random tokens that end with token 3.
  static func shards(
    _ path: String, lengths: [Int], endOfText: Int32? = 3, vocabulary: Int = 31,
    informationBits: Double? = nil
  ) throws -> ShardSet {
    let stream = RandomStream(seed: 8, purpose: .evaluation)
    let writer = try ShardSetWriter(
      path: path, vocabularySize: vocabulary, endOfTextToken: endOfText, shardTokens: 40)
    var draw: UInt64 = 0
    for length in lengths {
      var tokens: [Int32] = []
      for _ in 0..<length {
        tokens.append(Int32(stream.integer(at: draw, below: UInt64(vocabulary))))
        draw += 1
      }
      if let endOfText, !tokens.isEmpty { tokens[tokens.count - 1] = endOfText }
      try writer.append(
        tokens, bytes: 5 * length, characters: 4 * length,
        informationBits: informationBits.map { $0 * Double(length) })
    }
    try writer.commit(sources: [], steps: [])
    return try ShardSet(path: path)
  }

  /// Nats of a target, and whether it has the largest logit, after some inputs: the whole forward
  /// pass, softmax in float64.
  func score(_ inputs: [Int32], _ target: Int32) -> (loss: Double, isHit: Bool) {
    let logits = LogitGraph(model, store, mode: .evaluation, batch: 1, time: inputs.count)
      .logits(inputs).suffix(model.vocabularySize).map { Double($0) }
    let largest = logits.max() ?? 0
    let total = logits.reduce(0) { $0 + exp($1 - largest) }
    return (
      log(total) + largest - logits[Int(target)], logits.firstIndex(of: largest) == Int(target)
    )
  }
}
