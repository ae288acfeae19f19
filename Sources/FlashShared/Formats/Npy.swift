import Foundation

/// The element types of `.npy` files that the toolkit reads and writes, all little-endian.
public enum NpyElementType: String, Sendable, CaseIterable {
  case uint8 = "|u1"
  case uint16 = "<u2"
  case uint32 = "<u4"
  case uint64 = "<u8"
  case int32 = "<i4"
  case int64 = "<i8"
  case float32 = "<f4"
  case float64 = "<f8"

  /// Bytes of one element.
  public var size: Int {
    switch self {
    case .uint8: 1
    case .uint16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }

  /// The name that numpy's users know: `uint16`, `float64`.
  public var name: String { "\(self)" }
}

/// What is wrong with a `.npy` file.
public enum NpyError: ReportableError, Equatable {
  /// The file is not of the form; `offset` is the byte where that shows.
  case damaged(path: String, offset: Int, reason: String)
  /// The file is sound but holds something that is not read here.
  case unsupported(path: String, reason: String)

  public var exitStatus: ExitStatus { .badData }

  public var description: String {
    switch self {
    case .damaged(let path, let offset, let reason):
      "\(path): byte \(offset): not a sound .npy file: \(reason)"
    case .unsupported(let path, let reason): "\(path): cannot use this .npy file: \(reason)"
    }
  }
}

/// The head of a `.npy` file: element type and shape, in numpy's format 1.0.
///
/// The format is a magic string, a version, the length of the header and the header itself: a
/// Python dictionary literal, padded so that the data begin at a multiple of 64 bytes.
public struct NpyHeader: Equatable, Sendable {
  /// The type of the elements.
  public let elementType: NpyElementType
  /// The extent of each dimension, the last one contiguous. Empty for a single number.
  public let shape: [Int]

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  public init(elementType: NpyElementType, shape: [Int]) {
    self.elementType = elementType
    self.shape = shape
  }

  /// How many elements there are.
  public var count: Int { shape.reduce(1, *) }

  /// The bytes that go before the data, as numpy writes them.
  public var bytes: [UInt8] {
    let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let dictionary =
      "{'descr': '\(elementType.rawValue)', 'fortran_order': False, 'shape': (\(extents)), }"
    // Magic (6), version (2), length (2), dictionary, padding and a newline: a multiple of 64.
    let length = (10 + dictionary.utf8.count + 1 + 63) / 64 * 64 - 10
    var result = Self.magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
    result += dictionary.utf8
    result += repeatElement(0x20, count: length - dictionary.utf8.count - 1)
    result.append(0x0A)
    return result
  }
}

/// A `.npy` file, mapped read-only. Opening checks the header against the file's length.
public struct NpyArray: Sendable {
  /// The mapped file.
  public let file: FileBytes
  /// Element type and shape.
  public let header: NpyHeader
  /// Where the elements begin.
  public let dataOffset: Int

  /// How many elements there are.
  public var count: Int { header.count }

  /// Opens a file and refuses one whose header and length do not agree.
  public init(path: String) throws {
    file = try FileBytes(path: path)
    (header, dataOffset) = try NpyHeader.parse(file)
    let (data, overflow) = header.count.multipliedReportingOverflow(by: header.elementType.size)
    let present = file.count - dataOffset
    guard !overflow, data == present else {
      throw NpyError.damaged(
        path: path, offset: dataOffset,
        reason: "the header promises \(header.count) elements of \(header.elementType.size) bytes, "
          + "but \(present) bytes follow it")
    }
  }

  /// The elements' bytes; valid as long as this value's file is.
  public var data: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file.bytes[dataOffset...])
  }

  /// One element, by its position in memory order, of the type that the header states.
  ///
  /// - Precondition: `type` has the size of the header's element type and `index` is below `count`.
  func element<Element: BitwiseCopyable>(at index: Int, as type: Element.Type) -> Element {
    precondition(MemoryLayout<Element>.size == header.elementType.size, "another element size")
    precondition(index >= 0 && index < count, "outside the array")
    return file.bytes.loadUnaligned(
      fromByteOffset: dataOffset + index * MemoryLayout<Element>.size, as: type)
  }

  /// Writes a one-dimensional array; the file appears whole or not at all.
  public static func write<Element: BitwiseCopyable>(
    _ elements: [Element], as elementType: NpyElementType, to path: String
  ) throws {
    precondition(MemoryLayout<Element>.size == elementType.size, "another element size")
    let file = try AtomicFile(path: path)
    try file.write(NpyHeader(elementType: elementType, shape: [elements.count]).bytes)
    try elements.withUnsafeBytes { try file.write($0) }
    try file.commit()
  }
}
