import Foundation
import Testing

@testable import FlashShared

/// Ternary weights at 1.6 bits each give what the unpacked ones give.
@Suite struct PackedTernaryTests {
  /// A matrix of −s, 0 and s with another s in each row.
  private static func matrix(rows: Int, columns: Int) -> [Float] {
    let stream = RandomStream(seed: 5, purpose: .evaluation)
    return (0..<rows * columns).map { index in
      let digit = stream.integer(at: UInt64(index), below: 3)
      return (Float(digit) - 1) * (0.1 + Float(index / columns))
    }
  }

  @Test(arguments: [(1, 1), (19, 16), (20, 17), (61, 40), (5, 243)])
  func packsAndUnpacks(_ shape: (rows: Int, columns: Int)) {
    let (rows, columns) = shape
    let weights = Self.matrix(rows: rows, columns: columns)
    var words = [UInt32](
      repeating: 0, count: Kernel.packedTernaryWordCount(rows: rows, columns: columns))
    var scales = [Float](repeating: 0, count: rows)
    Kernel.packTernary(weights, &words, scales: &scales, rows: rows, columns: columns)
    var unpacked = [Float](repeating: .nan, count: rows * columns)
    Kernel.unpackTernary(words, scales: scales, &unpacked, rows: rows, columns: columns)
    #expect(unpacked == weights)

    let vector = (0..<columns).map { Float($0 % 7) - 2.5 }
    var product = [Float](repeating: .nan, count: rows)
    Kernel.packedTernaryMatrixVector(
      words, scales: scales, vector, &product, rows: rows, columns: columns)
    for row in 0..<rows {
      let expected = zip(weights[row * columns..<(row + 1) * columns], vector).reduce(0.0) {
        $0 + Double($1.0) * Double($1.1)
      }
      #expect(abs(Double(product[row]) - expected) <= 1e-4 * (1 + abs(expected)))
    }
  }

  /// The published sizes take 1.6 bits a weight and at most a twentieth more.
  @Test func takesLittleMemory() {
    for (rows, columns) in [(384, 384), (1152, 384), (384, 1152), (512, 192), (192, 512)] {
      let bytes = 4 * Kernel.packedTernaryWordCount(rows: rows, columns: columns)
      #expect(Double(8 * bytes) / Double(rows * columns) <= 1.6 * 1.05)
    }
  }

  @Test(arguments: ["v4", "v5", "v6", "v7"])
  func modelsGiveTheSame(_ version: String) throws {
    let golden = try GoldenSet(path: "\(GoldenTests.root)/\(version)")
    let plain = try ModelRegistry.model(
      version: version, configuration: golden.configuration, variant: .sound)
    let packed = try ModelRegistry.model(
      version: version,
      configuration: ModelConfiguration(
        golden.configuration.members, source: version, packsTernary: true), variant: .sound)
    #expect(packed.layout.count == plain.layout.count)
    #expect(!packed.layout.packedParameters.isEmpty)
    let plainStore = try golden.store(for: plain)
    let path = FileManager.default.temporaryDirectory.appending(
      path: "packed-\(version)-\(UUID().uuidString).safetensors"
    ).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try plainStore.writePacked(packed.layout, to: path)
    let packedStore = ParameterStore(packed.layout)
    try packedStore.load(Safetensors(path: path))

    let tokens = golden.inputs[0]
    func logits(_ model: any LanguageModel, _ store: ParameterStore) -> [Float] {
      LogitGraph(model, store, mode: .evaluation, batch: 1, time: tokens.count).logits(tokens)
    }
    func decoded(_ model: any LanguageModel, _ store: ParameterStore) -> [Float] {
      let graph = LogitGraph(
        model, store, mode: .decoding, batch: 1, time: 1, contextLength: tokens.count)
      return tokens.flatMap { graph.logits([$0]) }
    }
    #expect(logits(packed, packedStore) == logits(plain, plainStore))
    let difference = Conformance.relativeDifference(
      decoded(packed, packedStore), decoded(plain, plainStore))
    #expect(difference < 1e-5)
  }

  /// A file whose packed weights are of another size is refused.
  @Test func refusesOtherSizes() throws {
    var layout = ParameterLayout(packsTernary: true)
    _ = layout.declarePacked("w", [20, 16])
    let path = FileManager.default.temporaryDirectory.appending(
      path: "packed-\(UUID().uuidString).safetensors"
    ).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Safetensors.write(
      [("w.scales", [20], [Float](repeating: 1, count: 20))],
      bytes: [("w.trits", [UInt8](repeating: 0, count: 60))], metadata: [:], to: path)
    #expect(throws: SafetensorsError.self) {
      try ParameterStore(layout).load(Safetensors(path: path))
    }
  }
}
