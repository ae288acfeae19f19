import Foundation
import TestSupport
import Testing

@testable import FlashShared

@Suite struct OutputTargetTests {
  private let folder: TestSupport.TemporaryFolder

  init() throws { folder = try TestSupport.TemporaryFolder() }

  private func link(_ name: String, to target: String) throws -> String {
    try FileManager.default.createSymbolicLink(
      atPath: folder.file(name), withDestinationPath: target)
    return folder.file(name)
  }

  private func makeFolder(_ name: String) throws -> String {
    try FileManager.default.createDirectory(
      atPath: folder.file(name), withIntermediateDirectories: true)
    return folder.file(name)
  }

  private func reason(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "none"
    } catch let error as FileError {
      #expect(error.exitStatus == .cannotCreate)
      return error.description.replacingOccurrences(of: folder.path, with: "F")
    } catch { return "\(error)" }
  }

  private func refusal(file path: String) -> String {
    reason { _ = try OutputTarget(file: path) }
  }

  private func refusal(folder path: String) -> String {
    reason { _ = try OutputTarget(folder: path) { _, names in names == ["ours"] } }
  }

  @Test func linksStayAndWhatTheyLeadToIsReplaced() throws {
    _ = try makeFolder("there")
    let old = try folder.file("there/old", "old")
    let chain = try link("chain", to: link("old", to: "there/old"))
    try AtomicFile.write("new".utf8, to: chain)
    #expect(try String(contentsOfFile: old, encoding: .utf8) == "new")
    let free = try link("free", to: "there/free")
    try AtomicFile.write("made".utf8, to: free)
    #expect(try String(contentsOfFile: folder.file("there/free"), encoding: .utf8) == "made")
    for path in [chain, free] {
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) != "")
    }
    #expect(refusal(file: try link("round", to: "round")).contains("symbolic link"))
  }

  @Test func aReplacedFileKeepsItsPermissions() throws {
    let path = try folder.file("secret", "old")
    chmod(path, 0o600)
    try AtomicFile.write("new".utf8, to: path)
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
  }

  @Test func pipesAndDescriptorsAreWrittenInPlace() throws {
    let file = try folder.file("file", "before ")
    let descriptor = open(file, O_WRONLY | O_APPEND)
    defer { close(descriptor) }
    for name in ["/dev/fd/\(descriptor)", "/proc/self/fd/\(descriptor)"] {
      #expect(try OutputTarget(file: name).kind == .stream)
      try AtomicFile.write("in ".utf8, to: name)
    }
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "before in in ")
    #expect(refusal(file: "/dev/fd/987").contains("not open for writing"))
    #expect(try OutputTarget(file: "/dev/null").kind == .stream)
    let pipe = folder.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    let reader = open(pipe, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    try AtomicFile.write("through".utf8, to: pipe)
    var bytes = [UInt8](repeating: 0, count: 20)
    #expect(read(reader, &bytes, 20) == 7)
    var status = stat()
    #expect(lstat(pipe, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
  }

  @Test func whatCannotBeAFileIsRefusedWithItsMend() throws {
    let path = try makeFolder("d")
    #expect(refusal(file: path).hasSuffix("it is a folder; name a file in it, such as F/d/output"))
    for name in [".", "..", "/", path + "/", path + "/."] {
      #expect(refusal(file: name).contains("it is a folder"), "\(name)")
    }
    #expect(refusal(file: folder.file("x/")).contains("a name that ends in / is a folder's"))
    #expect(refusal(file: folder.file("none/x")).hasSuffix("make it first: mkdir -p 'F/none'"))
    let file = try folder.file("file", "")
    #expect(refusal(file: file + "/x").contains("is not a folder"))
    #expect(refusal(file: "").contains("the name is empty"))
    #expect(refusal(file: folder.file(String(repeating: "x", count: 300))).contains("too long"))
  }

  @Test func foldersAreNewOrEmptyOrOurs() throws {
    let empty = try makeFolder("empty")
    let ours = try makeFolder("ours")
    _ = try folder.file("ours/ours", "")
    let foreign = try makeFolder("foreign")
    _ = try folder.file("foreign/notes", "")
    let linked = try link("linked", to: empty)
    for path in [empty, ours, linked, folder.file("new"), folder.file("a/b/c"), empty + "/"] {
      #expect(refusal(folder: path) == "none", "\(path)")
    }
    #expect(
      refusal(folder: foreign)
        == "F/foreign: cannot create: the folder holds other files ('notes'); "
        + "name a new or an empty one")
    #expect(refusal(folder: "/").contains("other files"))
    #expect(refusal(folder: folder.file("ours/ours")).contains("is not a folder"))
    #expect(refusal(folder: folder.file("ours/ours/x")).contains("Not a directory"))
    #expect(refusal(folder: try link("to nothing", to: "nothing")).contains("symbolic link"))
    #expect(refusal(folder: "").contains("the name is empty"))
  }

  @Test func onePlaceByTwoNamesIsOnePlace() throws {
    let file = try folder.file("file", "")
    _ = try makeFolder("d")
    _ = try link("l", to: "file")
    _ = try link("new", to: "d/x")
    func same(_ names: [String], inputs: [String] = []) -> Bool {
      reason {
        try OutputTarget.refuseSamePlace(
          try names.map { try OutputTarget(file: folder.file($0)) }, inputs: inputs)
      }.contains("same")
    }
    #expect(same(["file", "./file"]) && same(["file", "l"]) && same(["x", "d/../x"]))
    #expect(same(["d/x", "new"]) && same(["x"], inputs: [file]) == false)
    #expect(!same(["x", "y"]) && !same(["x", "d/x"]))
    #expect(same(["l"], inputs: [file]) && same(["file"], inputs: [folder.file("l")]))
    let folders = try ["a/b", "a/./c/../b"].map { name in
      try OutputTarget(folder: folder.file(name)) { _, _ in false }
    }
    #expect(throws: FileError.self) { try OutputTarget.refuseSamePlace(folders, inputs: []) }
    let sinks = try ["/dev/null", "/dev/null"].map { try OutputTarget(file: $0) }
    try OutputTarget.refuseSamePlace(sinks, inputs: ["/dev/null"])
  }

  @Test(arguments: [
    ("a", ".", "a"), ("/a", "/", "a"), ("a/b", "a", "b"), ("a//b//", "a", "b"), ("/", "/", "/"),
    ("//", "/", "/"), (".", ".", "."), ("a/.", "a", "."), ("", ".", ""),
  ])
  func pathsAreTakenApart(path: String, folder: String, name: String) {
    let parts = PathParts(path)
    #expect(parts.folder == folder && parts.name == name)
  }
}
