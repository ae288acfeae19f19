/// Where the members of a JSON text stand: what a parser of values does not tell.
///
/// Members of objects inside of lists are left out, since no path of names leads to them, and so are
/// those that more than four names lead to.
struct JSONMemberLines {
  /// Kinds of values.
  enum Kind: Sendable, Equatable {
    case object
    case null
    case other

    init(_ value: JSONValue) {
      self = value.objectValue != nil ? .object : value == .null ? .null : .other
    }
  }

  /// A member by the names that lead to it.
  struct Member: Sendable, Equatable {
    let path: [String]
    /// The line of its name, from 1.
    let line: Int
    /// What its value is, as far as it matters for where members may be.
    let kind: Kind
  }

  /// The members in the order of the text, an object before what is in it.
  private(set) var members: [Member] = []
  private static let deepest = 4
  private let bytes: [UInt8]
  private var index = 0
  private var line = 1

  /// Finds the members of a text, which must be valid JSON: the parser has bounded its depth.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    readValue(at: [], depth: 0)
  }

  private var current: UInt8 { index < bytes.count ? bytes[index] : 0 }

  private mutating func skipSpace() {
    while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) {
      if bytes[index] == UInt8(ascii: "\n") { line += 1 }
      index += 1
    }
  }

  /// Passes a string and returns it with its quotation marks.
  private mutating func readString() -> ArraySlice<UInt8> {
    let start = index
    index += 1
    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
      index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    index = min(index + 1, bytes.count)
    return bytes[start..<index]
  }

  private mutating func readValue(at path: [String], depth: Int) {
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): readObject(at: path, depth: depth)
    case UInt8(ascii: "["): skipList()
    case UInt8(ascii: "\""): _ = readString()
    default:
      while index < bytes.count, ![0x20, 0x09, 0x0A, 0x0D, 0x2C, 0x5D, 0x7D].contains(current) {
        index += 1
      }
    }
  }

  private mutating func readObject(at path: [String], depth: Int) {
    index += 1
    while index < bytes.count {
      skipSpace()
      if current == UInt8(ascii: ",") {
        index += 1
        skipSpace()
      }
      guard current == UInt8(ascii: "\"") else { break }
      let begin = line
      let name = try? JSONValue(parsing: readString(), source: "name").stringValue
      skipSpace()
      index += 1  // the colon
      skipSpace()
      guard depth < Self.deepest else {
        readValue(at: path, depth: depth + 1)
        continue
      }
      let kind: Kind =
        switch current {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "n"): .null
        default: .other
        }
      let inner = path + [name ?? ""]
      members.append(Member(path: inner, line: begin, kind: kind))
      readValue(at: inner, depth: depth + 1)
    }
    index += 1
  }

  private mutating func skipList() {
    var depth = 0
    repeat {
      skipSpace()
      switch current {
      case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      case UInt8(ascii: "\""):
        _ = readString()
        continue
      default: break
      }
      index += 1
    } while depth > 0 && index < bytes.count
  }
}
