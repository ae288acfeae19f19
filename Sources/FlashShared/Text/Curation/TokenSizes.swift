/// How much source text tokens stand for, so that the sizes of a document that is cut in two are
/// known as well as those of a whole one.
struct TokenSizes {
  /// Bytes and code points.
  struct Size: Equatable {
    var bytes = 0
    var characters = 0
  }

  private let sizes: [Size]
  private let addsPrefixSpace: Bool

  init(_ tokenizer: Tokenizer) {
    sizes = (0..<tokenizer.vocabularySize).map { id in
      let bytes = tokenizer.bytes(of: Int32(id))
      return Size(
        bytes: bytes.count, characters: bytes.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) })
    }
    addsPrefixSpace = tokenizer.addsPrefixSpace
  }

  /// Adds tokens to a size. A character that two tokens share belongs to the one with its first
  /// byte.
  func add(_ ids: some Sequence<Int32>, to size: inout Size) {
    for id in ids where sizes.indices.contains(Int(id)) {
      size.bytes += sizes[Int(id)].bytes
      size.characters += sizes[Int(id)].characters
    }
  }

  /// The sizes of a document's beginning and end, given what their tokens decode to.
  ///
  /// - Returns: nil if the two do not make up the whole: the tokenizer has dropped something, or
  ///   put something in that is not its prefix space.
  func divide(head: Size, tail: Size, whole: Size) -> (head: Size, tail: Size)? {
    let added = head.bytes + tail.bytes - whole.bytes
    guard added == head.characters + tail.characters - whole.characters else { return nil }
    guard added == 0 || (added == 1 && addsPrefixSpace && head.bytes > 0) else { return nil }
    return (Size(bytes: head.bytes - added, characters: head.characters - added), tail)
  }
}
