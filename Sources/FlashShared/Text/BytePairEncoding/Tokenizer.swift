import Foundation

/// A byte-level BPE tokenizer: what a `tokenizer.json` describes, or one capped to the most
/// frequent ids of another (see `CappedVocabulary`).
///
/// It never changes and may be used by several threads. A thread that encodes much text should
/// have a `TokenEncoder` of its own.
public final class Tokenizer: Sendable {
  /// The vocabulary and the merges. For a capped tokenizer these are the original's.
  public let model: BytePairModel
  /// Tokens that are found in the text before anything else is done with it.
  public let addedTokens: [AddedToken]
  /// Whether a space is put before each text that does not begin with one.
  public let addsPrefixSpace: Bool
  /// Whether the file asks for the byte-level decoder. `decode` works either way; without it the
  /// `tokenizers` library joins tokens with spaces, as `printedText` does.
  public let hasByteLevelDecoder: Bool
  /// What the vocabulary was capped to; nil for an ordinary tokenizer.
  public let cap: CappedVocabulary?
  /// How many ids there are: they are 0 ..< `vocabularySize`.
  public let vocabularySize: Int
  /// SHA-256 of the file, or of the file that `serialized` would write for a tokenizer that came
  /// from none; 32 bytes.
  public let sha256: [UInt8]

  /// What the model's ids become; nil if they stay.
  let outputIDs: [Int32]?
  private let texts: [String]
  private let bytesOfTokens: [[UInt8]]
  private let areSpecial: [Bool]
  private let ids: [ExactString: Int32]
  private let encoders = Locked<[EncoderBox]>([])

  /// Puts a tokenizer together from parts that fit each other (see `Tokenizer.init(contentsOf:)`
  /// for a file, which need not).
  ///
  /// - Parameter sha256: of the file the parts came from, if they came from one.
  public init(
    model: BytePairModel, addedTokens: [AddedToken], addsPrefixSpace: Bool,
    hasByteLevelDecoder: Bool = true, cap: CappedVocabulary? = nil, sha256: [UInt8]? = nil
  ) {
    self.model = model
    self.addedTokens = addedTokens
    self.addsPrefixSpace = addsPrefixSpace
    self.hasByteLevelDecoder = hasByteLevelDecoder
    self.cap = cap
    var base = model.tokens
    for token in addedTokens {
      while base.count <= Int(token.id) { base.append(nil) }
      base[Int(token.id)] = token.content
    }
    let baseTexts = base.map { $0 ?? "" }
    // An added token is its own text. Only where merging makes the same token is it in stand-ins.
    var baseBytes = baseTexts.map(ByteAlphabet.bytes)
    for token in addedTokens where !model.isMade(token.id) {
      baseBytes[Int(token.id)] = Array(token.content.utf8)
    }
    let added = Set(addedTokens.filter(\.isSpecial).map(\.id))
    if let cap {
      texts = cap.specialTokens + cap.kept.map { baseTexts[Int($0)] }
      bytesOfTokens =
        cap.specialTokens.map { Array($0.utf8) } + cap.kept.map { baseBytes[Int($0)] }
      areSpecial =
        cap.specialTokens.map { _ in true } + cap.kept.map { added.contains($0) }
      outputIDs = cap.outputIDs(count: baseTexts.count)
    } else {
      texts = baseTexts
      bytesOfTokens = baseBytes
      areSpecial = baseTexts.indices.map { added.contains(Int32($0)) }
      outputIDs = nil
    }
    vocabularySize = texts.count
    // The first of equal texts counts: those are a cap's own marks.
    ids = Dictionary(
      texts.enumerated().map { (ExactString($1), Int32($0)) },
      uniquingKeysWith: { first, _ in first })
    self.sha256 =
      sha256
      ?? SHA256.hash(
        Self.serialized(
          model: model, addedTokens: addedTokens, addsPrefixSpace: addsPrefixSpace,
          hasByteLevelDecoder: hasByteLevelDecoder, cap: cap))
  }

  /// The id of a token: its text in stand-ins (`Ġthe`), or an added token's content (`<eos>`).
  public func id(of token: String) -> Int32? { ids[ExactString(token)] }

  /// The token with an id, in stand-ins; nil outside the vocabulary.
  public func text(of id: Int32) -> String? {
    texts.indices.contains(Int(id)) ? texts[Int(id)] : nil
  }

  /// The bytes that a token stands for; none outside the vocabulary.
  public func bytes(of id: Int32) -> [UInt8] {
    bytesOfTokens.indices.contains(Int(id)) ? bytesOfTokens[Int(id)] : []
  }

  /// Whether an id is a special token's, which decoding leaves out.
  public func isSpecial(_ id: Int32) -> Bool {
    areSpecial.indices.contains(Int(id)) && areSpecial[Int(id)]
  }

  /// The ids of a text. Nothing is put before or behind it, but for the prefix space.
  public func encode(_ text: String) -> [Int32] { encode(text.utf8) }

  /// The ids of a text given as bytes, which need not be well-formed UTF-8.
  public func encode(_ text: some Sequence<UInt8>) -> [Int32] {
    let box = encoders.withLock { $0.popLast() } ?? EncoderBox(encoder: TokenEncoder(self))
    defer { encoders.withLock { $0.append(box) } }
    return box.encoder.encode(text)
  }

  /// The bytes that ids stand for, special tokens left out unless asked for. The text that was
  /// encoded comes back to the byte, but for the prefix space and for bytes without a symbol.
  public func decode(_ ids: some Sequence<Int32>, skippingSpecial: Bool = true) -> [UInt8] {
    var bytes: [UInt8] = []
    for id in ids where !(skippingSpecial && isSpecial(id)) { bytes += self.bytes(of: id) }
    return bytes
  }

  /// Tokens as the `tokenizers` library prints them where there is no decoder: in stand-ins, with
  /// spaces between, special ones left out.
  public func printedText(_ ids: some Sequence<Int32>, skippingSpecial: Bool = true) -> String {
    ids.filter { !(skippingSpecial && isSpecial($0)) }.compactMap(text).joined(separator: " ")
  }
}

/// An encoder that one thread at a time takes out of a pool.
private struct EncoderBox: @unchecked Sendable {
  let encoder: TokenEncoder
}
