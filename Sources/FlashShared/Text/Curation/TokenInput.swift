import Foundation

/// A stretch of a document's tokens. Long documents come in several.
public struct TokenPart {
  public var ids: [Int32] = []
  /// Whether it begins its document.
  public var isFirst = true
  /// Whether it ends its document.
  public var isLast = true
  /// The document's name, where its source has one.
  public var name: String?
  /// Sizes and information content of the whole document, where known; they count on its last part.
  var bytes: Int?
  var characters: Int?
  var informationBits: Double?

  public init() {}
}

/// Tokens to pack: token streams and sets of shards, one after the other.
///
/// All inputs must come from one tokenizer.
public final class TokenInput {
  private enum Source {
    case stream(TokenStreamReader, next: TokenDocument?)
    case set(ShardSet, document: Int, offset: Int)
  }

  private var waiting: ArraySlice<String>
  private var source: Source?
  /// What error messages call the input that was opened last.
  public private(set) var current = ""
  private let describesSources: Bool
  /// What messages about all of the input call it.
  let name: String
  /// What all inputs share; nil where none of them says it.
  public private(set) var vocabularySize: Int?
  public private(set) var tokenizerHash: String?
  /// The end-of-text token that the documents of the current input already carry.
  public private(set) var presentEndOfText: Int32?
  /// The inputs so far, as a manifest names them, and what was done to the sets among them.
  public private(set) var sources: [ShardManifest.Source] = []
  public private(set) var steps: [JSONObject] = []
  /// Bytes of the source text that the tokenizer had no symbol for.
  public private(set) var droppedBytes = 0
  /// Sizes of the document that is open, whose parts state their own.
  private var sums: (bytes: Int, characters: Int, bits: Double?, areKnown: Bool) = (0, 0, nil, true)
  private static let partTokens = 1 << 20

  /// - Parameters:
  ///   - paths: what `TokenStreamReader` reads (`-` is standard input), and folders of sets.
  ///   - vocabularySize: for inputs that do not state one.
  ///   - tokenizerHash: what every input that states a hash must state.
  ///   - describesSources: whether `sources` is wanted, for which files are read once more.
  public init(
    paths: [String], vocabularySize: Int? = nil, tokenizerHash: String? = nil,
    describesSources: Bool = true
  ) {
    waiting = paths[...]
    self.describesSources = describesSources
    let first = paths.first.map { $0 == "-" ? "standard input" : $0 } ?? "no input"
    name = paths.count < 2 ? first : "\(first) and \(paths.count - 1) more"
    self.vocabularySize = vocabularySize
    self.tokenizerHash = tokenizerHash
  }

  /// Opens the first input, so that what it states is known.
  ///
  /// - Parameters:
  ///   - needsVocabularySize: whether an input is refused whose vocabulary is not known.
  ///   - allowsEmpty: whether no tokens at all may come in.
  public func open(needsVocabularySize: Bool = true, allowsEmpty: Bool = false) throws {
    if source == nil { _ = try openNext() }
    guard vocabularySize != nil || !needsVocabularySize else {
      if case .stream(_, next: nil) = source, waiting.isEmpty, !allowsEmpty {
        throw EmptyResultError.nothingCame(source: name)
      }
      throw ShardError.cannotCombine(
        path: current, reason: "it does not state its vocabulary's size; give --vocabulary-size")
    }
  }

  private func openNext() throws -> Bool {
    guard let path = waiting.popFirst() else { return false }
    current = path == "-" ? "standard input" : path
    var isFolder: ObjCBool = false
    if path != "-", FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
      isFolder.boolValue || PathParts(path).name == ShardManifest.fileName
    {
      let set = try ShardSet(path: path)
      try agree(vocabularySize: set.vocabularySize, tokenizerHash: set.tokenizerHash)
      presentEndOfText = set.endOfTextToken
      sources += set.manifest.sources
      steps += set.manifest.steps
      source = .set(set, document: 0, offset: 0)
    } else {
      let reader = try TokenStreamReader(path: path)
      if let header = reader.header {
        try agree(
          vocabularySize: header.vocabularySize,
          tokenizerHash: hexadecimal(header.tokenizerSHA256))
      }
      presentEndOfText = nil
      source = .stream(reader, next: try reader.next())
      if describesSources { sources.append(try Self.describe(path)) }
    }
    return true
  }

