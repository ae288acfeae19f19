import Foundation

/// What a byte-level BPE is trained to be.
public struct BytePairTraining: Equatable, Sendable {
  /// Training stops when the vocabulary has this many entries; special tokens and the alphabet
  /// count, and are never left out to keep it.
  public var vocabularySize = 4096
  /// A pair that occurs less often is not merged.
  public var minimumFrequency = 2
  /// They come first, in this order.
  public var specialTokens = ["<pad>", "<unk>", "<bos>", "<eos>"]
  /// Whether all 256 bytes get a symbol, or only those that occur.
  public var includesAllBytes = false
  /// The most symbols of the alphabet; the rarest are left out (of equals, those with the smallest
  /// stand-ins), and their bytes are dropped from the words.
  public var alphabetLimit: Int?
  /// The most bytes of a token that is made of more than two symbols.
  public var maximumTokenLength: Int?
  /// Whether a space is put before each text that does not begin with one.
  public var addsPrefixSpace = true

  public init() {}
}

/// Learns merges from words and their counts: again and again the most frequent pair, of equals
/// the one with the smallest ids.
///
/// The result is that of the `tokenizers` library's `BpeTrainer`, which fixes more than that rule:
/// a queue entry belongs to the words in which its pair stood when it was made, a pair may have
/// several entries, and a merge whose text is a token already gives that token. All of this is
/// kept. Counts have 64 bits.
///
/// Time grows with the text, not with its square, however long its words are: a word of n symbols
/// takes O(n log n).
struct BytePairTrainer {
  private let options: BytePairTraining
  /// The symbols of the longest word that is looked all through for each merge.
  var searchLimit = TrainingWords.searchLimit
  private var tokens: [String] = []
  private var ids: [ExactString: Int32] = [:]
  private var words = TrainingWords()
  private var pairs = TrainingPairs()

  init(_ options: BytePairTraining) { self.options = options }

  /// Trains on words.
  ///
  /// - Parameter progress: told how many entries the vocabulary has, from time to time; may throw
  ///   to stop.
  mutating func train(
    _ counts: borrowing WordCounts, progress: (Int) throws -> Void
  ) throws -> BytePairModel {
    for token in options.specialTokens { addToken(token) }
    var byteCounts = [Int](repeating: 0, count: 256)
    counts.visitAll { word, count in
      for byte in word { byteCounts[Int(byte)] += count }
    }
    let symbols = addAlphabet(byteCounts)
    words = TrainingWords(counts, symbols: symbols, searchLimit: searchLimit)
    try words.countPairs(in: &pairs)
    pairs.queueChanged()
    let merges = try merge(progress)
    return BytePairModel(tokens: tokens, merges: merges)
  }

  /// The token's id; a new one if the text is no token yet.
  @discardableResult
  private mutating func addToken(_ text: String) -> Int32 {
    if let id = ids[ExactString(text)] { return id }
    let id = Int32(tokens.count)
    tokens.append(text)
    ids[ExactString(text)] = id
    return id
  }

  /// Gives bytes their symbols, in the order of their stand-ins.
  ///
  /// - Returns: the symbol of each byte, or -1.
  private mutating func addAlphabet(_ counts: [Int]) -> [Int32] {
    let characters = ByteAlphabet.characters
    var kept = (0..<256).filter { options.includesAllBytes || counts[$0] > 0 }
    if let limit = options.alphabetLimit, kept.count > limit {
      let all = options.includesAllBytes
      kept.sort { first, second in
        (all ? 0 : counts[first], characters[first].value)
          < (all ? 0 : counts[second], characters[second].value)
      }
      kept.removeFirst(kept.count - limit)
    }
    var symbols = [Int32](repeating: -1, count: 256)
    for byte in kept.sorted(by: { characters[$0].value < characters[$1].value }) {
      symbols[byte] = addToken(String(characters[byte]))
    }
    // A special token of one character is that character's symbol, in the alphabet or not.
    for byte in 0..<256 where symbols[byte] < 0 {
      if let id = ids[ExactString(String(characters[byte]))] { symbols[byte] = id }
    }
    return symbols
  }

  private mutating func merge(_ progress: (Int) throws -> Void) throws -> [BytePairModel.Merge] {
    var merges: [BytePairModel.Merge] = []
    let limit = options.maximumTokenLength ?? .max
    while tokens.count < options.vocabularySize, let top = pairs.popTop() {
      if top.count < 1 || top.count < options.minimumFrequency { break }
      let (left, right) = pairs.symbols(top.pair)
      let id = addToken(tokens[Int(left)] + tokens[Int(right)])
      merges.append(BytePairModel.Merge(left: left, right: right, result: id))
      let merge = words.begin(top.pair, left, right, into: id, limit: limit)
      for (number, word) in pairs.words(of: top).enumerated() {
        if number & 0xFFF == 0xFFF { try Interruption.check() }
        try words.merge(merge, in: Int(word), pairs: &pairs)
      }
      words.end(merge)
      pairs.queueChanged()
      if merges.count & 63 == 0 { try progress(tokens.count) }
    }
    return Self.lastOfEach(merges)
  }

  /// The library keeps ranks in a map from pairs: of a pair that was merged twice, the later rank
  /// stays.
  private static func lastOfEach(_ merges: [BytePairModel.Merge]) -> [BytePairModel.Merge] {
    var seen = Set<UInt64>()
    return merges.reversed().filter { seen.insert(PairTable.key($0.left, $0.right)).inserted }
      .reversed()
  }
}
