/// Words, characters and white space of UTF-8 text, by the definitions of Python's `str.split`,
/// `len` and `str.strip`, so that published filters can be stated exactly.
enum TextMeasures {
  /// The length in bytes of the white-space character at a position, or 0 if there is none.
  @inline(__always)
  static func spaceLength(_ text: ArraySlice<UInt8>, at position: Int) -> Int {
    let byte = text[position]
    if byte < 0x80 { return isSpace(byte) ? 1 : 0 }
    let rest = text.endIndex - position
    switch byte {
    case 0xC2 where rest >= 2:
      return text[position + 1] == 0x85 || text[position + 1] == 0xA0 ? 2 : 0
    case 0xE1, 0xE2, 0xE3:
      guard rest >= 3 else { return 0 }
      switch (byte, text[position + 1], text[position + 2]) {
      case (0xE1, 0x9A, 0x80), (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xA8...0xA9),
        (0xE2, 0x80, 0xAF), (0xE2, 0x81, 0x9F), (0xE3, 0x80, 0x80):
        return 3
      default: return 0
      }
    default: return 0
    }
  }

  @inline(__always)
  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) || (byte >= 0x1C && byte <= 0x1F)
  }

  /// How many maximal runs of other than white space there are.
  static func words(_ text: ArraySlice<UInt8>) -> Int {
    var count = 0
    var isInside = false
    var position = text.startIndex
    while position < text.endIndex {
      let length = spaceLength(text, at: position)
      if length == 0, !isInside { count += 1 }
      isInside = length == 0
      position += max(1, length)
    }
    return count
  }

  /// Unicode code points: the bytes that do not continue a character.
  static func characters(_ text: ArraySlice<UInt8>) -> Int {
    text.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
  }

  /// The text without white space at its ends.
  static func stripped(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var start = text.startIndex
    var end = text.endIndex
    while start < end {
      let length = spaceLength(text, at: start)
      if length == 0 { break }
      start += length
    }
    trailing: while end > start {
      for length in [1, 2, 3] where end - length >= start {
        if spaceLength(text[..<end], at: end - length) == length {
          end -= length
          continue trailing
        }
      }
      break
    }
    return text[start..<end]
  }
}

/// What counts as a document when text is curated.
public enum CurationUnit: String, Sendable, CaseIterable {
  /// A document of the source.
  case document
  /// A line of a document, without its line feed.
  case line
  /// A stretch between blank lines: the text is cut at every two line feeds in a row.
  case paragraph

  /// Cuts a document's text.
  func pieces(of text: [UInt8]) -> [ArraySlice<UInt8>] {
    switch self {
    case .document: return [text[...]]
    case .line: return text.split(separator: 0x0A, omittingEmptySubsequences: false)
    case .paragraph:
      var pieces: [ArraySlice<UInt8>] = []
      var start = 0
      var position = 0
      while position + 1 < text.count {
        if text[position] == 0x0A, text[position + 1] == 0x0A {
          pieces.append(text[start..<position])
          position += 2
          start = position
        } else {
          position += 1
        }
      }
      return pieces + [text[start...]]
    }
  }
}