  /// A regular file's length and hash; a pipe's name alone.
  private static func describe(_ path: String) throws -> ShardManifest.Source {
    guard path != "-" else { return ShardManifest.Source(name: "standard input") }
    // A pipe is read once, by the one who reads its tokens.
    guard FileBytes.isRegular(path), let file = try? FileBytes(path: path) else {
      return ShardManifest.Source(name: path)
    }
    return ShardManifest.Source(name: path, bytes: file.count, sha256: try SHA256.hash(of: file))
  }

  private func agree(vocabularySize: Int, tokenizerHash: String?) throws {
    func refuse(_ reason: String) -> ShardError { .cannotCombine(path: current, reason: reason) }
    if let known = self.vocabularySize, known != vocabularySize {
      throw refuse("its vocabulary has \(vocabularySize) entries, not \(known)")
    }
    if let known = self.tokenizerHash, let tokenizerHash, known != tokenizerHash {
      throw refuse(
        "another tokenizer made it (\(tokenizerHash.prefix(12)), not \(known.prefix(12)))")
    }
    self.vocabularySize = vocabularySize
    self.tokenizerHash = self.tokenizerHash ?? tokenizerHash
  }

  /// The next stretch; false at the end of the last input.
  public func next(into part: inout TokenPart) throws -> Bool {
    while true {
      switch source {
      case nil: guard try openNext() else { return false }
      case .stream(let reader, let document?):
        try takeStream(reader, document, &part)
        return true
      case .stream(let reader, nil):
        droppedBytes += reader.totals.droppedBytes
        source = nil
      case .set(let set, let document, let offset):
        if document < set.documentCount {
          try takeSet(set, document, offset, &part)
          return true
        }
        source = nil
      }
    }
  }

  private func takeStream(
    _ reader: TokenStreamReader, _ document: TokenDocument, _ part: inout TokenPart
  ) throws {
    let following = try reader.next()
    source = .stream(reader, next: following)
    part.ids = document.ids
    part.isFirst = !document.continuesPrevious
    part.isLast = following?.continuesPrevious != true
    part.name = document.name
    if part.isFirst { sums = (0, 0, nil, true) }
    sums.bytes += document.bytes
    sums.characters += document.characters
    if let bits = document.informationBits { sums.bits = (sums.bits ?? 0) + bits }
    // JSON lines may not say how long the text was.
    if document.bytes == 0, !document.ids.isEmpty { sums.areKnown = false }
    part.bytes = sums.areKnown ? sums.bytes : nil
    part.characters = sums.areKnown ? sums.characters : nil
    part.informationBits = sums.bits
    for id in part.ids where Int(id) >= vocabularySize ?? .max {
      throw ShardError.cannotCombine(
        path: current, reason: "id \(id) in a vocabulary of \(vocabularySize ?? 0) entries")
    }
  }

  private func takeSet(
    _ set: ShardSet, _ document: Int, _ offset: Int, _ part: inout TokenPart
  ) throws {
    let range = try set.documentRange(document)
    let start = range.lowerBound + offset
    let end = min(range.upperBound, start + Self.partTokens)
    part.ids = try set.tokens(in: start..<end)
    set.forgetShards(endingIn: start..<end)
    part.name = nil
    part.isFirst = offset == 0
    part.isLast = end == range.upperBound
    part.bytes = set.bytes(ofDocument: document)
    part.characters = set.characters(ofDocument: document)
    part.informationBits = set.informationBits(ofDocument: document)
    source =
      part.isLast
      ? .set(set, document: document + 1, offset: 0)
      : .set(set, document: document, offset: end - range.lowerBound)
  }
}
