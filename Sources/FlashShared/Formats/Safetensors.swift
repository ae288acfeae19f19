import Foundation

/// A tensor file in the safetensors format, mapped: a length (8 bytes, little-endian), a JSON header
/// that gives each tensor's type, shape and place, and the data without holes.
///
/// The header is checked when the file is opened: its size (at most 100 MB), every type, shape and
/// offset, that tensors neither overlap nor leave holes, and that they end where the file does.
public struct Safetensors: Sendable {
  /// The place of one tensor.
  struct Entry: Sendable {
    let shape: [Int]
    let range: Range<Int>
    let type: ElementType
  }

  /// What tensors are made of.
  enum ElementType: String, Sendable {
    case float32 = "F32"
    case int32 = "I32"
    case bytes = "U8"

    var byteCount: Int { self == .bytes ? 1 : 4 }
  }

  /// The path it was opened under.
  public var path: String { file.path }
  /// The strings under `__metadata__`.
  public let metadata: [String: String]
  /// The names in the order of the data.
  public let names: [String]
  private let entries: [String: Entry]
  private let file: FileBytes

  static let largestHeader = 100_000_000

  /// Opens and checks a file. Only tensors of float32 and of bytes are read; those of
  /// int32 may be there.
  public init(path: String) throws {
    file = try FileBytes(path: path)
    func bad(_ reason: String) -> SafetensorsError { SafetensorsError(path: path, reason: reason) }
    guard file.count >= 8 else { throw bad("\(file.count) bytes are too few for a header") }
    let length = file.bytes.loadUnaligned(as: UInt64.self).littleEndian
    guard length <= Self.largestHeader, Int(length) <= file.count - 8 else {
      throw bad("byte 0: the header's length, \(length), is more than the file holds")
    }
    let dataStart = 8 + Int(length)
    let header = try JSONValue(parsing: file.copy(8..<dataStart), source: path)
    guard let members = header.objectValue else { throw bad("the header is not a JSON object") }

    var metadata: [String: String] = [:]
    var entries: [(name: String, entry: Entry)] = []
    for (name, value) in members.members {
      if name == "__metadata__" {
        for (key, text) in value.objectValue?.members ?? [] {
          guard let text = text.stringValue else { throw bad("metadata \"\(key)\" is no string") }
          metadata[key] = text
        }
        continue
      }
      guard let type = value["dtype"]?.stringValue.flatMap(ElementType.init) else {
        throw bad("tensor \"\(name)\" is not of type F32, I32 or U8")
      }
      let shape = value["shape"]?.arrayValue?.map { $0.integerValue ?? -1 } ?? [-1]
      let offsets = value["data_offsets"]?.arrayValue?.map { $0.integerValue ?? -1 } ?? []
      guard shape.allSatisfy({ $0 >= 0 }) else {
        throw bad("tensor \"\(name)\" has no valid shape")
      }
      var bytes = type.byteCount
      for extent in shape {
        let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
        guard !overflow else { throw bad("tensor \"\(name)\" is larger than memory") }
        bytes = product
      }
      guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1],
        offsets[1] <= file.count - dataStart, offsets[1] - offsets[0] == bytes
      else {
        throw bad("tensor \"\(name)\": its offsets do not fit its shape or the file")
      }
      let range = dataStart + offsets[0]..<dataStart + offsets[1]
      entries.append((name, Entry(shape: shape, range: range, type: type)))
    }
    entries.sort { ($0.entry.range.lowerBound, $0.name) < ($1.entry.range.lowerBound, $1.name) }
    var end = dataStart
    for (name, entry) in entries {
      guard entry.range.lowerBound == end else {
        throw bad("tensor \"\(name)\" overlaps another or leaves a hole")
      }
      end = entry.range.upperBound
    }
    guard end == file.count else { throw bad("\(file.count - end) bytes follow the last tensor") }
    self.metadata = metadata
    self.entries = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.entry) })
    names = entries.map(\.name)
  }

  /// The shape of a tensor; nil if there is none of that name.
  public func shape(of name: String) -> [Int]? { entries[name]?.shape }

  /// The bytes of a tensor of bytes.
  public func bytes(of name: String) throws -> [UInt8] {
    file.copy(try entry(name, .bytes).range)
  }

  private func entry(_ name: String, _ type: ElementType) throws -> Entry {
    guard let entry = entries[name] else {
      throw SafetensorsError(path: path, reason: "there is no tensor \"\(name)\"")
    }
    guard entry.type == type else {
      throw SafetensorsError(
        path: path, reason: "tensor \"\(name)\" is not of type \(type.rawValue)")
    }
    return entry
  }

  /// The numbers of a tensor in row order.
  public func values(of name: String) throws -> [Float] {
    let entry = try entry(name, .float32)
    let count = entry.range.count / 4
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      let source = UnsafeRawBufferPointer(rebasing: file.bytes[entry.range])
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: source)
      initialized = count
    }
  }

  /// Writes tensors to a file that appears whole or not at all.
  ///
  /// - Parameters:
  ///   - tensors: names, shapes and numbers, written in this order.
  ///   - byteTensors: names and bytes of flat tensors, written behind them.
  ///   - metadata: strings for `__metadata__`.
  public static func write(
    _ tensors: [(name: String, shape: [Int], values: [Float])],
    bytes byteTensors: [(name: String, bytes: [UInt8])] = [], metadata: [String: String],
    to path: String
  ) throws {
    var header = JSONObject()
    if !metadata.isEmpty {
      var object = JSONObject()
      for (key, text) in metadata.sorted(by: { $0.key < $1.key }) { object[key] = .string(text) }
      header["__metadata__"] = .object(object)
    }
    var offset = 0
    for (name, shape, values) in tensors {
      precondition(values.count == shape.reduce(1, *), "\(name): shape and numbers differ")
      header[name] = [
        "dtype": "F32", "shape": .array(shape.map { .integer($0) }),
        "data_offsets": [.integer(offset), .integer(offset + 4 * values.count)],
      ]
      offset += 4 * values.count
    }
    for (name, bytes) in byteTensors {
      header[name] = [
        "dtype": "U8", "shape": [.integer(bytes.count)],
        "data_offsets": [.integer(offset), .integer(offset + bytes.count)],
      ]
      offset += bytes.count
    }
    var headerBytes = JSONValue.object(header).serialized()
    headerBytes += [UInt8](repeating: UInt8(ascii: " "), count: (8 - headerBytes.count % 8) % 8)
    let file = try AtomicFile(path: path)
    withUnsafeBytes(of: UInt64(headerBytes.count).littleEndian) { length in
      headerBytes.insert(contentsOf: length, at: 0)
    }
    try file.write(headerBytes)
    for (_, _, values) in tensors {
      try values.withUnsafeBytes { try file.write($0) }
    }
    for (_, bytes) in byteTensors { try file.write(bytes) }
    try file.commit()
  }
}

/// What is wrong with a safetensors file.
public struct SafetensorsError: ReportableError, Equatable {
  /// The file.
  public let path: String
  /// What does not hold.
  public let reason: String

  public var exitStatus: ExitStatus { .badData }
  public var description: String {
    "\(path): \(reason); the file is damaged or no safetensors file, restore or rewrite it"
  }
}
