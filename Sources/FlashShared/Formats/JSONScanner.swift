import Foundation

/// What is wrong with a piece of JSON, and at which of its bytes.
struct JSONProblem: Error {
  var position: Int
  var reason: String
}

/// Walks over one JSON text and says where its values are, without making any of them.
///
/// What is passed over is checked as far as its form goes (brackets, strings, commas), not for what
/// it says: numbers of any size, NaN and Infinity are as good as any other word, since nobody asked
/// for them. Time is linear in the text, and most of it is `memchr`.
struct JSONScanner {
  /// What kind of value stands somewhere.
  enum Kind: Equatable {
    case string
    case object
    case list
    /// A number, true, false, null, or what other programs write in their place.
    case word
  }

  /// A value: for a string, the bytes between its quotes.
  struct Value {
    var kind: Kind
    var range: Range<Int>
  }

  /// The deepest nesting, as jansson has it.
  static let largestDepth = 2048

  let bytes: UnsafeRawBufferPointer
  private(set) var position: Int
  /// The brackets that are open inside a value that is passed over.
  private var open: [UInt8] = []

  init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  /// The next byte that is no white space; nil at the end. It stays to be read.
  mutating func peek() -> UInt8? {
    while position < bytes.count {
      let byte = bytes[position]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      position += 1
    }
    return nil
  }

  /// Takes one byte, white space before it aside, if it is the next.
  mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  /// The next member of the object whose bracket, or last member, was taken before; nil behind its
  /// closing bracket.
  mutating func member(isFirst: Bool) throws(JSONProblem) -> (name: Range<Int>, value: Value)? {
    if take(UInt8(ascii: "}")) { return nil }
    if !isFirst, !take(UInt8(ascii: ",")) { throw expected("',' or '}'") }
    guard peek() == UInt8(ascii: "\"") else { throw expected("a member's name in quotes") }
    let name = try string()
    guard take(UInt8(ascii: ":")) else { throw expected("':'") }
    return (name, try value())
  }

  /// Passes over the next value.
  mutating func value() throws(JSONProblem) -> Value {
    switch peek() {
    case UInt8(ascii: "\"")?: return Value(kind: .string, range: try string())
    case UInt8(ascii: "{")?: return Value(kind: .object, range: try brackets())
    case UInt8(ascii: "[")?: return Value(kind: .list, range: try brackets())
    default: return Value(kind: .word, range: try word())
    }
  }

  /// What is wrong where something else should be next.
  func expected(_ what: String) -> JSONProblem {
    JSONProblem(
      position: position,
      reason: position == bytes.count ? "it ends where \(what) is due" : "\(what) is expected")
  }

  /// Passes over a string whose opening quote is next, and returns what is between its quotes.
  private mutating func string() throws(JSONProblem) -> Range<Int> {
    let start = position + 1
    var from = start
    while let quote = bytes.position(of: 0x22, from: from) {
      var slashes = quote
      while slashes > start, bytes[slashes - 1] == 0x5C { slashes -= 1 }
      if (quote - slashes) & 1 == 0 {
        position = quote + 1
        return start..<quote
      }
      from = quote + 1
    }
    throw JSONProblem(position: position, reason: "the string that begins here does not end")
  }

  /// Passes over a number or a word.
  private mutating func word() throws(JSONProblem) -> Range<Int> {
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "+"),
        UInt8(ascii: "."):
        position += 1
        continue
      default: break
      }
      break
    }
    guard position > start else { throw expected("a value") }
    return start..<position
  }

  /// Passes over an object or a list whose bracket is next.
  private mutating func brackets() throws(JSONProblem) -> Range<Int> {
    enum Due { case valueOrEnd, value, commaOrEnd }
    let start = position
    open.removeAll(keepingCapacity: true)
    open.append(bytes[position])
    position += 1
    var due = Due.valueOrEnd
    while true {
      let isObject = open.last == UInt8(ascii: "{")
      guard let byte = peek() else { throw expected(isObject ? "'}'" : "']'") }
      if byte == UInt8(ascii: isObject ? "}" : "]"), due != .value {
        position += 1
        open.removeLast()
        if open.isEmpty { return start..<position }
        due = .commaOrEnd
        continue
      }
      if due == .commaOrEnd {
        guard take(UInt8(ascii: ",")) else {
          throw expected(isObject ? "',' or '}'" : "',' or ']'")
        }
        due = .value
        continue
      }
      if isObject {
        guard byte == UInt8(ascii: "\"") else { throw expected("a member's name in quotes") }
        _ = try string()
        guard take(UInt8(ascii: ":")) else { throw expected("':'") }
      }
      switch peek() {
      case UInt8(ascii: "\"")?: _ = try string()
      case UInt8(ascii: "{")?, UInt8(ascii: "[")?:
        guard open.count < Self.largestDepth else {
          throw JSONProblem(position: position, reason: "nested too deep")
        }
        open.append(bytes[position])
        position += 1
        due = .valueOrEnd
        continue
      default: _ = try word()
      }
      due = .commaOrEnd
    }
  }
}
