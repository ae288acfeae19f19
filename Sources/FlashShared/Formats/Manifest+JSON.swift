extension ShardManifest {
  static let format = "flashlm-shards"
  static let version = 1

  /// The manifest as an object, without its own hash.
  var members: JSONObject {
    var object = JSONObject()
    object["format"] = .string(Self.format)
    object["version"] = .integer(Self.version)
    object["tokens"] = .integer(tokenCount)
    object["documents"] = .integer(documentCount)
    object["bytes"] = JSONValue(sourceBytes)
    object["characters"] = JSONValue(sourceCharacters)
    object["information_bits"] = JSONValue(informationBits)
    object["dtype"] = .string(elementType.name)
    object["vocabulary_size"] = .integer(vocabularySize)
    object["end_of_text"] = JSONValue(endOfTextToken.map(Int.init))
    object["tokenizer_sha256"] = JSONValue(tokenizerHash)
    object["sources"] = .array(sources.map(\.json))
    object["steps"] = .array(steps.map(JSONValue.object))
    object["shards"] = .array(shards.map(\.json))
    object["document_offsets"] = documentOffsets.json
    object["document_bytes"] = documentBytes?.json ?? .null
    object["document_characters"] = documentCharacters?.json ?? .null
    object["document_bits"] = documentBits?.json ?? .null
    return object
  }

  /// The manifest as it is written, its hash included.
  public var json: JSONValue {
    var object = members
    object["manifest_sha256"] = .string(Self.hash(of: object))
    return .object(object)
  }

  /// The member `manifest_sha256`.
  var sha256: String { Self.hash(of: members) }

  static func hash(of members: JSONObject) -> String {
    hexadecimal(SHA256.hash(JSONValue.object(members).serialized()))
  }

  /// Reads a manifest and checks that it agrees with itself.
  public init(contentsOf path: String) throws {
    guard case .object(var object) = try JSONValue(contentsOf: path) else {
      throw ShardError.badManifest(path: path, member: "", reason: "not a JSON object")
    }
    let reader = MemberReader(path: path, object: object, prefix: "")
    guard object["format"]?.stringValue == Self.format else {
      throw reader.failure("format", "not the manifest of a set of shards")
    }
    let version = try reader.count("version")
    guard version == Self.version else {
      throw reader.failure("version", "version \(version) is not known to this release")
    }
    let stated = try reader.string("manifest_sha256")
    object["manifest_sha256"] = nil
    guard stated == Self.hash(of: object) else { throw ShardError.alteredManifest(path: path) }
    try self.init(reader)
    try checkConsistency(path)
  }

  private init(_ reader: MemberReader) throws {
    let typeName = try reader.string("dtype")
    guard let type = [NpyElementType.uint16, .uint32].first(where: { $0.name == typeName }) else {
      throw reader.failure("dtype", "'\(typeName)' is neither uint16 nor uint32")
    }
    elementType = type
    tokenCount = try reader.count("tokens")
    documentCount = try reader.count("documents")
    sourceBytes = try reader.optional("bytes", reader.count)
    sourceCharacters = try reader.optional("characters", reader.count)
    informationBits = try reader.optional("information_bits", reader.number)
    vocabularySize = try reader.count("vocabulary_size")
    endOfTextToken = try reader.optional("end_of_text") { name in
      guard let id = Int32(exactly: try reader.count(name)) else {
        throw reader.failure(name, "not a token id")
      }
      return id
    }
    tokenizerHash = try reader.optional("tokenizer_sha256", reader.string)
    sources = try reader.objects("sources").map { source in
      Source(
        name: try source.string("name"), bytes: try source.optional("bytes", source.count),
        sha256: try source.optional("sha256", source.string))
    }
    steps = try reader.objects("steps").map(\.object)
    shards = try reader.objects("shards").map(File.init)
    documentOffsets = try File(reader.nested("document_offsets"))
    func index(_ name: String) throws -> File? {
      try reader.optional(name) { try File(reader.nested($0)) }
    }
    documentBytes = try index("document_bytes")
    documentCharacters = try index("document_characters")
    documentBits = try index("document_bits")
  }

  private func checkConsistency(_ path: String) throws {
    func require(_ condition: Bool, _ member: String, _ reason: String) throws {
      if !condition { throw ShardError.badManifest(path: path, member: member, reason: reason) }
    }
    var sum = 0
    for shard in shards {
      let (next, overflow) = sum.addingReportingOverflow(shard.elements)
      try require(!overflow, "shards", "their sizes overflow")
      sum = next
    }
    try require(sum == tokenCount, "tokens", "\(tokenCount), but the shards hold \(sum)")
    try require(
      vocabularySize > 0 && vocabularySize <= Int(Int32.max), "vocabulary_size",
      "\(vocabularySize) is no size of a vocabulary")
    try require(
      elementType == .uint32 || vocabularySize <= 1 << 16, "dtype",
      "uint16 cannot hold \(vocabularySize) ids")
    if let endOfTextToken {
      try require(
        endOfTextToken < vocabularySize, "end_of_text", "\(endOfTextToken) is not in the vocabulary"
      )
    }
    try require(
      documentOffsets.elements - 1 == documentCount, "document_offsets",
      "\(documentOffsets.elements) elements for \(documentCount) documents")
    let indexes = [
      ("document_bytes", documentBytes, sourceBytes != nil),
      ("document_characters", documentCharacters, sourceCharacters != nil),
      ("document_bits", documentBits, informationBits != nil),
    ]
    for (member, file, isKnown) in indexes {
      try require((file != nil) == isKnown, member, "its total is stated without it, or it alone")
      try require(
        (file?.elements ?? documentCount) == documentCount, member,
        "not one element for each document")
    }
    var names: Set<String> = [Self.fileName]
    for file in files {
      try require(Self.isPlainName(file.name), "file", "'\(file.name)' is not a plain file name")
      try require(names.insert(file.name).inserted, "file", "'\(file.name)' is named twice")
    }
  }

  /// Whether a name stays in its folder and needs no quoting anywhere.
  static func isPlainName(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix(".") && name.utf8.count <= 200
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}

extension ShardManifest.File {
  var json: JSONValue {
    [
      "file": .string(name), "elements": .integer(elements), "bytes": .integer(bytes),
      "sha256": .string(sha256),
    ]
  }

  fileprivate init(_ reader: MemberReader) throws {
    name = try reader.string("file")
    elements = try reader.count("elements")
    bytes = try reader.count("bytes")
    sha256 = try reader.string("sha256")
  }
}

extension ShardManifest.Source {
  var json: JSONValue {
    var object = JSONObject()
    object["name"] = .string(name)
    if let bytes { object["bytes"] = .integer(bytes) }
    if let sha256 { object["sha256"] = .string(sha256) }
    return .object(object)
  }
}

/// Reads the members of one object of the manifest, with their place in the error.
private struct MemberReader {
  let path: String
  let object: JSONObject
  let prefix: String

  func failure(_ name: String, _ reason: String) -> ShardError {
    .badManifest(path: path, member: prefix + name, reason: reason)
  }

  private func value(_ name: String) throws -> JSONValue {
    guard let value = object[name] else { throw failure(name, "missing") }
    return value
  }

  func string(_ name: String) throws -> String {
    guard let text = try value(name).stringValue else { throw failure(name, "not a string") }
    return text
  }

  func count(_ name: String) throws -> Int {
    guard case .integer(let count) = try value(name), count >= 0 else {
      throw failure(name, "not a count")
    }
    return count
  }

  func number(_ name: String) throws -> Double {
    guard let number = try value(name).doubleValue, number >= 0 else {
      throw failure(name, "not a positive number")
    }
    return number
  }

  func optional<Result>(_ name: String, _ read: (String) throws -> Result) throws -> Result? {
    if object[name] == nil || object[name] == .null { return nil }
    return try read(name)
  }

  func nested(_ name: String) throws -> MemberReader {
    guard let inner = try value(name).objectValue else { throw failure(name, "not an object") }
    return MemberReader(path: path, object: inner, prefix: "\(prefix)\(name).")
  }

  func objects(_ name: String) throws -> [MemberReader] {
    guard let elements = try value(name).arrayValue else { throw failure(name, "not a list") }
    return try elements.enumerated().map { index, element in
      guard let inner = element.objectValue else {
        throw failure("\(name)[\(index)]", "not an object")
      }
      return MemberReader(path: path, object: inner, prefix: "\(prefix)\(name)[\(index)].")
    }
  }
}
