import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// Tokens in other forms than the toolkit's own.
@Suite struct TokenArrayTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ bytes: some Sequence<UInt8>) throws -> [TokenDocument] {
    let reader = try TokenStreamReader(path: folder.file("tokens", bytes))
    var found: [TokenDocument] = []
    while let document = try reader.next() { found.append(document) }
    return found
  }

  private func array<Number: FixedWidthInteger>(
    _ numbers: [Number], _ type: NpyElementType, shape: [Int]
  ) -> [UInt8] {
    var bytes = NpyHeader(elementType: type, shape: shape).bytes
    for number in numbers { bytes.append(littleEndian: number) }
    return bytes
  }

  @Test func arraysOfWholeNumbersAreDocuments() throws {
    #expect(try read(array([7, 8, 9] as [UInt8], .uint8, shape: [3])).map(\.ids) == [[7, 8, 9]])
    #expect(try read(array([70_000] as [UInt32], .uint32, shape: [1])).map(\.ids) == [[70_000]])
    #expect(try read(array([1, 2] as [Int64], .int64, shape: [2])).map(\.ids) == [[1, 2]])
    #expect(try read(array([1, 2] as [UInt64], .uint64, shape: [2])).map(\.ids) == [[1, 2]])
    #expect(try read(array([5] as [UInt16], .uint16, shape: [])).map(\.ids) == [[5]])
    let rows = try read(array([1, 2, 3, 4, 5, 6] as [Int32], .int32, shape: [3, 2]))
    #expect(rows.map(\.ids) == [[1, 2], [3, 4], [5, 6]])
    #expect(try read(array([] as [Int32], .int32, shape: [0])).isEmpty)
    #expect(try read(array([] as [Int32], .int32, shape: [1 << 40, 0])).isEmpty)
  }

  @Test func longArraysComeInParts() throws {
    let ids = (0..<(1 << 20) + 5).map { UInt16($0 % 1000) }
    let parts = try read(array(ids, .uint16, shape: [ids.count]))
    #expect(parts.map(\.ids.count) == [1 << 20, 5])
    #expect(parts.map(\.continuesPrevious) == [false, true])
    #expect(parts.flatMap(\.ids) == ids.map(Int32.init))
  }

  @Test func whatIsNoIDIsRefused() throws {
    for bytes in [
      array([1, -1] as [Int32], .int32, shape: [2]),
      array([UInt64.max] as [UInt64], .uint64, shape: [1]),
      array([1 << 31] as [Int64], .int64, shape: [1]),
      NpyHeader(elementType: .float32, shape: [1]).bytes + [0, 0, 0, 0],
    ] {
      let error = #expect(throws: NpyError.self) { try read(bytes) }
      #expect(error?.description.contains("ids are") == true)
    }
    let whole = array([1, 2] as [Int32], .int32, shape: [2])
    #expect(throws: NpyError.self) { try read(whole.dropLast()) }
    #expect(throws: NpyError.self) { try read(whole + [0]) }
  }

  @Test func listsAreDocuments() throws {
    let lines = try read("\u{FEFF}[1,2,3]\n\n[]\n{\"tokens\": [4]}\n".utf8)
    #expect(lines.map(\.ids) == [[1, 2, 3], [], [4]])
    let error = #expect(throws: TokenStreamError.self) { try read("{\"text\": \"a\"}".utf8) }
    #expect(error?.description.contains("'fl-tokenize encode'") == true)
    let packed = #expect(throws: TokenStreamError.self) { try read([0x1F, 0x8B, 8, 0]) }
    #expect(packed?.description.contains("gzip -dc") == true)
  }
}
