/// What a text is compared by: hashes of runs of its units.
///
/// Units are words, runs of letters and digits without regard to case. Scripts that put no spaces
/// between words (Chinese, Japanese, Thai and their like) have a unit in each character. A text that
/// is made of signs rather than letters (drawings, tables, programs) has one in each code point,
/// with white space as one of them. So texts are never the same for what they both lack.
struct TextShingles {
  /// The hash of each unit.
  private(set) var units: [UInt64] = []
  /// Units of a shingle.
  let width: Int

  /// Words of a shingle.
  static let words = 5
  /// Characters of a shingle: of scripts with thousands of them, and of those with some dozens.
  private static let ideographs = 2
  private static let syllables = 3
  /// Code points of a shingle of signs, of which a text may have but three kinds.
  private static let signs = 8

  init(_ text: ArraySlice<UInt8>) {
    var counts = Counts()
    units = Self.words(of: text, &counts)
    if counts.signs > counts.letters || units.isEmpty {
      units = Self.codePoints(of: text)
      width = Self.signs
    } else if 2 * counts.ideographs > units.count {
      width = Self.ideographs
    } else if 2 * (counts.ideographs + counts.syllables) > units.count {
      width = Self.syllables
    } else {
      width = Self.words
    }
  }

  /// How many code points of each kind a text has.
  private struct Counts {
    var letters = 0
    var signs = 0
    var ideographs = 0
    var syllables = 0
  }

  /// Calls `body` with the hash of each shingle. A text of fewer units than a shingle has is one.
  func forEachShingle(_ body: (UInt64) throws -> Void) rethrows {
    let width = min(width, max(1, units.count))
    var start = 0
    while start + width <= units.count {
      var shingle: UInt64 = 0
      for unit in units[start..<start + width] {
        shingle = RandomStream.mix(shingle &+ RandomStream.increment ^ unit)
      }
      try body(shingle)
      start += 1
    }
  }

  private static let start: UInt64 = 0xCBF2_9CE4_8422_2325

  /// FNV-1a of one more byte.
  @inline(__always)
  private static func add(_ byte: UInt8, to hash: inout UInt64) {
    hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
  }

  private static func words(of text: ArraySlice<UInt8>, _ counts: inout Counts) -> [UInt64] {
    var hashes: [UInt64] = []
    var hash = start
    var isInside = false
    func end() {
      if isInside { hashes.append(hash) }
      isInside = false
      hash = start
    }
    var position = text.startIndex
    while position < text.endIndex {
      let byte = text[position]
      guard byte >= 0x80 else {
        position += 1
        switch byte {
        case 0x41...0x5A, 0x61...0x7A, 0x30...0x39:
          add(byte >= 0x41 ? byte | 0x20 : byte, to: &hash)
          isInside = true
          counts.letters += 1
        default:
          end()
          if byte > 0x20, byte != 0x7F { counts.signs += 1 }
        }
        continue
      }
      let (character, length) = codePoint(text, at: position)
      let bytes = text[position..<position + length]
      position += length
      switch kind(of: character) {
      case .letter:
        for byte in bytes { add(byte, to: &hash) }
        isInside = true
        counts.letters += 1
      case .ideograph, .syllable:
        end()
        for byte in bytes { add(byte, to: &hash) }
        isInside = true
        end()
        counts.letters += 1
        if kind(of: character) == .ideograph {
          counts.ideographs += 1
        } else {
          counts.syllables += 1
        }
      case .space: end()
      case .sign:
        end()
        counts.signs += 1
      }
    }
    end()
    return hashes
  }

  /// Each code point, ASCII letters in lower case; white space of any length in between is one.
  private static func codePoints(of text: ArraySlice<UInt8>) -> [UInt64] {
    var hashes: [UInt64] = []
    var isAfterSpace = false
    var position = text.startIndex
    while position < text.endIndex {
      let space = TextMeasures.spaceLength(text, at: position)
      guard space == 0 else {
        position += space
        isAfterSpace = true
        continue
      }
      if isAfterSpace, !hashes.isEmpty { hashes.append(start) }
      isAfterSpace = false
      let (_, length) = codePoint(text, at: position)
      var hash = start
      for byte in text[position..<position + length] {
        add((0x41...0x5A).contains(byte) ? byte | 0x20 : byte, to: &hash)
      }
      hashes.append(hash)
      position += length
    }
    return hashes
  }

  /// The code point at a position and its bytes; a byte by itself where they are not UTF-8.
  private static func codePoint(
    _ text: ArraySlice<UInt8>, at position: Int
  ) -> (value: UInt32, length: Int) {
    let first = text[position]
    let length = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1
    guard length > 1, text.endIndex - position >= length else { return (UInt32(first), 1) }
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for byte in text[position + 1..<position + length] {
      guard byte & 0xC0 == 0x80 else { return (UInt32(first), 1) }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    return (value, length)
  }

  private enum Kind {
    case letter
    case ideograph
    case syllable
    case space
    case sign
  }

  /// What a code point above ASCII is, by Unicode's blocks. Marks belong to the letters around them.
  private static func kind(of character: UInt32) -> Kind {
    switch character {
    case 0x85, 0xA0, 0x1680, 0x2000...0x200B, 0x2028...0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF:
      .space
    // Latin-1's signs; a byte that is not UTF-8 is a letter.
    case 0xA1...0xA9, 0xAB...0xAC, 0xAE...0xB4, 0xB6...0xB9, 0xBB...0xBF, 0xD7, 0xF7: .sign
    // Punctuation, currencies, arrows, mathematics, drawings, symbols.
    case 0x2010...0x2027, 0x2030...0x205E, 0x20A0...0x20CF, 0x2190...0x2BFF, 0x2E00...0x2E7F: .sign
    case 0x3001...0x3004, 0x3008...0x3020, 0x3030, 0xFE10...0xFE1F, 0xFE30...0xFE6F: .sign
    case 0xFF01...0xFF0F, 0xFF1A...0xFF20, 0xFF3B...0xFF40, 0xFF5B...0xFF65, 0x1F000...0x1FAFF:
      .sign
    // Thai, Lao and Tibetan; Burmese; Khmer; Tai Le and New Tai Lue; Tai Tham; Javanese to Tai Viet.
    case 0x0E00...0x0FFF, 0x1000...0x109F, 0x1780...0x17FF, 0x1950...0x19FF, 0x1A20...0x1AAF,
      0xA980...0xAADF:
      .syllable
    // Kana and Han characters: Japanese has both.
    case 0x2E80...0x2FDF, 0x3005...0x3007, 0x3021...0x302F, 0x3031...0x312F, 0x31A0...0x31FF,
      0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0xFF66...0xFF9F, 0x20000...0x3FFFF:
      .ideograph
    default: .letter
    }
  }
}
