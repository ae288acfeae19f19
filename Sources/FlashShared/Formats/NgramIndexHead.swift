import Foundation

/// The head of an index of n-grams, 80 bytes:
///
///      0  magic `FLNGRAMS`
///      8  u32 version of the format, 1      12  u32 n
///     16  u32 most continuations            20  u32 V, ids of the vocabulary
///     24  u64 C, contexts                   32  u64 M, continuations
///     40  u64 n-grams that were counted     48  SHA-256 of the tokenizer's file, zeros if unknown
public struct NgramIndexHead: Sendable, Equatable {
  /// n: the tokens of a context and its continuation.
  public let order: Int
  /// The most continuations that were kept for a context.
  public let continuationLimit: Int
  /// How many ids the tokenizer has.
  public let vocabularySize: Int
  public var contextCount = 0
  public var continuationCount = 0
  /// The n-grams of the text, those of contexts that were left out included.
  public var ngramCount = 0
  /// SHA-256 of the tokenizer's file in hexadecimal, where it is known.
  public let tokenizerHash: String?

  static let magic = Array("FLNGRAMS".utf8)
  static let version: UInt32 = 1
  static let size = 80
  /// Bounds of n and of the continuations of a context.
  public static let orders = 2...16
  public static let continuationLimits = 1...255

  /// - Throws: if n-grams of the vocabulary are more than 64 bits can tell apart.
  public init(
    order: Int, continuationLimit: Int, vocabularySize: Int, tokenizerHash: String?
  ) throws {
    precondition(Self.orders.contains(order), "impossible order")
    precondition(Self.continuationLimits.contains(continuationLimit), "impossible limit")
    guard Self.power(vocabularySize, order) != nil else {
      let largest = Self.orders.last { Self.power(vocabularySize, $0) != nil }
      throw NgramIndexError.tooManyNgrams(
        order: order, vocabularySize: vocabularySize, largestOrder: largest)
    }
    self.order = order
    self.continuationLimit = continuationLimit
    self.vocabularySize = vocabularySize
    self.tokenizerHash = tokenizerHash
  }

  /// Contexts, as numbers, are below V^(n − 1).
  var contextLimit: UInt64 { Self.power(vocabularySize, order - 1) ?? .max }

  /// `base` to a power; nil if it is more than 2⁶⁴ − 1.
  private static func power(_ base: Int, _ exponent: Int) -> UInt64? {
    var product: UInt64 = 1
    for _ in 0..<exponent {
      let (next, overflow) = product.multipliedReportingOverflow(by: UInt64(base))
      if overflow { return nil }
      product = next
    }
    return product
  }

  // MARK: Bytes

  var bytes: [UInt8] {
    var bytes = Self.magic
    for number in [Self.version, UInt32(order), UInt32(continuationLimit), UInt32(vocabularySize)] {
      bytes.append(littleEndian: number)
    }
    for number in [contextCount, continuationCount, ngramCount] {
      bytes.append(littleEndian: UInt64(number))
    }
    return bytes + (tokenizerHash.flatMap(Self.digest) ?? [UInt8](repeating: 0, count: 32))
  }

