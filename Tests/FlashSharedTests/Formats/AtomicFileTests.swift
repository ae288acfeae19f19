import Foundation
import TestSupport
import Testing

@testable import FlashShared

@Suite struct AtomicFileTests {
  private let folder: TestSupport.TemporaryFolder

  init() throws { folder = try TestSupport.TemporaryFolder() }

  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
  }

  @Test func itAppearsWithItsCommit() throws {
    let path = try folder.file("a", "old")
    let file = try AtomicFile(path: path)
    try file.write("new")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
    try file.commit()
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
    #expect(try names == ["a"])
  }

  @Test func droppedItLeavesNothing() throws {
    do {
      let file = try AtomicFile(path: folder.file("a"))
      try file.write("half")
    }
    #expect(try names == [])
  }

  /// What a killed process left is cleared away by the next one; what a living one writes is not.
  @Test func abandonedFilesAreRemoved() throws {
    _ = try folder.file("a.tmp-2147483646", "left by a process that is gone")
    _ = try folder.file("a.tmp-1", "written by a process that lives")
    _ = try folder.file("ab.tmp-2147483646", "of another file")
    try AtomicFile.write("whole".utf8, to: folder.file("a"))
    #expect(try names == ["a", "a.tmp-1", "ab.tmp-2147483646"])
  }

  @Test func aMissingFolderIsNamed() {
    let path = folder.file("none/a")
    let error = #expect(throws: FileError.self) { try AtomicFile(path: path) }
    #expect(error?.description.hasPrefix("\(path): cannot create: there is no folder") == true)
  }
}
