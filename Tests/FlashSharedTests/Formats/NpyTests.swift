import Foundation
import TestSupport
import Testing

@testable import FlashShared

@Suite struct NpyTests {
  @Test func writtenArraysReadBack() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("numbers.npy")
    for count in [0, 1, 7, 10_000] {
      let numbers = (0..<count).map { UInt16(truncatingIfNeeded: $0 &* 40_503) }
      try NpyArray.write(numbers, as: .uint16, to: path)
      let array = try NpyArray(path: path)
      #expect(array.header == NpyHeader(elementType: .uint16, shape: [count]))
      #expect(array.dataOffset.isMultiple(of: 64))
      #expect((0..<count).map { array.element(at: $0, as: UInt16.self) } == numbers)
    }
  }

  @Test func headersOfAllTypesAndShapesReadBack() throws {
    let folder = try TemporaryFolder()
    for type in NpyElementType.allCases {
      for shape in [[], [3], [2, 3], [0, 5], [4, 1, 2]] {
        let header = NpyHeader(elementType: type, shape: shape)
        let path = folder.file("array.npy")
        try AtomicFile.write(
          header.bytes + [UInt8](repeating: 1, count: header.count * type.size), to: path)
        #expect(try NpyArray(path: path).header == header)
      }
    }
  }

  @Test func otherWritersHeadersAreRead() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("array.npy")
    let texts = [
      #"{"shape":(2,),"fortran_order":False,"descr":"<u2"}"#,
      "{'descr': '<u2', 'fortran_order': True, 'shape': (2,)}\n",
      "{ 'fortran_order' : False , 'shape' : ( 2 , ) , 'descr' : '<u2' , }   \n",
    ]
    for text in texts {
      for version: UInt8 in [1, 2, 3] {
        let length: [UInt8] = [UInt8(text.utf8.count), 0] + (version == 1 ? [] : [0, 0])
        try AtomicFile.write(
          NpyHeader.magic + [version, 0] + length + Array(text.utf8) + [1, 0, 2, 0], to: path)
        let array = try NpyArray(path: path)
        #expect(array.header == NpyHeader(elementType: .uint16, shape: [2]))
        #expect(array.element(at: 1, as: UInt16.self) == 2)
      }
    }
  }

  @Test(arguments: [
    ("{'descr': '<u2', 'fortran_order': False, 'shape': (9223372036854775807,), }", "promises"),
    ("{'descr': '<u2', 'fortran_order': False, 'shape': (9223372036854775808,), }", "too large"),
    ("{'descr': '<u2', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", "too large"),
    ("{'descr': '<u2', 'fortran_order': False, 'shape': (3,), }", "promises 3 elements"),
    ("{'descr': '<u2', 'fortran_order': False, 'shape': (-2,), }", "whole number"),
    ("{'descr': '<u2', 'fortran_order': False, 'shape': (2), 'shape': (2,)}", "twice"),
    ("{'descr': '<u2', 'fortran_order': False, 'other': (2,), }", "twice, or does not know"),
    ("{'descr': '<u2', 'fortran_order': False, }", "lacks"),
    ("{'descr': '<u2', 'fortran_order': Maybe, 'shape': (2,), }", "True or False"),
    ("{'descr': '<u2, 'fortran_order': False, 'shape': (2,), }", "expected"),
    ("{'descr': '<u2", "does not end"),
    ("{'descr': '>u2', 'fortran_order': False, 'shape': (2,), }", "type '>u2'"),
    ("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", "type '|O'"),
    ("{'descr': '<u2', 'fortran_order': True, 'shape': (1, 2), }", "Fortran order"),
    ("{'descr': '<u2', 'fortran_order': False, 'shape': (2,), } + 1", "something follows"),
    ("__import__('os').system('true')", "'{' is expected"),
    ("", "'{' is expected"),
  ])
  func hostileHeadersAreRefused(text: String, reason: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("hostile.npy")
    try AtomicFile.write(
      NpyHeader.magic + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8) + [1, 0, 2, 0],
      to: path)
    let error = #expect(throws: NpyError.self) { try NpyArray(path: path) }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    #expect(error?.description.hasPrefix(path) == true)
    #expect(error?.exitStatus == .badData)
  }

  @Test func filesCutAnywhereAreRefused() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("cut.npy")
    let whole = NpyHeader(elementType: .uint16, shape: [4]).bytes + [1, 0, 2, 0, 3, 0, 4, 0]
    for length in 0..<whole.count {
      try Data(whole.prefix(length)).write(to: URL(filePath: path))
      #expect(throws: NpyError.self) { try NpyArray(path: path) }
    }
    try AtomicFile.write(whole + [0], to: path)
    #expect(throws: NpyError.self) { try NpyArray(path: path) }
    try AtomicFile.write(NpyHeader.magic + [9, 0, 0, 0], to: path)
    #expect(throws: NpyError.self) { try NpyArray(path: path) }
    try AtomicFile.write(NpyHeader.magic + [2, 0, 255, 255, 255, 255], to: path)
    #expect(throws: NpyError.self) { try NpyArray(path: path) }
  }
}