  /// Reads and checks the head of a file.
  init(parsing file: FileBytes) throws {
    let bytes = file.bytes
    func damaged(_ offset: Int, _ reason: String) -> NgramIndexError {
      .damaged(path: file.path, offset: offset, reason: reason)
    }
    guard bytes.starts(with: Self.magic) else { throw damaged(0, "the magic string is missing") }
    guard bytes.count >= Self.size else { throw damaged(bytes.count, "it ends inside its head") }
    func small(_ offset: Int) -> Int { Int(bytes.number(UInt32.self, at: offset)) }
    guard small(8) == Self.version else {
      throw damaged(8, "version \(small(8)) of the format is not known")
    }
    guard Self.orders.contains(small(12)) else { throw damaged(12, "\(small(12))-grams") }
    guard Self.continuationLimits.contains(small(16)) else {
      throw damaged(16, "up to \(small(16)) continuations of a context")
    }
    guard (1...Int(Int32.max)).contains(small(20)) else {
      throw damaged(20, "a vocabulary of \(small(20)) ids")
    }
    let numbers = try (0..<3).map { index in
      let number = bytes.number(UInt64.self, at: 24 + 8 * index)
      // More does not fit into any file.
      guard number < 1 << 56 else { throw damaged(24 + 8 * index, "\(number) is not plausible") }
      return Int(number)
    }
    let digest = Array(bytes[48..<80])
    do {
      try self.init(
        order: small(12), continuationLimit: small(16), vocabularySize: small(20),
        tokenizerHash: digest.allSatisfy { $0 == 0 } ? nil : hexadecimal(digest))
    } catch {
      throw damaged(12, "\(small(12))-grams of \(small(20)) ids do not fit into 64 bits")
    }
    (contextCount, continuationCount, ngramCount) = (numbers[0], numbers[1], numbers[2])
  }

  /// The bytes that a SHA-256 in hexadecimal stands for; nil if it is not one.
  private static func digest(_ text: String) -> [UInt8]? {
    let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    guard digits.count == 64, text.utf8.count == 64 else { return nil }
    return (0..<32).map { (index: Int) -> UInt8 in
      UInt8(16 * digits[2 * index] + digits[2 * index + 1])
    }
  }

  /// The head under names for people and programs.
  public var json: JSONObject {
    [
      "order": .integer(order), "contexts": .integer(contextCount),
      "continuations": .integer(continuationCount),
      "continuation_limit": .integer(continuationLimit), "ngrams": .integer(ngramCount),
      "vocabulary_size": .integer(vocabularySize),
      "tokenizer_sha256": JSONValue(tokenizerHash),
    ]
  }
}

/// Where the parts of an index lie, in bytes.
struct NgramIndexSections {
  let contexts: Int
  let totals: Int
  let ends: Int
  let tokens: Int
  let counts: Int
  let digest: Int
  let fileSize: Int

  init(_ head: NgramIndexHead) {
    contexts = NgramIndexHead.size
    totals = contexts + 8 * head.contextCount
    ends = totals + 4 * head.contextCount
    tokens = ends + 4 * head.contextCount
    counts = tokens + 4 * head.continuationCount
    digest = counts + 4 * head.continuationCount
    fileSize = digest + 32
  }
}

/// What is wrong with an index of n-grams.
public enum NgramIndexError: ReportableError, Equatable {
  /// The file is not of the form; `offset` is the byte where that shows.
  case damaged(path: String, offset: Int, reason: String)
  /// N-grams of this order cannot be told apart in 64 bits.
  case tooManyNgrams(order: Int, vocabularySize: Int, largestOrder: Int?)
  /// There are more continuations than the format can hold.
  case tooManyContinuations(path: String)
  /// The index was made with another tokenizer than the model.
  case otherTokenizer(path: String, tokenizer: String)
  /// The index has ids that the model does not know.
  case largerVocabulary(path: String, count: Int, model: Int)

  public var exitStatus: ExitStatus {
    switch self {
    case .tooManyNgrams: .usage
    default: .badData
    }
  }

  public var description: String {
    switch self {
    case .damaged(let path, let offset, let reason):
      "\(path): byte \(offset): not a sound index of n-grams: \(reason); make it again with "
        + "'fl-shard index'"
    case .tooManyNgrams(let order, let vocabularySize, let largestOrder):
      "--order \(order): \(order)-grams of \(vocabularySize) ids do not fit into 64 bits"
        + (largestOrder.map { "; the largest order for them is \($0)" } ?? "")
    case .tooManyContinuations(let path):
      "\(path): more than \(UInt32.max) continuations; leave rare contexts out with --min-count"
    case .otherTokenizer(let path, let tokenizer):
      "\(path): made with another tokenizer than \(tokenizer); index shards of the run's tokenizer"
    case .largerVocabulary(let path, let count, let model):
      "\(path): has \(count) token ids, the model has \(model); index what the model was trained on"
    }
  }
}
