extension Safetensors {
  /// The header of a file, read and checked against the file's length.
  struct Header {
    /// The strings under `__metadata__`.
    private(set) var metadata: [String: String] = [:]
    /// The tensors in the order of their data, which follow each other without a hole.
    private(set) var entries: [(name: String, entry: Entry)] = []
    private let path: String
    private let dataStart: Int
    private let dataCount: Int

    static let largestHeader = 100_000_000

    init(_ file: FileBytes) throws {
      path = file.path
      guard file.count >= 8 else {
        throw SafetensorsError(
          path: path, reason: "\(file.count) bytes are too few for a header")
      }
      let length = file.bytes.loadUnaligned(as: UInt64.self).littleEndian
      guard length <= Self.largestHeader, Int(length) <= file.count - 8 else {
        throw SafetensorsError(
          path: path,
          reason: "byte 0: the header's length, \(length), is more than the file holds")
      }
      dataStart = 8 + Int(length)
      dataCount = file.count - dataStart
      let header = try JSONValue(parsing: file.copy(8..<dataStart), source: path)
      guard let members = header.objectValue else {
        throw failure("the header is not a JSON object")
      }
      for (name, value) in members.members {
        if name == "__metadata__" {
          try readMetadata(value)
        } else {
          entries.append((name, try entry(name, value)))
        }
      }
      try orderEntries()
    }

    private func failure(_ reason: String) -> SafetensorsError {
      SafetensorsError(path: path, reason: reason)
    }

    private mutating func readMetadata(_ value: JSONValue) throws {
      for (key, text) in value.objectValue?.members ?? [] {
        guard let text = text.stringValue else {
          throw failure("metadata \"\(key)\" is no string")
        }
        metadata[key] = text
      }
    }

    /// Types of the format that are not read here.
    private static let otherTypes: Set = [
      "F64", "I64", "U64", "U32", "I16", "U16", "I8", "BOOL", "F8_E4M3", "F8_E5M2", "C64",
    ]

    private func entry(_ name: String, _ value: JSONValue) throws -> Entry {
      let typeName = value["dtype"]?.stringValue
      guard let type = typeName.flatMap(ElementType.init) else {
        guard let typeName, Self.otherTypes.contains(typeName) else {
          throw failure("tensor \"\(name)\" has no type of the format")
        }
        throw SafetensorsError(
          path: path, reason: "tensor \"\(name)\" is of type \(typeName), which is not read",
          mend: .convert)
      }
      let shape = value["shape"]?.arrayValue?.map { $0.integerValue ?? -1 } ?? [-1]
      guard shape.allSatisfy({ $0 >= 0 }) else {
        throw failure("tensor \"\(name)\" has no valid shape")
      }
      var bytes = type.byteCount
      for extent in shape {
        let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
        guard !overflow else { throw failure("tensor \"\(name)\" is larger than memory") }
        bytes = product
      }
      let offsets = value["data_offsets"]?.arrayValue?.map { $0.integerValue ?? -1 } ?? []
      guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= dataCount,
        offsets[1] - offsets[0] == bytes
      else {
        throw failure("tensor \"\(name)\": its offsets do not fit its shape or the file")
      }
      return Entry(
        shape: shape, range: dataStart + offsets[0]..<dataStart + offsets[1], type: type)
    }

    /// Puts the tensors into the order of their data and checks that they fill it.
    private mutating func orderEntries() throws {
      entries.sort { ($0.entry.range.lowerBound, $0.name) < ($1.entry.range.lowerBound, $1.name) }
      var end = dataStart
      for (name, entry) in entries {
        guard entry.range.lowerBound == end else {
          throw failure("tensor \"\(name)\" overlaps another or leaves a hole")
        }
        end = entry.range.upperBound
      }
      guard end == dataStart + dataCount else {
        throw failure("\(dataStart + dataCount - end) bytes follow the last tensor")
      }
    }
  }
}
