import Foundation
import TestSupport

@testable import FlashShared

extension HostileInput {
  static func readTokens(_ bytes: [UInt8]) throws {
    let path = InputFolder.current.file("tokens", bytes)
    let reader = try TokenStreamReader(path: path)
    var documents: [TokenDocument] = []
    while let document = try reader.next() { documents.append(document) }
    let input = TokenInput(paths: [path, path], vocabularySize: 1 << 20)
    try input.open()
    var part = TokenPart()
    while try input.next(into: &part) {}
    // What was read can be written, and reads the same.
    guard let header = reader.header else { return }
    var written: [UInt8] = []
    var writer = try TokenStreamWriter(header: header) { written += $0 }
    for document in documents { try writer.write(document) }
    writer.totals.droppedBytes = reader.totals.droppedBytes
    try writer.finish()
    let again = try TokenStreamReader(path: InputFolder.current.file("again", written))
    for document in documents {
      guard let read = try again.next() else { preconditionFailure("a document is lost") }
      require(read.ids == document.ids && read.bytes == document.bytes, "a document changes")
    }
    require(try again.next() == nil, "a document too many")
  }

  static func tokensSeeds() throws -> [[UInt8]] {
    func stream(vocabulary: Int) throws -> [UInt8] {
      var bytes: [UInt8] = []
      var writer = try TokenStreamWriter(
        header: TokenStreamHeader(
          vocabularySize: vocabulary, tokenizerSHA256: [UInt8](repeating: 7, count: 32))
      ) { bytes += $0 }
      var document = TokenDocument(ids: [1, 2, 3], characters: 6, bytes: 7)
      document.name = "a"
      document.informationBits = 3.5
      try writer.write(document)
      document.continuesPrevious = true
      try writer.write(document)
      try writer.write(TokenDocument())
      try writer.finish()
      return bytes
    }
    let lines = """
      {"tokens":[1,2,3],"characters":6,"bytes":7,"id":"a","bits":3.5}

      {"tokens":[],"continues":true}
      """
    let lists = "\u{FEFF}[1, 2, 3]\n[]\n[4]"
    let rows = NpyHeader(elementType: .int32, shape: [2, 1]).bytes + [1, 0, 0, 0, 2, 0, 0, 0]
    return try [
      stream(vocabulary: 300), stream(vocabulary: 70_000), Array(lines.utf8), Array(lists.utf8),
      rows,
    ]
  }

  static func readNpy(_ bytes: [UInt8]) throws {
    let array = try NpyArray(path: InputFolder.current.file("array.npy", bytes))
    require(array.data.count == array.count * array.header.elementType.size, "another length")
    require(array.header.bytes.count % 64 == 0, "a header that numpy would not write")
    _ = array.data.reduce(UInt8(0), ^)
  }

  static let npySeeds: [[UInt8]] = [
    NpyHeader(elementType: .uint16, shape: [3]).bytes + [1, 0, 2, 0, 3, 0],
    NpyHeader(elementType: .uint64, shape: [1, 0, 2]).bytes,
    NpyHeader(elementType: .float64, shape: []).bytes + [UInt8](repeating: 1, count: 8),
  ]

  static func readManifest(_ bytes: [UInt8]) throws {
    guard case .object(var object) = try JSONValue(parsing: bytes, source: "input") else { return }
    object["manifest_sha256"] = nil
    object["manifest_sha256"] = .string(ShardManifest.hash(of: object))
    let folder = InputFolder.current
    let path = folder.file("manifest.json", JSONValue.object(object).serialized())
    let manifest = try ShardManifest(contentsOf: path)
    let written = manifest.json.serialized()
    let again = try ShardManifest(contentsOf: folder.file("manifest.json", written))
    require(again == manifest, "a manifest changes when it is written and read")
    _ = try? ShardSet(path: folder.path)
  }

  static func manifestSeeds() throws -> [[UInt8]] {
    let folder = try TemporaryFolder()
    try RunFixture.writeShards(
      folder.path, vocabularySize: 300, tokenizerHash: String(repeating: "0", count: 64))
    return [Array(try Data(contentsOf: URL(filePath: folder.file("manifest.json"))))]
  }

