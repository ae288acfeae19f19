import FlashShared
import Foundation

/// A tiny recipe and data to train it on.
public enum TrainingFixture {
  /// A v5.2 of 16 channels that trains for 20 steps, with checkpoints and validations in between.
  public static let recipe: JSONObject = [
    "version": "v5.2",
    "model": [
      "d_model": 16, "n_layers": 2, "n_heads": 2, "d_head": 8, "d_ffn": 24, "dropout": 0.1,
    ],
    "data": ["window": 12],
    "batch": ["sequences": 3, "accumulation": 2, "group": 2],
    "optimizer": ["learning_rate": 3e-3, "minimum_learning_rate": 1e-4, "warmup_steps": 3],
    "budget": ["steps": 20],
    "validation": ["every_steps": 5, "windows": 8],
    "checkpoint": ["every_steps": 4],
    "log": ["every_steps": 1],
  ]

  /// Writes the recipe to a file.
  public static func writeRecipe(_ path: String) throws {
    try Data(JSONValue.object(recipe).serialized()).write(to: URL(filePath: path))
  }

  /// Shards of a sequence that a model can learn: each token mostly decides the next.
  ///
  /// - Parameter tokenizerHash: nil for tokens that no tokenizer made.
  @discardableResult
  public static func makeShards(
    _ path: String, tokens count: Int, vocabulary: Int = 29, seed: UInt64 = 5,
    tokenizerHash: String? = nil, endOfTextToken: Int32? = nil
  ) throws -> ShardSet {
    let stream = RandomStream(seed: seed, purpose: .evaluation)
    let writer = try ShardSetWriter(
      path: path, vocabularySize: vocabulary, endOfTextToken: endOfTextToken,
      tokenizerHash: tokenizerHash)
    var token = 1
    let tokens = (0..<count).map { index -> Int32 in
      let draw = stream.bits(at: UInt64(index))
      token = draw % 4 == 0 ? Int(draw >> 8) % vocabulary : (token * 7 + 3) % vocabulary
      return Int32(token)
    }
    try writer.append(tokens, bytes: 4 * count, characters: 4 * count, informationBits: nil)
    try writer.commit(sources: [], steps: [])
    return try ShardSet(path: path)
  }
}
