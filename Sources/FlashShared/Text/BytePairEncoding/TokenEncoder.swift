import Foundation

/// Encodes texts, remembering the words it has seen: one for each thread.
public final class TokenEncoder {
  private let words: WordEncoder
  private let matcher: AddedTokenMatcher
  private let outputIDs: [Int32]?
  private let addsPrefixSpace: Bool
  private let padded = ByteBuffer(capacity: 1 << 12)
  private let output = ByteBuffer(capacity: 1 << 12)

  /// Bytes of the output per id: 2 or 4.
  public let width: Int

  /// - Parameter width: 2 or 4 bytes per id; 2 needs a vocabulary of at most 65,536 entries.
  public init(_ tokenizer: Tokenizer, width: Int = 4) {
    precondition(width == 4 || width == 2 && tokenizer.vocabularySize <= 1 << 16, "too narrow")
    self.width = width
    words = WordEncoder(model: tokenizer.model, outputIDs: tokenizer.outputIDs, width: width)
    matcher = AddedTokenMatcher(tokenizer.addedTokens)
    outputIDs = tokenizer.outputIDs
    addsPrefixSpace = tokenizer.addsPrefixSpace
  }

  /// Bytes of all texts so far for which the tokenizer has no symbol, and which it left out.
  public var droppedBytes: Int { words.droppedBytes }

  /// The ids of a text.
  public func encode(_ text: some Sequence<UInt8>) -> [Int32] {
    var bytes = ContiguousArray(text)
    let count = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: WordScanner.slack))
    output.truncate()
    bytes.withUnsafeBytes {
      _ = encode(padded: UnsafeRawBufferPointer(rebasing: $0[..<count]), into: output)
    }
    return (0..<(output.count / width)).map { index in
      width == 2
        ? Int32(output.bytes.number(UInt16.self, at: 2 * index))
        : output.bytes.number(Int32.self, at: 4 * index)
    }
  }

  /// Appends the ids of a text to a buffer, `width` bytes each.
  ///
  /// - Parameter pieceCharacters: if given, the text is cut after every so many code points, and
  ///   the pieces are encoded each by itself.
  /// - Returns: the code points of the text.
  func encode(
    _ text: UnsafeRawBufferPointer, pieceCharacters: Int? = nil, into buffer: ByteBuffer
  ) -> Int {
    padded.truncate()
    padded.append(text)
    padded.reserve(WordScanner.slack)
    return encode(padded: padded.bytes, pieceCharacters: pieceCharacters, into: buffer)
  }

  /// The same for a text that is followed by `WordScanner.slack` readable bytes.
  func encode(
    padded text: UnsafeRawBufferPointer, pieceCharacters: Int?, into buffer: ByteBuffer
  ) -> Int {
    guard let pieceCharacters else { return encode(padded: text, into: buffer) }
    var characters = 0
    var rest = text
    while let end = ByteCounts.prefix(of: rest, characters: pieceCharacters) {
      characters += encode(padded: UnsafeRawBufferPointer(rebasing: rest[..<end]), into: buffer)
      rest = UnsafeRawBufferPointer(rebasing: rest[end...])
    }
    return characters + encode(padded: rest, into: buffer)
  }

  private func encode(padded text: UnsafeRawBufferPointer, into buffer: ByteBuffer) -> Int {
    if matcher.findsNothing(in: text) {
      return text.count - words.encode(text, addsSpace: addsPrefixSpace, into: buffer)
    }
    for part in matcher.parts(of: text) {
      guard let id = part.id else {
        let bytes = UnsafeRawBufferPointer(rebasing: text[part.range])
        words.encode(bytes, addsSpace: addsPrefixSpace, into: buffer)
        continue
      }
      let final = outputIDs?[Int(id)] ?? id
      WordCache.store(final, at: buffer.reserve(width), width: width)
      buffer.advance(by: width)
    }
    return ByteCounts.characters(text)
  }
}
