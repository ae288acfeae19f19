import Foundation

/// The tokenizer that made a run's data: the one that was given, or the one found beside the shards'
/// manifest, in the folder above, or in the run itself.
struct RunTokenizer {
  let path: String
  /// SHA-256 of the file, in hexadecimal.
  let sha256: String
  /// The file as it was read, once: it may be a pipe.
  private let file: FileBytes

  private init(_ path: String) throws {
    self.path = path
    file = try FileBytes(path: path)
    sha256 = try SHA256.hash(of: file)
  }

  /// Looks for the tokenizer and holds it to what the shards say of it.
  ///
  /// - Returns: nil where the shards do not say and there is none.
  static func find(
    given: String?, for shards: ShardSet, run: RunFolder
  ) throws -> RunTokenizer? {
    let candidates =
      given.map { [$0] }
      ?? ["\(shards.path)/tokenizer.json", "\(shards.path)/../tokenizer.json", run.tokenizer]
      .filter { FileManager.default.fileExists(atPath: $0) }
    guard let hash = shards.tokenizerHash else {
      let tokenizer = try candidates.first.map(RunTokenizer.init)
      try tokenizer?.checkVocabulary(shards)
      return tokenizer
    }
    for path in candidates {
      let tokenizer = try RunTokenizer(path)
      if tokenizer.sha256 == hash { return tokenizer }
    }
    throw candidates.first.map {
      TrainingError.otherTokenizer(tokenizer: $0, shards: shards.path)
    } ?? TrainingError.noTokenizer(shards: shards.path)
  }

  private func checkVocabulary(_ shards: ShardSet) throws {
    let count = try Tokenizer(file).vocabularySize
    guard count <= shards.vocabularySize else {
      throw TrainingError.largerVocabulary(
        tokenizer: path, count: count, shards: shards.vocabularySize)
    }
  }

  /// Makes sure that the end of text that a recipe names is a token, and the one that the shards'
  /// documents end with.
  func checkEndOfText(_ recipe: Recipe, _ shards: ShardSet) throws {
    let member = "data.end_of_text"
    guard recipe.sets(member) else { return }
    let name = try recipe.string(member)
    guard let id = try Tokenizer(file).id(of: name) else {
      throw recipe.failure(member, "\"\(name)\" is no token of \(path)")
    }
    if let token = shards.endOfTextToken, token != id {
      throw recipe.failure(
        member,
        "\"\(name)\" is token \(id), but the documents of \(shards.path) end with token \(token)")
    }
  }

  /// Puts a copy into the run.
  func copy(to folder: RunFolder) throws {
    guard path == "-" || !RunFolder(PathParts(path).folder).isSame(as: folder) else { return }
    try AtomicFile.write(file.copy(0..<file.count), to: folder.tokenizer)
  }
}
