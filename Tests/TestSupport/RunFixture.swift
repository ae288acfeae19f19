import FlashShared
import Foundation

/// A run folder as fl-train leaves it, with random weights and a tokenizer of single bytes, and
/// shards that the tokenizer made.
public struct RunFixture {
  public static let windowLength = 16
  public static let endOfText: Int32 = 3
  public static let documents = [
    "Once upon a time there was a cat.", "The cat sat on the mat and was happy.", "", "Zoë ran.",
    "One day, Tim and Sue went to the park. They saw a big red ball and played all day long.",
  ]

  /// The folder of the run.
  public let path: String
  /// The folder of the shards.
  public let shards: String

  /// Hyper-parameters of v8.1 and v9.2 of the fixture's size.
  public static let cortex: JSONObject = [
    "d_model": 16, "n_layers": 2, "d_ff": 24, "n_heads": 2, "d_head": 8, "window_size": 6,
    "d_mem": 4, "dropout": 0.1,
  ]

  /// What the version's objective must be told.
  private static func objective(of version: String) -> JSONObject {
    version.hasPrefix("v8") ? ["lookahead_weight": 0.1, "lookahead_warmup": 3] : [:]
  }

  /// Writes both into a folder.
  ///
  /// - Parameter hyperparameters: those of `version` but for the vocabulary; v5.2's if not given.
  public init(
    in folder: TemporaryFolder, variant: String = "sound", version: String = "v5.2",
    hyperparameters: JSONObject? = nil
  ) throws {
    path = folder.file("run")
    shards = folder.file("shards")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let special = ["<pad>", "<unk>", "<bos>", "<eos>"]
    let tokenizer = Tokenizer(
      model: BytePairModel(
        tokens: special + ByteAlphabet.characters.map { String($0) }, merges: []),
      addedTokens: special.enumerated().map { AddedToken(id: Int32($0), content: $1) },
      addsPrefixSpace: false)
    try tokenizer.write(to: "\(path)/tokenizer.json")
    var model: JSONObject =
      hyperparameters ?? [
        "d_model": 16, "n_layers": 2, "n_heads": 2, "d_head": 8, "d_ffn": 24, "dropout": 0.1,
      ]
    model["vocab"] = .integer(tokenizer.vocabularySize)
    let recipe = try Recipe(
      [
        "version": .string(version), "variant": .string(variant), "model": .object(model),
        "objective": .object(Self.objective(of: version)),
        "data": ["window": .integer(Self.windowLength)],
        "protocol": ["batches": 5, "sequences": 2],
        "sampling": ["prompts": ["The cat"], "tokens": 7, "temperature": 0.7, "top_k": 40],
      ], source: "fixture")
    try AtomicFile.write(
      JSONValue.object(recipe.settings).serialized(), to: "\(path)/recipe.json")
    let network = try recipe.model()
    let store = ParameterStore(network.layout)
    store.initialize(seed: 4)
    for parameter in network.layout.parameters where parameter.shape.count == 2 {
      store.setValues(store.copyValues(of: parameter).map { $0 * 15 }, of: parameter)
    }
    for name in ["best", "last"] {
      try Safetensors.write(store.tensors, metadata: [:], to: "\(path)/\(name).safetensors")
    }
    let file = try Tokenizer(contentsOf: "\(path)/tokenizer.json")
    try Self.writeShards(
      shards, vocabularySize: tokenizer.vocabularySize,
      tokenizerHash: file.sha256.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
        .joined())
  }

  /// Shards of the documents, a byte a token.
  public static func writeShards(
    _ path: String, vocabularySize: Int, tokenizerHash: String?, documents: [String] = documents
  ) throws {
    let writer = try ShardSetWriter(
      path: path, vocabularySize: vocabularySize, endOfTextToken: endOfText,
      tokenizerHash: tokenizerHash)
    for text in documents {
      let tokens = text.utf8.map { byte in
        Int32(4 + (ByteAlphabet.characters.firstIndex { ByteAlphabet.byte(of: $0) == byte } ?? 0))
      }
      try writer.append(
        tokens + [endOfText], bytes: text.utf8.count, characters: text.unicodeScalars.count,
        informationBits: Double(text.utf8.count))
    }
    try writer.commit(sources: [], steps: [])
  }
}
