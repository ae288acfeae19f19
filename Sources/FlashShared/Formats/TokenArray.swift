/// Tokens in numpy's form: where a reader is in a `.npy` of whole numbers.
///
/// The numbers of one dimension are one document; of more dimensions, each row (the last dimension)
/// is one.
struct TokenArray {
  /// Where the numbers begin.
  let dataOffset: Int
  private let type: NpyElementType
  private let rowLength: Int
  /// Rows that have not begun, and numbers of the open row that have not been read.
  private var rows: Int
  private var rest = 0
  /// How many numbers were read, for messages.
  private var index = 0

  /// The most numbers that one part of a document has.
  private static let partTokens = 1 << 20

  init(_ start: UnsafeRawBufferPointer, source: String) throws {
    let (header, offset) = try NpyHeader.parse(start, path: source)
    switch header.elementType {
    case .float32, .float64:
      throw NpyError.unsupported(
        path: source, reason: "its numbers are \(header.elementType.name); ids are whole numbers")
    default: type = header.elementType
    }
    dataOffset = offset
    rowLength = header.shape.last ?? 1
    // An array without numbers has no rows either, however many its shape says.
    rows = rowLength == 0 ? 0 : header.count / rowLength
  }

  /// How many numbers come next, and whether they go on with the document before them; nil at the
  /// end.
  fileprivate mutating func next() -> (count: Int, continues: Bool)? {
    let continues = rest > 0
    if !continues {
      guard rows > 0 else { return nil }
      rows -= 1
      rest = rowLength
    }
    let count = min(rest, Self.partTokens)
    rest -= count
    return (count, continues)
  }

  /// Bytes of one number.
  fileprivate var size: Int { type.size }

  /// Turns numbers into ids.
  fileprivate mutating func ids(
    _ bytes: UnsafeRawBufferPointer, source: String, into ids: inout [Int32]
  ) throws {
    ids.removeAll(keepingCapacity: true)
    for offset in stride(from: 0, to: bytes.count, by: size) {
      let number: Int64? =
        switch type {
        case .uint8: Int64(bytes[offset])
        case .uint16: Int64(bytes.number(UInt16.self, at: offset))
        case .uint32: Int64(bytes.number(UInt32.self, at: offset))
        case .int32: Int64(bytes.number(Int32.self, at: offset))
        case .uint64: Int64(exactly: bytes.number(UInt64.self, at: offset))
        default: bytes.number(Int64.self, at: offset)
        }
      guard let number, number >= 0, let id = Int32(exactly: number) else {
        throw NpyError.unsupported(
          path: source, reason: "element \(index) is no id; ids are from 0 to \(Int32.max)")
      }
      ids.append(id)
      index += 1
    }
  }
}

extension TokenStreamReader {
  /// The next row, or the next part of a long one.
  func nextOfArray(into document: inout TokenDocument) throws -> Bool {
    guard var array, let (count, continues) = array.next() else {
      try checkEnd()
      return false
    }
    let wanted = count * array.size
    buffer.truncate()
    guard try input.fill(buffer, wanted: wanted) == wanted else {
      throw NpyError.damaged(
        path: source, offset: array.dataOffset + buffer.count,
        reason: "it ends before its numbers do")
    }
    document = TokenDocument()
    document.continuesPrevious = continues
    try array.ids(buffer.bytes, source: source, into: &document.ids)
    self.array = array
    return true
  }

  private func checkEnd() throws {
    buffer.truncate()
    guard try input.fill(buffer, wanted: 1) == 0 else {
      throw NpyError.damaged(
        path: source, offset: array?.dataOffset ?? 0,
        reason: "more bytes follow it than its header promises")
    }
  }
}
