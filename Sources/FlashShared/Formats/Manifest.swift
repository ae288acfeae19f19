/// The record that makes a folder of shards a set: what the tokens are, where they come from and
/// which files hold them.
///
/// It is the file `manifest.json`, written last, so that a set that was not finished has none. The
/// member `manifest_sha256` is the SHA-256 of the manifest's other members as one line of JSON: a
/// manifest that was edited or cut by accident does not open.
public struct ShardManifest: Equatable, Sendable {
  /// The manifest's name in its folder.
  public static let fileName = "manifest.json"

  /// A file of the set.
  public struct File: Equatable, Sendable {
    /// Its name, in the manifest's folder.
    public var name: String
    /// How many elements its array has.
    public var elements: Int
    /// Its length in bytes, header included.
    public var bytes: Int
    /// SHA-256 of the whole file, in hexadecimal, as `sha256sum` prints it.
    public var sha256: String
  }

  /// A file that the text or the tokens came from.
  public struct Source: Equatable, Sendable {
    /// Its path as it was given, or "standard input".
    public var name: String
    /// Its length in bytes, and its SHA-256, where they are known.
    public var bytes: Int?
    public var sha256: String?

    public init(name: String, bytes: Int? = nil, sha256: String? = nil) {
      self.name = name
      self.bytes = bytes
      self.sha256 = sha256
    }
  }

  /// `uint16` or `uint32`.
  public var elementType: NpyElementType
  /// Tokens in all shards, inserted end-of-text tokens included.
  public var tokenCount: Int
  /// Documents, a document that was cut by a limit or a split included.
  public var documentCount: Int
  /// Bytes of the source text in UTF-8; nil where they are not known (a document was cut).
  public var sourceBytes: Int?
  /// Unicode code points of the source text; nil where they are not known.
  public var sourceCharacters: Int?
  /// The documents' information content under their own source in bits; nil unless all state it.
  public var informationBits: Double?
  /// How many ids the tokenizer has; each token is smaller.
  public var vocabularySize: Int
  /// The token that was put after each document, if one was.
  public var endOfTextToken: Int32?
  /// SHA-256 of the tokenizer's file, in hexadecimal, where it is known.
  public var tokenizerHash: String?
  /// What the tokens came from.
  public var sources: [Source]
  /// What was done to the documents, in order: objects with `step`, its settings, and
  /// `documents_removed` where it removes some.
  public var steps: [JSONObject]
  /// The tokens, in order: one-dimensional arrays of the element type.
  public var shards: [File]
  /// Where documents begin: `uint64`, `documentCount + 1` elements, from 0 to `tokenCount`.
  public var documentOffsets: File
  /// Per document: bytes (`uint64`), code points (`uint64`) and bits (`float64`), where known.
  public var documentBytes: File?
  public var documentCharacters: File?
  public var documentBits: File?

  /// All files of the set, the tokens first.
  public var files: [File] {
    shards + [documentOffsets]
      + [documentBytes, documentCharacters, documentBits].compactMap(\.self)
  }
}

/// What is wrong with a set of shards.
public enum ShardError: ReportableError, Equatable {
  /// There is no set there, or not a finished one.
  case notASet(path: String)
  /// The manifest is not of its form; `member` is where.
  case badManifest(path: String, member: String, reason: String)
  /// The manifest is not the one that was written.
  case alteredManifest(path: String)
  /// A file is not the one that the manifest names.
  case wrongFile(path: String, reason: String)
  /// A shard holds a token that the vocabulary does not have.
  case tokenOutsideVocabulary(path: String, index: Int, token: Int, vocabularySize: Int)
  /// Sets or streams that cannot be one set.
  case cannotCombine(path: String, reason: String)
  /// The output is there and is not a set that may be replaced.
  case occupied(path: String, reason: String)

  public var exitStatus: ExitStatus {
    switch self {
    case .notASet: .noInput
    case .occupied: .cannotCreate
    default: .badData
    }
  }

  public var description: String {
    switch self {
    case .notASet(let path):
      "\(path): no finished set of shards here (no \(ShardManifest.fileName)); "
        + "write one with 'fl-shard pack'"
    case .badManifest(let path, let member, let reason):
      "\(path): \(member.isEmpty ? "" : "'\(member)': ")\(reason); pack the set again"
    case .alteredManifest(let path):
      "\(path): changed since it was written ('manifest_sha256' does not match); pack the set again"
    case .wrongFile(let path, let reason):
      "\(path): not the file that the manifest names: \(reason); copy or pack the set again"
    case .tokenOutsideVocabulary(let path, let index, let token, let vocabularySize):
      "\(path): element \(index) is \(token), but the vocabulary has \(vocabularySize) entries; "
        + "pack the set again"
    case .cannotCombine(let path, let reason): "\(path): cannot be part of this set: \(reason)"
    case .occupied(let path, let reason): "\(path): will not write here: \(reason)"
    }
  }
}
