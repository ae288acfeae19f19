import CByteClasses

/// Finds where the words of GPT-2's split pattern begin:
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// The pattern never skips a byte, so word starts say everything. They follow from the classes of
/// neighbouring characters (letter, number, white space, other), and are computed for 61 bytes at
/// a time from bit masks of 64, of which the last three are looked ahead at:
///
/// - A character that is not white space begins a word if its class differs from that of the
///   character before it, unless that is a space (U+0020), which belongs to the word.
/// - White space begins a word where a run of it begins; and the last white-space character of a
///   run begins a word if something follows the run.
/// - An apostrophe that begins a word and is followed by one of the seven endings takes exactly
///   that ending, and a new word begins behind it.
///
/// Bytes that are not part of well-formed UTF-8 count as characters of the class "other", each by
/// itself.
struct WordScanner {
  /// How far beyond the text memory must be readable.
  static let slack = 64
  /// How many word starts one step may write, whether they count or not.
  static let room = 64
  private static let stride = 61

  private let text: UnsafePointer<UInt8>
  private let count: Int
  private let classes: UnsafePointer<UInt8>
  private(set) var position = 0
  /// The classes of the byte before `position`, as bit 0.
  private var letterBefore: UInt64 = 0
  private var numberBefore: UInt64 = 0
  private var otherBefore: UInt64 = 0
  private var whitespaceBefore: UInt64 = 0
  private var spaceBefore: UInt64 = 0
  /// Bytes at `position` that belong to the character before it, and that character's class.
  private var openBytes = 0
  private var openClass = CharacterClass.other
  /// Starts that an ending behind an apostrophe has set and cleared beyond `position`.
  private var forced: UInt64 = 0
  private var cleared: UInt64 = 0
  /// The NUL bytes seen so far; which ones does not matter.
  private(set) var zeros: UInt64 = 0
  /// Bytes seen so far that continue a character.
  private(set) var continuationBytes = 0

  /// - Parameters:
  ///   - text: followed by at least `slack` readable bytes.
  ///   - followsSpace: whether a space that is not in memory stands before the text.
  init(_ text: UnsafePointer<UInt8>, count: Int, followsSpace: Bool) {
    self.text = text
    self.count = count
    classes = CharacterClass.table.address
    spaceBefore = followsSpace ? 1 : 0
    whitespaceBefore = spaceBefore
  }

  var isAtEnd: Bool { position >= count }

  /// Goes on by up to 61 bytes and writes the starts found there, in order.
  ///
  /// - Parameter starts: room for at least `room` numbers; what lies behind those that count may
  ///   be overwritten too.
  /// - Returns: how many starts there are.
  @inline(__always)
  mutating func step(_ starts: UnsafeMutablePointer<UInt32>) -> Int {
    let remaining = count - position
    let valid: UInt64 = remaining >= 64 ? ~0 : (1 << UInt64(remaining)) &- 1
    let raw = flashlm_classify(text + position)
    zeros |= raw.zeros & valid
    var letters = raw.letters & valid
    var numbers = raw.digits & valid
    var whitespace = raw.whitespace & valid
    // Where a run's last white-space character is wider than a byte, its start is found by hand.
    var wideEnds: UInt64 = 0
    let narrow = whitespace
    let wide = raw.beyondASCII & valid
    if wide != 0 {
      classifyWide(wide, &letters, &numbers, &whitespace, &wideEnds)
    }
    let others = valid & ~(letters | numbers | whitespace)
    let spaces = raw.spaces & valid
    let same =
      letters & (letters << 1 | letterBefore)
      | numbers & (numbers << 1 | numberBefore)
      | others & (others << 1 | otherBefore)
      | (spaces << 1 | spaceBefore)
    // Behind the text, white space is pretended, so that a run at the end has no last character.
    let beforeWhitespace = (whitespace | ~valid) >> 1
    var found = (valid & ~whitespace) & ~same
    found |= whitespace & ~(whitespace << 1 | whitespaceBefore)
    found |= narrow & ~beforeWhitespace | wideEnds
    found = found & ~cleared | forced
    forced = 0
    cleared = 0
    let quotes = raw.quotes & found & Self.committed
    if quotes != 0 { cutEndings(quotes, &found) }
    let taken = min(remaining, Self.stride)
    found &= Self.committed & valid
    let last = UInt64(taken - 1)
    letterBefore = letters >> last & 1
    numberBefore = numbers >> last & 1
    otherBefore = others >> last & 1
    whitespaceBefore = whitespace >> last & 1
    spaceBefore = spaces >> last & 1
    let base = UInt32(truncatingIfNeeded: position)
    position += taken
    return Self.write(found, base, starts)
  }

