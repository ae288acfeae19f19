extension NpyHeader {
  /// Reads the head of a file.
  ///
  /// - Returns: the header, and the offset at which the data begin.
  static func parse(_ file: FileBytes) throws -> (NpyHeader, Int) {
    try parse(file.bytes, path: file.path)
  }

  /// Reads the head of a file from its first bytes; `path` is for messages.
  static func parse(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws -> (NpyHeader, Int) {
    func damaged(_ offset: Int, _ reason: String) -> NpyError {
      .damaged(path: path, offset: offset, reason: reason)
    }
    guard bytes.starts(with: magic) else { throw damaged(0, "the magic string is missing") }
    guard bytes.count >= 10 else { throw damaged(bytes.count, "it ends inside its header") }
    let start: Int
    let length: Int
    switch bytes[6] {
    case 1:
      start = 10
      length = Int(bytes[8]) | Int(bytes[9]) << 8
    case 2, 3:
      guard bytes.count >= 12 else { throw damaged(bytes.count, "it ends inside its header") }
      start = 12
      length = (0..<4).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    default: throw damaged(6, "version \(bytes[6]) of the format is not known")
    }
    // numpy refuses longer headers too; none of ours passes 128 bytes.
    guard length <= 10_000 else { throw damaged(8, "a header of \(length) bytes is not plausible") }
    guard start + length <= bytes.count else {
      throw damaged(bytes.count, "it ends inside its header")
    }
    var reader = DictionaryReader(
      text: Array(bytes[start..<start + length]), offset: start, path: path)
    return (try reader.header(), start + length)
  }
}

/// Reads the Python dictionary literal in a header: three known names, strings, `True`, `False`
/// and a tuple of whole numbers. Nothing is evaluated.
private struct DictionaryReader {
  let text: [UInt8]
  let offset: Int
  let path: String
  var position = 0

  init(text: [UInt8], offset: Int, path: String) {
    self.text = text
    self.offset = offset
    self.path = path
  }

  mutating func header() throws -> NpyHeader {
    var description: String?
    var isFortran: Bool?
    var shape: [Int]?
    try expect("{")
    while !accept("}") {
      let name = try string()
      try expect(":")
      switch name {
      case "descr" where description == nil: description = try string()
      case "fortran_order" where isFortran == nil: isFortran = try boolean()
      case "shape" where shape == nil: shape = try tuple()
      default: throw damaged("the header names '\(name)' twice, or does not know it")
      }
      if accept("}") { break }
      try expect(",")
    }
    skipSpace()
    guard position == text.count else { throw damaged("something follows the header") }
    guard let description, let isFortran, let shape else {
      throw damaged("the header lacks 'descr', 'fortran_order' or 'shape'")
    }
    guard let type = NpyElementType(rawValue: description) else {
      throw NpyError.unsupported(
        path: path,
        reason: "elements of type '\(description)' are not read here; "
          + "save it as one of " + NpyElementType.allCases.map(\.name).joined(separator: ", "))
    }
    guard !isFortran || shape.count <= 1 else {
      throw NpyError.unsupported(
        path: path, reason: "it is in Fortran order; save numpy.ascontiguousarray of it")
    }
    return NpyHeader(elementType: type, shape: shape)
  }

  private func damaged(_ reason: String) -> NpyError {
    .damaged(path: path, offset: offset + position, reason: reason)
  }

  private mutating func skipSpace() {
    while position < text.count, text[position] == 0x20 || text[position] == 0x0A {
      position += 1
    }
  }

  private mutating func accept(_ character: Character) -> Bool {
    skipSpace()
    guard position < text.count, text[position] == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Character) throws {
    guard accept(character) else { throw damaged("'\(character)' is expected in the header") }
  }

  private mutating func string() throws -> String {
    skipSpace()
    guard position < text.count, text[position] == 0x27 || text[position] == 0x22 else {
      throw damaged("a quoted string is expected in the header")
    }
    let quote = text[position]
    let start = position + 1
    guard let end = text[start...].firstIndex(of: quote) else {
      throw damaged("a string of the header does not end")
    }
    position = end + 1
    return String(decoding: text[start..<end], as: UTF8.self)
  }

  private mutating func boolean() throws -> Bool {
    skipSpace()
    for (word, value) in [("True", true), ("False", false)]
    where text[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw damaged("True or False is expected in the header")
  }

  private mutating func tuple() throws -> [Int] {
    try expect("(")
    var extents: [Int] = []
    var count = 1
    while !accept(")") {
      skipSpace()
      var value = 0
      let start = position
      while position < text.count, case let digit = Int(text[position]) - 0x30, 0...9 ~= digit {
        let (shifted, first) = value.multipliedReportingOverflow(by: 10)
        let (sum, second) = shifted.addingReportingOverflow(digit)
        guard !first, !second else { throw damaged("an extent is too large") }
        value = sum
        position += 1
      }
      guard position > start else { throw damaged("a whole number is expected in the shape") }
      extents.append(value)
      let (product, overflow) = count.multipliedReportingOverflow(by: value)
      guard !overflow, extents.count <= 32 else { throw damaged("the shape is too large") }
      count = product
      if accept(")") { break }
      try expect(",")
    }
    return extents
  }
}
