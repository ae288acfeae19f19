/// A vocabulary and its merges: everything that turns a word into tokens. Never changes.
public final class BytePairModel: Sendable {
  /// A merge of two tokens into the token that their texts joined are.
  public struct Merge: Equatable, Sendable {
    public let left: Int32
    public let right: Int32
    public let result: Int32

    public init(left: Int32, right: Int32, result: Int32) {
      self.left = left
      self.right = right
      self.result = result
    }
  }

  /// The tokens in stand-ins (see `ByteAlphabet`), by id. An id that only an added token has is nil.
  public let tokens: [String?]
  /// The merges, the first to be applied first.
  public let mergeList: [Merge]
  /// The token for bytes without a symbol; nil if they are dropped.
  public let unknownID: Int32?
  /// Whether several such bytes in a row are one unknown token.
  public let fusesUnknown: Bool
  /// Whether a word that is itself a token is that token, whatever the merges say.
  public let ignoresMerges: Bool

  /// The symbol of each byte, or -1.
  let byteIDs: [Int32]
  /// From pairs to ranks, and from ranks to tokens.
  let merges: PairTable
  let results: [Int32]
  /// Whether several merges give the same token.
  let hasAmbiguousMerges: Bool
  private let madeIDs: Set<Int32>
  private let ids: [ExactString: Int32]

  /// - Parameters:
  ///   - tokens: texts in stand-ins by id, all different.
  ///   - list: merges in order; of equal pairs the last one counts.
  public init(
    tokens: [String?], merges list: [Merge], unknownID: Int32? = nil, fusesUnknown: Bool = false,
    ignoresMerges: Bool = false
  ) {
    self.tokens = tokens
    self.unknownID = unknownID
    self.fusesUnknown = fusesUnknown
    self.ignoresMerges = ignoresMerges
    mergeList = list
    var ids: [ExactString: Int32] = [:]
    ids.reserveCapacity(tokens.count)
    for (id, token) in tokens.enumerated() {
      if let token { ids[ExactString(token)] = Int32(id) }
    }
    self.ids = ids
    byteIDs = ByteAlphabet.characters.map { ids[ExactString(String($0))] ?? -1 }
    merges = PairTable(expecting: list.count)
    for (rank, merge) in list.enumerated() { merges.set(merge.left, merge.right, UInt32(rank)) }
    results = list.map(\.result)
    hasAmbiguousMerges = Set(results).count < results.count
    madeIDs = Set(results).union(byteIDs)
  }

  /// Whether text can become a token by merging, or is its symbol: otherwise only an added token's
  /// content gives it.
  func isMade(_ id: Int32) -> Bool {
    madeIDs.contains(id)
      || ignoresMerges && tokens.indices.contains(Int(id)) && tokens[Int(id)] != nil
  }

  /// The id of a token in stand-ins.
  public func id(of token: String) -> Int32? { ids[ExactString(token)] }

  /// The id of the token that is exactly these bytes.
  func id(of bytes: [UInt8]) -> Int32? {
    ids[ExactString(ByteAlphabet.text(of: bytes))]
  }
}
