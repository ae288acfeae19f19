/// The classes that GPT-2's split pattern tells apart: `\p{L}`, `\p{N}`, `\s`, and all the rest.
enum CharacterClass: UInt8 {
  case other = 0
  case letter = 1
  case number = 2
  case whitespace = 3

  /// The class of the character that begins at `text` and the number of its bytes.
  ///
  /// A byte that does not begin a well-formed sequence is a character of the class `other` by
  /// itself; so are surrogates, overlong forms and what lies beyond U+10FFFF, byte by byte.
  @inline(__always)
  static func of(
    _ text: UnsafePointer<UInt8>, _ available: Int, _ table: UnsafePointer<UInt8>
  ) -> (kind: CharacterClass, length: Int) {
    let (scalar, length) = decode(text, available)
    guard let scalar else { return (.other, 1) }
    let value = scalar < tableSize ? table[Int(scalar)] : rare(scalar)
    return (CharacterClass(rawValue: value) ?? .other, length)
  }

  /// Decodes one code point; nil for a byte that begins none.
  @inline(__always)
  static func decode(
    _ text: UnsafePointer<UInt8>, _ available: Int
  ) -> (scalar: UInt32?, length: Int) {
    func continuation(_ offset: Int) -> UInt32? {
      guard offset < available, text[offset] & 0xC0 == 0x80 else { return nil }
      return UInt32(text[offset] & 0x3F)
    }
    let first = UInt32(text[0])
    switch first {
    case 0..<0x80: return (first, 1)
    case 0xC2..<0xE0:
      guard let a = continuation(1) else { return (nil, 1) }
      return ((first & 0x1F) << 6 | a, 2)
    case 0xE0..<0xF0:
      guard let a = continuation(1), let b = continuation(2) else { return (nil, 1) }
      let scalar = (first & 0x0F) << 12 | a << 6 | b
      return scalar < 0x800 || (0xD800..<0xE000).contains(scalar) ? (nil, 1) : (scalar, 3)
    case 0xF0..<0xF5:
      guard let a = continuation(1), let b = continuation(2), let c = continuation(3) else {
        return (nil, 1)
      }
      let scalar = (first & 0x07) << 18 | a << 12 | b << 6 | c
      return (0x10000..<0x110000).contains(scalar) ? (scalar, 4) : (nil, 1)
    default: return (nil, 1)
    }
  }

  /// The class of a code point.
  static func of(_ scalar: UInt32) -> CharacterClass {
    CharacterClass(rawValue: rare(scalar)) ?? .other
  }

  /// The class by search in the ranges, for code points beyond the table.
  @inline(never)
  private static func rare(_ scalar: UInt32) -> UInt8 {
    var low = 0
    var high = characterClassRanges.count
    while low < high {
      let middle = (low + high) / 2
      if characterClassRanges[middle] >> 2 <= scalar { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? 0 : UInt8(characterClassRanges[low - 1] & 3)
  }

  private static let tableSize: UInt32 = 0x20000

  /// A class for each code point of the first two planes, made once.
  static let table = CharacterClassTable(size: Int(tableSize))
}

/// Read-only memory that lives as long as the process.
struct CharacterClassTable: @unchecked Sendable {
  let address: UnsafePointer<UInt8>

  fileprivate init(size: Int) {
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
    for (index, entry) in characterClassRanges.enumerated() {
      let start = min(Int(entry >> 2), size)
      let next = index + 1 < characterClassRanges.count ? characterClassRanges[index + 1] >> 2 : 0
      let end = next == 0 ? size : min(Int(next), size)
      (memory + start).initialize(repeating: UInt8(entry & 3), count: end - start)
    }
    address = UnsafePointer(memory)
  }
}
