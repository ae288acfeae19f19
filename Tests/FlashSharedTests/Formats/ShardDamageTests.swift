import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// Sets that were cut, altered or mixed up are refused, and the message says why.
@Suite struct ShardDamageTests {
  private func makeSet() throws -> (TemporaryFolder, ShardManifest) {
    let folder = try TemporaryFolder()
    _ = try ShardSetTests.write(to: folder.path)
    return (folder, try ShardSet(path: folder.path).manifest)
  }

  private func expectRefusal(
    _ folder: TemporaryFolder, _ reason: String, whileVerifying: Bool = false,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: (any Error).self, sourceLocation: sourceLocation) {
      let set = try ShardSet(path: folder.path)
      if whileVerifying { try set.verify() }
    }
    let text = (error as? any ReportableError)?.description ?? "not reportable"
    #expect(text.contains(reason), sourceLocation: sourceLocation)
    #expect(text.contains(folder.path), sourceLocation: sourceLocation)
    #expect(!text.contains("\n"), sourceLocation: sourceLocation)
  }

  /// Writes a manifest whose own hash is right, whatever it says.
  private func rewrite(
    _ folder: TemporaryFolder, _ change: (inout ShardManifest) -> Void
  ) throws {
    var manifest = try ShardManifest(contentsOf: folder.file("manifest.json"))
    change(&manifest)
    try AtomicFile.write(manifest.json.serialized(), to: folder.file("manifest.json"))
  }

  @Test func missingOrCutShards() throws {
    let (folder, manifest) = try makeSet()
    let path = folder.file(manifest.shards[1].name)
    let whole = try FileBytes(path: path).copy(0..<manifest.shards[1].bytes)
    try AtomicFile.write(whole.dropLast(2), to: path)
    expectRefusal(folder, "promises 10 elements")
    try AtomicFile.write(
      NpyHeader(elementType: .uint16, shape: [9]).bytes + whole.dropFirst(130), to: path)
    expectRefusal(folder, "bytes instead of")
    try AtomicFile.write([], to: path)
    expectRefusal(folder, "magic")
    unlink(path)
    expectRefusal(folder, "cannot open")
  }

  @Test func shardsOfAnotherTypeOrShape() throws {
    let (folder, manifest) = try makeSet()
    let path = folder.file(manifest.shards[0].name)
    let data = [UInt8](repeating: 0, count: 20)
    try AtomicFile.write(NpyHeader(elementType: .uint8, shape: [20]).bytes + data, to: path)
    expectRefusal(folder, "uint8 instead of uint16")
    try AtomicFile.write(NpyHeader(elementType: .uint16, shape: [2, 5]).bytes + data, to: path)
    expectRefusal(folder, "shape [2, 5] instead of [10]")
  }

  @Test func mixedUpShardsAreFoundByVerify() throws {
    let (folder, manifest) = try makeSet()
    let names = manifest.shards.map { folder.file($0.name) }
    rename(names[0], folder.file("aside"))
    rename(names[1], names[0])
    rename(folder.file("aside"), names[1])
    _ = try ShardSet(path: folder.path)
    expectRefusal(folder, "SHA-256 differs", whileVerifying: true)
  }

  @Test func everyFlippedByteIsFoundByVerify() throws {
    let (folder, manifest) = try makeSet()
    for file in manifest.files {
      let path = folder.file(file.name)
      let whole = try FileBytes(path: path).copy(0..<file.bytes)
      for position in stride(from: 0, to: file.bytes, by: 7) {
        var changed = whole
        changed[position] ^= 0x10
        try Data(changed).write(to: URL(filePath: path))
        #expect(throws: (any Error).self) { try ShardSet(path: folder.path).verify() }
      }
      try AtomicFile.write(whole, to: path)
    }
    try ShardSet(path: folder.path).verify()
  }

  @Test func everyFlippedByteOfTheManifestIsFoundAtOpening() throws {
    let (folder, _) = try makeSet()
    let path = folder.file("manifest.json")
    let whole = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    for position in 0..<whole.count where whole[position] > 0x20 {
      var changed = whole
      changed[position] ^= 0x01
      try Data(changed).write(to: URL(filePath: path))
      #expect(throws: (any Error).self, "byte \(position)") {
        try ShardSet(path: folder.path)
      }
    }
    for length in stride(from: 0, to: whole.count - 2, by: 11) {
      try Data(whole.prefix(length)).write(to: URL(filePath: path))
      #expect(throws: (any Error).self) { try ShardSet(path: folder.path) }
    }
  }

  /// Sizes whose sum no whole number of 64 bits holds are an error, not another sum.
  @Test func sizesThatOverflowAreFound() throws {
    let (folder, manifest) = try makeSet()
    let file = try #require(manifest.documentBytes)
    var bytes = try FileBytes(path: folder.file(file.name)).copy(0..<file.bytes)
    for place in bytes.count - 16..<bytes.count { bytes[place] = place % 8 == 7 ? 0x7F : 0xFF }
    try AtomicFile.write(bytes, to: folder.file(file.name))
    try rewrite(folder) { $0.documentBytes?.sha256 = hexadecimal(SHA256.hash(bytes)) }
    expectRefusal(folder, "add up to more than", whileVerifying: true)
    #expect(throws: ShardError.self) { try ShardSet(path: folder.path).totals(ofFirst: 9) }
    #expect(try ShardSet(path: folder.path).totals(ofFirst: 7).bytes == 210)
  }

  @Test func manifestsThatDoNotAgreeWithThemselves() throws {
    let changes: [(String, (inout ShardManifest) -> Void)] = [
      ("'tokens': 1, but the shards hold", { $0.tokenCount = 1 }),
      ("'document_offsets': 10 elements for 4 documents", { $0.documentCount = 4 }),
      ("overflow", { $0.shards[0].elements = .max }),
      ("'vocabulary_size': 0", { $0.vocabularySize = 0 }),
      ("uint16 cannot hold 70000", { $0.vocabularySize = 70_000 }),
      ("'end_of_text': 2000", { $0.endOfTextToken = 2000 }),
      ("'bytes' is", { $0.documentBytes = nil }),
      ("not one element for each", { $0.documentBits?.elements = 2 }),
      ("is not a plain file name", { $0.shards[0].name = "../other/tokens.npy" }),
      ("is not a plain file name", { $0.shards[0].name = "/etc/passwd" }),
      ("is not a plain file name", { $0.shards[0].name = ".hidden" }),
      ("is not a plain file name", { $0.shards[0].name = "" }),
      ("named twice", { $0.shards[0].name = $0.shards[1].name }),
      ("named twice", { $0.documentOffsets.name = "manifest.json" }),
      ("bytes instead of 5", { $0.shards[0].bytes = 5 }),
    ]
    for (reason, change) in changes {
      let (folder, _) = try makeSet()
      try rewrite(folder, change)
      expectRefusal(folder, reason == "'bytes' is" ? "stated without it" : reason)
    }
    let sums: [(String, (inout ShardManifest) -> Void)] = [
      ("'bytes': the documents' sum", { $0.sourceBytes = 1 }),
      ("'characters': the documents' sum", { $0.sourceCharacters = 1 }),
      ("'information_bits': the documents' sum", { $0.informationBits = 1 }),
    ]
    for (reason, change) in sums {
      let (folder, _) = try makeSet()
      try rewrite(folder, change)
      expectRefusal(folder, reason, whileVerifying: true)
    }
  }

  @Test(arguments: [
    ("[]", "not a JSON object"),
    ("{}", "not the manifest"),
    (#"{"format": "flashlm-shards"}"#, "'version': missing"),
    (#"{"format": "flashlm-shards", "version": 2}"#, "version 2"),
    (#"{"format": "flashlm-shards", "version": 1}"#, "'manifest_sha256': missing"),
    (#"{"format": "flashlm-shards", "format": "flashlm-shards"}"#, "duplicate"),
    (#"{"format": "flashlm-shards", "version": 1, "manifest_sha256": "0"}"#, "changed since"),
  ])
  func foreignManifests(text: String, reason: String) throws {
    let (folder, _) = try makeSet()
    try AtomicFile.write(text.utf8, to: folder.file("manifest.json"))
    expectRefusal(folder, reason)
  }

  @Test func tokensOutsideTheVocabularyAreNotHandedOut() throws {
    let (folder, _) = try makeSet()
    try rewrite(folder) {
      $0.vocabularySize = 10
      $0.endOfTextToken = 3
    }
    let set = try ShardSet(path: folder.path)
    let error = #expect(throws: ShardError.self) { try set.tokens(in: 0..<set.tokenCount) }
    #expect(error?.description.contains("but the vocabulary has 10 entries") == true)
  }
}
