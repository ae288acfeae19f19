/// White space at the ends of text: Unicode's, and on request U+001C to U+001F, which Python's
/// `str.strip` takes for white space too.
enum WhiteSpace {
  /// The bytes of white space that the text begins with.
  static func prefix(of text: UnsafeRawBufferPointer, includesSeparators: Bool = true) -> Int {
    var end = 0
    while let length = length(text, at: end, includesSeparators) { end += length }
    return end
  }

  /// The bytes of white space that the text ends with.
  static func suffix(of text: UnsafeRawBufferPointer, includesSeparators: Bool = true) -> Int {
    var start = text.count
    while start > 0 {
      var at = start - 1
      while at > 0, start - at < 4, text[at] & 0xC0 == 0x80 { at -= 1 }
      let end = UnsafeRawBufferPointer(rebasing: text[..<start])
      guard length(end, at: at, includesSeparators) == start - at else { break }
      start = at
    }
    return text.count - start
  }

  private static func length(
    _ text: UnsafeRawBufferPointer, at: Int, _ includesSeparators: Bool
  ) -> Int? {
    guard at < text.count, let base = text.baseAddress else { return nil }
    if includesSeparators, (0x1C...0x1F).contains(text[at]) { return 1 }
    let (kind, length) = CharacterClass.of(
      (base + at).assumingMemoryBound(to: UInt8.self), text.count - at,
      CharacterClass.table.address)
    return kind == .whitespace ? length : nil
  }
}
