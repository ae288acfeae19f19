/// A vocabulary capped to the most frequent ids of another tokenizer, v4's way: the text is
/// encoded with all of the original's merges, and each id is then replaced by its rank among the
/// kept ones, or by the unknown token.
public struct CappedVocabulary: Equatable, Sendable {
  /// The special tokens, which come first; ids are their positions.
  public static let standardSpecialTokens = ["<pad>", "<unk>", "<bos>", "<eos>"]

  /// The texts of the ids before the kept ones.
  public let specialTokens: [String]
  /// Which of them stands for every id that was not kept.
  public let unknownID: Int32
  /// The original ids that were kept, the most frequent first; the id of the k-th is
  /// `specialTokens.count + k`.
  public let kept: [Int32]

  public init(
    specialTokens: [String] = standardSpecialTokens, unknownID: Int32 = 1, kept: [Int32]
  ) {
    self.specialTokens = specialTokens
    self.unknownID = unknownID
    self.kept = kept
  }

  /// The new id of each of `count` original ids.
  func outputIDs(count: Int) -> [Int32] {
    var ids = [Int32](repeating: unknownID, count: count)
    for (rank, id) in kept.enumerated() { ids[Int(id)] = Int32(specialTokens.count + rank) }
    return ids
  }
}

/// Counts the ids of documents and keeps the most frequent.
public struct IDFrequencies: Sendable {
  private var counts: [Int]
  private var firstSeen: [Int]
  /// All ids counted so far.
  public private(set) var total = 0

  public init(vocabularySize: Int) {
    counts = [Int](repeating: 0, count: vocabularySize)
    firstSeen = counts
  }

  /// Counts the ids of one more document, in order; they must lie inside the vocabulary.
  public mutating func count(_ ids: some Sequence<Int32>) {
    for id in ids {
      if counts[Int(id)] == 0 { firstSeen[Int(id)] = total }
      counts[Int(id)] += 1
      total += 1
    }
  }

  /// How many different ids there are.
  public var distinct: Int { counts.count { $0 > 0 } }

  /// The `limit` most frequent ids, those first seen earlier before others of the same count.
  public func mostFrequent(_ limit: Int) -> [Int32] {
    counts.indices.filter { counts[$0] > 0 }
      .sorted { (-counts[$0], firstSeen[$0]) < (-counts[$1], firstSeen[$1]) }
      .prefix(limit).map { Int32($0) }
  }

  /// The share of all counted ids that the `limit` most frequent make up.
  public func coverage(_ limit: Int) -> Double {
    guard total > 0 else { return 1 }
    return Double(mostFrequent(limit).reduce(0) { $0 + counts[Int($1)] }) / Double(total)
  }
}