  private static let committed: UInt64 = (1 << 61) - 1

  /// Writes the positions of the set bits: 16 at a time without asking, since a branch for each
  /// would often be guessed wrong.
  @inline(__always)
  private static func write(
    _ bits: UInt64, _ base: UInt32, _ starts: UnsafeMutablePointer<UInt32>
  ) -> Int {
    let count = bits.nonzeroBitCount
    var rest = bits
    var written = 0
    repeat {
      for index in 0..<16 {
        starts[written &+ index] = base &+ UInt32(truncatingIfNeeded: rest.trailingZeroBitCount)
        rest &= rest &- 1
      }
      written &+= 16
    } while written < count
    return count
  }

  /// Cuts 's 't 're 've 'm 'll 'd behind the apostrophes that begin words.
  @inline(never)
  private mutating func cutEndings(_ quotes: UInt64, _ found: inout UInt64) {
    var rest = quotes
    while rest != 0 {
      let at = rest.trailingZeroBitCount
      rest &= rest - 1
      let next = position + at + 1
      guard next < count else { continue }
      let first = text[next]
      let second = next + 1 < count ? text[next + 1] : 0
      let length: Int
      switch (first, second) {
      case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _),
        (UInt8(ascii: "d"), _):
        length = 2
      case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
        (UInt8(ascii: "l"), UInt8(ascii: "l")):
        length = 3
      default: continue
      }
      let ending: UInt64 = 1 << UInt64(at + 1)
      found &= ~ending
      cleared |= ending
      if position + at + length < count {
        let behind: UInt64 = 1 << UInt64(at + length)
        found |= behind
        forced |= behind
      }
    }
    // Only what lies beyond this step is still to be done.
    forced >>= 61
    cleared >>= 61
  }

  /// Puts the characters beyond ASCII into their classes, all bytes of a character alike.
  @inline(never)
  private mutating func classifyWide(
    _ wide: UInt64, _ letters: inout UInt64, _ numbers: inout UInt64, _ whitespace: inout UInt64,
    _ wideEnds: inout UInt64
  ) {
    var rest = wide
    func mark(_ bits: UInt64, _ kind: CharacterClass) {
      switch kind {
      case .letter: letters |= bits
      case .number: numbers |= bits
      case .whitespace: whitespace |= bits
      case .other: break
      }
    }
    if openBytes > 0 {
      let bits = (UInt64(1) << UInt64(openBytes)) &- 1
      mark(bits, openClass)
      rest &= ~bits
      openBytes = 0
    }
    while rest != 0 {
      let at = rest.trailingZeroBitCount
      let (kind, length) = CharacterClass.of(text + position + at, count - position - at, classes)
      let bits = ((UInt64(1) << UInt64(length)) &- 1) << UInt64(at)
      rest &= ~bits
      mark(bits, kind)
      if at < Self.stride {
        continuationBytes += length - 1
        if at + length > Self.stride {
          openBytes = at + length - Self.stride
          openClass = kind
        }
        if kind == .whitespace, !isWhitespace(position + at + length) {
          wideEnds |= 1 << UInt64(at)
        }
      }
    }
  }

  /// Whether there is white space at a position; behind the text there is.
  private func isWhitespace(_ at: Int) -> Bool {
    guard at < count else { return true }
    return CharacterClass.of(text + at, count - at, classes).kind == .whitespace
  }
}
