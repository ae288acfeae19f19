import Foundation
import Testing

@testable import FlashShared

/// Ternary weights at 1.6 bits each give what the unpacked ones give.
@Suite struct PackedTernaryTests {
  /// A matrix of −s, 0 and s with another s in each row, or the same in all.
  private static func matrix(rows: Int, columns: Int, scales: Int) -> [Float] {
    let stream = RandomStream(seed: 5, purpose: .evaluation)
    return (0..<rows * columns).map { index in
      let digit = stream.integer(at: UInt64(index), below: 3)
      return (Float(digit) - 1) * (0.1 + (scales == 1 ? 0 : Float(index / columns)))
    }
  }

  @Test(arguments: [(1, 1), (19, 16), (16, 20), (20, 17), (61, 40), (130, 47), (5, 243)])
  func packsAndUnpacks(_ shape: (rows: Int, columns: Int)) {
    for scaleCount in Set([shape.rows, 1]) {
      packAndUnpack(rows: shape.rows, columns: shape.columns, scaleCount: scaleCount)
    }
  }

  private func packAndUnpack(rows: Int, columns: Int, scaleCount: Int) {
    let weights = Self.matrix(rows: rows, columns: columns, scales: scaleCount)
    var words = [UInt32](
      repeating: 0, count: Kernel.packedTernaryWordCount(rows: rows, columns: columns))
    var scales = [Float](repeating: 0, count: scaleCount)
    Kernel.packTernary(
      weights, &words, scales: &scales, scaleCount: scaleCount, rows: rows, columns: columns)
    var unpacked = [Float](repeating: .nan, count: rows * columns)
    Kernel.unpackTernary(
      words, scales: scales, scaleCount: scaleCount, &unpacked, rows: rows, columns: columns)
    #expect(unpacked == weights)

    let vector = (0..<columns).map { sin(Float($0) * 1.7) }
    for product in [Kernel.lookUpTernaryProduct, Kernel.unpackTernaryProduct] {
      var sums = [Float](repeating: .nan, count: rows)
      product(words, scales, scaleCount, vector, &sums, rows, columns)
      for row in 0..<rows {
        let products = (0..<columns).map {
          Double(weights[row * columns + $0]) * Double(vector[$0])
        }
        let size = products.reduce(0) { $0 + abs($1) }
        #expect(abs(Double(sums[row]) - products.reduce(0, +)) <= 3e-7 * size)
      }
    }
  }

  /// Of the 256 values of a byte, 13 are never written.
  @Test func knowsWhatItWrites() {
    let valid = (0...UInt8.max).filter { byte in
      withUnsafeBytes(of: byte) { Kernel.firstInvalidTernaryByte($0) == nil }
    }
    #expect(valid.count == 243)
    let bytes = valid + [20] + valid
    #expect(bytes.withUnsafeBytes(Kernel.firstInvalidTernaryByte) == 243)
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
      configuration: golden.configuration, variant: .sound,
      layout: ParameterLayout(packsTernary: true))
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

    // Sequences side by side are decoded as each by itself is.
    let pair = LogitGraph(
      packed, packedStore, mode: .decoding, batch: 2, time: 1, contextLength: tokens.count)
    let both = zip(tokens, tokens.reversed()).flatMap { pair.logits([$0, $1]) }
    let width = packed.vocabularySize
    let first = tokens.indices.flatMap { both[2 * $0 * width..<(2 * $0 + 1) * width] }
    #expect(first == decoded(packed, packedStore))
  }

  /// A file whose packed weights are damaged is refused with the reason.
  @Test func refusesDamage() throws {
    var layout = ParameterLayout(packsTernary: true)
    _ = layout.declarePacked("w", [20, 16], scales: 20)
    let path = FileManager.default.temporaryDirectory.appending(
      path: "packed-\(UUID().uuidString).safetensors"
    ).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    func failure(
      scale: Float = 1, byte: UInt8 = 128, bytes count: Int = 128, name: String = "w.trits"
    ) -> String? {
      do {
        var bytes = [UInt8](repeating: 128, count: count)
        bytes[7] = byte
        var scales = [Float](repeating: 1, count: 20)
        scales[3] = scale
        try Safetensors.write(
          [("w.scales", [20], scales)], bytes: [(name, bytes)], metadata: [:], to: path)
        try ParameterStore(layout).load(Safetensors(path: path))
        return nil
      } catch { return "\(error)" }
    }
    #expect(failure() == nil)
    #expect(failure(bytes: 124)?.contains("weights of \"w\" are not of [20, 16]") == true)
    #expect(failure(byte: 20)?.contains("byte 7 is no five ternary weights") == true)
    for scale in [-1, .nan, .infinity] as [Float] {
      #expect(failure(scale: scale)?.contains("number 3, \(scale), is no scale") == true)
    }
    #expect(failure(name: "w.bits")?.contains("there is no tensor \"w.trits\"") == true)
  }
}
