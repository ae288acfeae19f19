/// Turns what stands between the quotes of a JSON string into text.
struct JSONText {
  /// How halves of surrogate pairs are treated, and bytes that are not UTF-8.
  enum Damage {
    /// They are an error.
    case refused
    /// They are left out.
    case dropped
  }

  /// The text of a string; `scratch` holds it where it does not stand in `bytes` as it is.
  ///
  /// - Returns: the text, valid as long as both are, with `WordScanner.slack` readable bytes behind
  ///   it if `bytes` has those.
  static func decode(
    _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, scratch: ByteBuffer, damage: Damage
  ) throws(JSONProblem) -> UnsafeRawBufferPointer {
    scratch.truncate()
    var position = range.lowerBound
    // What lies between here and `position` is text as it stands, not yet copied.
    var start = position
    var isCopied = false
    func copy(to end: Int) {
      scratch.append(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
      isCopied = true
    }
    while true {
      position = nextSpecial(bytes, position, range.upperBound)
      guard position < range.upperBound else { break }
      let byte = bytes[position]
      if byte >= 0x80 {
        let length = sequenceLength(bytes, position, range.upperBound)
        guard length == 0 else {
          position += length
          continue
        }
        guard damage == .dropped else {
          throw JSONProblem(position: position, reason: "bytes that are not UTF-8")
        }
        copy(to: position)
        position += 1
      } else if byte == 0x5C {
        copy(to: position)
        position = try escape(bytes, position, range.upperBound, scratch, damage)
      } else {
        throw JSONProblem(
          position: position,
          reason:
            "a control character (U+00\(byte < 16 ? "0" : "")\(hexadecimal(byte))) in a string")
      }
      start = position
    }
    guard isCopied else { return UnsafeRawBufferPointer(rebasing: bytes[range]) }
    copy(to: range.upperBound)
    scratch.reserve(WordScanner.slack)
    return scratch.bytes
  }

  private static func hexadecimal(_ number: some BinaryInteger) -> String {
    String(number, radix: 16, uppercase: true)
  }

  /// The first byte that is a backslash, a control character or no ASCII. Eight bytes at a time:
  /// each term has its highest bit set in the lowest byte that it is looking for, if there is one.
  private static func nextSpecial(
    _ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int
  ) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    var position = start
    while position + 8 <= end {
      let word = UInt64(
        littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      let slash = word ^ (ones &* 0x5C)
      let found = ((word &- ones &* 0x20) & ~word) | word | ((slash &- ones) & ~slash)
      let marks = found & (ones &* 0x80)
      if marks != 0 { return position + marks.trailingZeroBitCount / 8 }
      position += 8
    }
    while position < end, case let byte = bytes[position], byte >= 0x20, byte < 0x80, byte != 0x5C {
      position += 1
    }
    return position
  }

  /// The length of the well-formed UTF-8 sequence at `position`; 0 if there is none.
  private static func sequenceLength(
    _ bytes: UnsafeRawBufferPointer, _ position: Int, _ end: Int
  ) -> Int {
    guard let base = bytes.baseAddress else { return 0 }
    let text = (base + position).assumingMemoryBound(to: UInt8.self)
    let (scalar, length) = CharacterClass.decode(text, end - position)
    return scalar == nil ? 0 : length
  }

  /// Appends what the escape at `position` stands for, and returns where it ends.
  private static func escape(
    _ bytes: UnsafeRawBufferPointer, _ position: Int, _ end: Int, _ scratch: ByteBuffer,
    _ damage: Damage
  ) throws(JSONProblem) -> Int {
    let letter = position + 1 < end ? bytes[position + 1] : 0
    let plain: UInt8
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = letter
    case UInt8(ascii: "n"): plain = 0x0A
    case UInt8(ascii: "t"): plain = 0x09
    case UInt8(ascii: "r"): plain = 0x0D
    case UInt8(ascii: "b"): plain = 0x08
    case UInt8(ascii: "f"): plain = 0x0C
    case UInt8(ascii: "u"):
      return try unicodeEscape(bytes, position, end, scratch, damage)
    default: throw JSONProblem(position: position, reason: "a backslash that begins no escape")
    }
    append(plain, to: scratch)
    return position + 2
  }

  private static func unicodeEscape(
    _ bytes: UnsafeRawBufferPointer, _ position: Int, _ end: Int, _ scratch: ByteBuffer,
    _ damage: Damage
  ) throws(JSONProblem) -> Int {
    guard let first = codeUnit(bytes, position, end) else {
      throw JSONProblem(position: position, reason: "\\u needs four hexadecimal digits")
    }
    var value = first
    var next = position + 6
    if (0xD800..<0xDC00).contains(first), let second = codeUnit(bytes, next, end),
      (0xDC00..<0xE000).contains(second)
    {
      value = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
      next += 6
    }
    guard let scalar = Unicode.Scalar(value) else {
      if damage == .dropped { return next }
      throw JSONProblem(
        position: position, reason: "half a surrogate pair (\\u\(hexadecimal(first)))")
    }
    for byte in UTF8.encode(scalar)! { append(byte, to: scratch) }
    return next
  }

  /// The number behind `\u` at a position; nil if nothing such stands there.
  private static func codeUnit(
    _ bytes: UnsafeRawBufferPointer, _ position: Int, _ end: Int
  ) -> UInt32? {
    guard position + 6 <= end, bytes[position] == 0x5C, bytes[position + 1] == UInt8(ascii: "u")
    else { return nil }
    var value: UInt32 = 0
    for offset in 2..<6 {
      let digit = UInt32(bytes[position + offset])
      switch digit {
      case 0x30...0x39: value = value << 4 | (digit - 0x30)
      case 0x41...0x46: value = value << 4 | (digit - 0x41 + 10)
      case 0x61...0x66: value = value << 4 | (digit - 0x61 + 10)
      default: return nil
      }
    }
    return value
  }

  private static func append(_ byte: UInt8, to buffer: ByteBuffer) {
    buffer.reserve(1).storeBytes(of: byte, as: UInt8.self)
    buffer.advance(by: 1)
  }
}
