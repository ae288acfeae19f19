import Foundation

/// A tensor file in the safetensors format, mapped: a length (8 bytes, little-endian), a JSON header
/// that gives each tensor's type, shape and place, and the data without holes.
///
/// The header is checked when the file is opened: its size (at most 100 MB), every type, shape and
/// offset, that tensors neither overlap nor leave holes, and that they end where the file does.
public struct Safetensors: WeightFormat {
  public static let fileExtension = "safetensors"

  /// The place of one tensor.
  struct Entry: Sendable {
    let shape: [Int]
    let range: Range<Int>
    let type: ElementType
  }

  /// What tensors are made of.
  enum ElementType: String, Sendable {
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int32 = "I32"
    case bytes = "U8"

    var byteCount: Int {
      switch self {
      case .float32, .int32: 4
      case .float16, .bfloat16: 2
      case .bytes: 1
      }
    }
  }

  /// The path it was opened under.
  public var path: String { file.path }
  /// The strings under `__metadata__`.
  public let metadata: [String: String]
  /// The names in the order of the data.
  public let names: [String]
  private let entries: [String: Entry]
  private let file: FileBytes

  /// Opens and checks a file. Only tensors of float32, float16, bfloat16 and of bytes are read; those
  /// of int32 may be there.
  public init(path: String) throws {
    file = try FileBytes(path: path)
    let header = try Header(file)
    metadata = header.metadata
    entries = Dictionary(uniqueKeysWithValues: header.entries.map { ($0.name, $0.entry) })
    names = header.entries.map(\.name)
  }

  /// The shape of a tensor; nil if there is none of that name.
  public func shape(of name: String) -> [Int]? { entries[name]?.shape }

  /// The bytes of a tensor of bytes.
  public func bytes(of name: String) throws -> [UInt8] {
    let entry = try entry(name)
    guard entry.type == .bytes else { throw otherType(name, entry, "U8") }
    return file.copy(entry.range)
  }

  /// The numbers of a tensor in row order, widened to float32.
  public func values(of name: String) throws -> [Float] {
    let entry = try entry(name)
    let source = UnsafeRawBufferPointer(rebasing: file.bytes[entry.range])
    let count = entry.range.count / entry.type.byteCount
    func half(_ index: Int) -> UInt16 {
      source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self).littleEndian
    }
    return try [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      switch entry.type {
      case .float32: UnsafeMutableRawBufferPointer(buffer).copyMemory(from: source)
      case .float16:
        for index in 0..<count {
          buffer.initializeElement(at: index, to: HalfPrecision.float(binary16: half(index)))
        }
      case .bfloat16:
        for index in 0..<count {
          buffer.initializeElement(at: index, to: HalfPrecision.float(bfloat16: half(index)))
        }
      case .int32, .bytes: throw otherType(name, entry, "F32, F16 or BF16")
      }
      initialized = count
    }
  }

  private func entry(_ name: String) throws -> Entry {
    guard let entry = entries[name] else {
      throw SafetensorsError(
        path: path, reason: "there is no tensor \"\(name)\"", mend: .otherModel)
    }
    return entry
  }

  private func otherType(_ name: String, _ entry: Entry, _ wanted: String) -> SafetensorsError {
    SafetensorsError(
      path: path, reason: "tensor \"\(name)\" is of type \(entry.type.rawValue), not \(wanted)",
      mend: .otherModel)
  }
}

/// What is wrong with a safetensors file.
public struct SafetensorsError: ReportableError, Equatable {
  /// What the user can do.
  public enum Mend: String, Sendable {
    case restore = "the file is damaged or no safetensors file, restore or rewrite it"
    case convert = "write it with numbers of type F32, F16 or BF16"
    case otherModel = "give the file that belongs to the model, or the recipe that belongs to it"
  }

  /// The file.
  public let path: String
  /// What does not hold.
  public let reason: String
  public let mend: Mend

  public init(path: String, reason: String, mend: Mend = .restore) {
    self.path = path
    self.reason = reason
    self.mend = mend
  }

  public var exitStatus: ExitStatus { .badData }
  public var description: String { "\(path): \(reason); \(mend.rawValue)" }
}
