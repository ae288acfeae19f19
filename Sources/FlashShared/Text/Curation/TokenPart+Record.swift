extension TokenPart {
  private static let headSize = 40
  private static let unknown = Int64(-1)

  /// The part as bytes for temporary files: flags, bytes, characters, bits, count, ids.
  func record(into buffer: inout [UInt8]) {
    buffer.removeAll(keepingCapacity: true)
    buffer.append(littleEndian: UInt64((isFirst ? 1 : 0) | (isLast ? 2 : 0)))
    buffer.append(littleEndian: bytes.map(Int64.init) ?? Self.unknown)
    buffer.append(littleEndian: characters.map(Int64.init) ?? Self.unknown)
    buffer.append(littleEndian: (informationBits ?? .nan).bitPattern)
    buffer.append(littleEndian: UInt64(ids.count))
    ids.withUnsafeBytes { buffer.append(contentsOf: $0) }
  }

  /// Reads what `record` wrote.
  init(record: UnsafeRawBufferPointer) {
    let flags = record.number(UInt64.self, at: 0)
    let size = record.number(Int64.self, at: 8)
    let length = record.number(Int64.self, at: 16)
    let bits = Double(bitPattern: record.number(UInt64.self, at: 24))
    let count = Int(record.number(UInt64.self, at: 32))
    let source = UnsafeRawBufferPointer(rebasing: record[Self.headSize...])
    precondition(source.count == count * MemoryLayout<Int32>.size, "not a record")
    // The record lies at any address.
    let ids = [Int32](unsafeUninitializedCapacity: count) { buffer, initialized in
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: source)
      initialized = count
    }
    self.init()
    self.ids = ids
    isFirst = flags & 1 != 0
    isLast = flags & 2 != 0
    bytes = size == Self.unknown ? nil : Int(size)
    characters = length == Self.unknown ? nil : Int(length)
    informationBits = bits.isNaN ? nil : bits
  }
}