  /// Four files: tokens, document offsets, bytes, bits. The manifest says what their headers say.
  static func readShards(_ bytes: [UInt8]) throws {
    let folder = InputFolder.current
    var rest = pieces(bytes)[...]
    func file(_ name: String) throws -> (ShardManifest.File, NpyArray)? {
      guard let data = rest.popFirst() else { return nil }
      let array = try NpyArray(path: folder.file(name, data))
      let hash = hexadecimal(SHA256.hash(Array(data)))
      return (
        ShardManifest.File(name: name, elements: array.count, bytes: data.count, sha256: hash),
        array
      )
    }
    guard let (tokens, array) = try file("tokens.npy"), let offsets = try file("offsets.npy")?.0
    else { return }
    let sizes = try file("bytes.npy")?.0
    let bits = try file("bits.npy")?.0
    let isWide = array.header.elementType == .uint32
    let manifest = ShardManifest(
      elementType: isWide ? .uint32 : .uint16, tokenCount: tokens.elements,
      documentCount: offsets.elements - 1, sourceBytes: sizes.map { _ in 9 },
      sourceCharacters: nil, informationBits: bits.map { _ in 9 }, vocabularySize: 300,
      endOfTextToken: 2, tokenizerHash: nil, sources: [], steps: [], shards: [tokens],
      documentOffsets: offsets, documentBytes: sizes, documentCharacters: nil, documentBits: bits)
    _ = folder.file("manifest.json", manifest.json.serialized())
    let set = try ShardSet(path: folder.path)
    _ = try? set.tokens(in: 0..<set.tokenCount)
    let windows = TokenWindows(set, length: 2)
    for window in 0..<min(windows.count, 9) { _ = try? windows.tokens(of: window) }
    let input = TokenInput(paths: [folder.path])
    try input.open()
    var part = TokenPart()
    while try input.next(into: &part) {}
    try set.verify()
  }

  static let shardsSeeds: [[UInt8]] = {
    func files(_ type: NpyElementType) -> [UInt8] {
      let tokens = (0..<5).flatMap { [UInt8($0), 0] + [UInt8](repeating: 0, count: type.size - 2) }
      func numbers(_ values: [UInt64]) -> [UInt8] {
        values.flatMap { value in (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
      }
      return joined([
        NpyHeader(elementType: type, shape: [5]).bytes + tokens,
        NpyHeader(elementType: .uint64, shape: [3]).bytes + numbers([0, 3, 5]),
        NpyHeader(elementType: .uint64, shape: [2]).bytes + numbers([4, 5]),
        NpyHeader(elementType: .float64, shape: [2]).bytes
          + numbers([4, 5].map { Double($0).bitPattern }),
      ])
    }
    return [files(.uint16), files(.uint32)]
  }()

  static func readNgrams(_ bytes: [UInt8]) throws {
    let index = try NgramIndex(
      path: InputFolder.current.file("ngrams", bytes + SHA256.hash(bytes)))
    for place in 0..<min(index.head.contextCount, 20) {
      let (context, continuations) = index[place]
      require(index.continuations(after: context) == continuations, "a context is not found")
    }
    _ = index.continuations(after: [-1, .max])
  }

  static let ngramsSeeds: [[UInt8]] = {
    var bytes = Array("FLNGRAMS".utf8)
    for number in [1, 3, 2, 10] as [UInt32] { bytes.append(littleEndian: number) }
    for number in [3, 5, 14] as [UInt64] { bytes.append(littleEndian: number) }
    bytes += [UInt8](repeating: 0, count: 32)
    for number in [1, 23, 99] as [UInt64] { bytes.append(littleEndian: number) }
    let numbers: [UInt32] = [4, 9, 1, 2, 4, 5, 7, 8, 0, 9, 5, 3, 1, 4, 4, 1]
    for number in numbers { bytes.append(littleEndian: number) }
    return [bytes]
  }()
}
