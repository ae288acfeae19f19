extension ShardManifest {
  /// Documents, tokens and characters in one line.
  public var summary: String {
    var text = "\(documentCount) documents, \(tokenCount) tokens"
    if let sourceCharacters { text += ", \(sourceCharacters) characters" }
    return text + " in \(shards.count) \(shards.count == 1 ? "shard" : "shards")"
  }

  /// The manifest for people.
  public var description: String {
    var lines = [
      "documents       \(documentCount)", "tokens          \(tokenCount)",
      "characters      \(sourceCharacters.map(String.init) ?? "not known")",
      "bytes           \(sourceBytes.map(String.init) ?? "not known")",
    ]
    if let sourceCharacters, sourceCharacters > 0, tokenCount > 0 {
      let ratio = Double(sourceCharacters) / Double(tokenCount)
      lines.append("                \(Self.rounded(ratio)) characters a token")
    }
    if let informationBits {
      lines.append("information     \(Self.rounded(informationBits)) bits")
      if let sourceCharacters, sourceCharacters > 0 {
        let floor = informationBits / Double(sourceCharacters)
        lines.append("floor           \(Self.rounded(floor)) bits per character")
      }
    }
    lines += [
      "vocabulary      \(vocabularySize) entries",
      "end of text     \(endOfTextToken.map { "token \($0) after each document" } ?? "none")",
      "tokenizer       \(tokenizerHash ?? "not known")",
      "shards          \(shards.count) of \(elementType.name), "
        + "\(files.reduce(0) { $0 + $1.bytes }) bytes with the index",
    ]
    for source in sources {
      let size = source.bytes.map { ", \($0) bytes" } ?? ""
      let hash = source.sha256.map { ", SHA-256 \($0)" } ?? ""
      lines.append("source          \(source.name)\(size)\(hash)")
    }
    for step in steps {
      let members = step.members.filter { $0.name != "step" }.map { member in
        let value = String(decoding: member.value.serialized(digits: 6), as: UTF8.self)
        return "\(member.name) \(value)"
      }
      let name = step["step"]?.stringValue ?? "step"
      lines.append("step            \(([name] + members).joined(separator: ", "))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Four digits behind the point.
  private static func rounded(_ number: Double) -> String { "\((number * 1e4).rounded() / 1e4)" }
}
