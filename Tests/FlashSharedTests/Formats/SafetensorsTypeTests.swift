import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// Tensors of other types than float32.
@Suite struct SafetensorsTypeTests {
  private let folder: TestSupport.TemporaryFolder

  init() throws { folder = try TestSupport.TemporaryFolder() }

  private func write(_ type: String, _ data: [UInt8], count: Int) throws -> String {
    let header =
      "{\"t\":{\"dtype\":\"\(type)\",\"shape\":[\(count)],\"data_offsets\":[0,\(data.count)]}}"
    let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init)
    return try folder.file("\(type).safetensors", length + Array(header.utf8) + data)
  }

  /// Every number of 16 bits.
  private static let halves = (0...UInt16.max).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }

  private func expectSame(_ actual: [Float], _ expected: (UInt16) -> Float) {
    #expect(actual.count == 1 << 16)
    let isSame = zip(actual, 0...UInt16.max).allSatisfy { value, bits in
      let right = expected(bits)
      return value.bitPattern == right.bitPattern || (value.isNaN && right.isNaN)
    }
    #expect(isSame)
  }

  @Test func halfPrecisionIsWidened() throws {
    let half = try Safetensors(path: write("F16", Self.halves, count: 1 << 16))
    expectSame(try half.values(of: "t")) { Float(Float16(bitPattern: $0)) }
    let brain = try Safetensors(path: write("BF16", Self.halves, count: 1 << 16))
    expectSame(try brain.values(of: "t")) { Float(bitPattern: UInt32($0) << 16) }
  }

  @Test func otherTypesAreNamed() throws {
    let error = #expect(throws: SafetensorsError.self) {
      try Safetensors(path: write("F64", [UInt8](repeating: 0, count: 8), count: 1))
    }
    #expect(error?.description.contains("tensor \"t\" is of type F64") == true)
    #expect(error?.description.contains("F32, F16 or BF16") == true)
    #expect(error?.description.contains("damaged") == false)
    let bytes = try WeightFormats.open(write("U8", [1, 2], count: 2))
    #expect(try bytes.bytes(of: "t") == [1, 2])
    #expect(throws: SafetensorsError.self) { try bytes.values(of: "t") }
    #expect(throws: SafetensorsError.self) { try bytes.values(of: "none") }
  }
}
