import Foundation
import Testing

@testable import FlashShared

/// Scores on packed bits are those of the float product.
@Suite struct PackedPatternTests {
  private let stream = RandomStream(seed: 8, purpose: .evaluation)

  private func scores(
    _ weights: [Float], _ vector: [Float], rows: Int, columns: Int
  ) -> [Float] {
    var words = [UInt64](
      repeating: .max, count: Kernel.packedPatternWordCount(rows: rows, columns: columns))
    let scale = Kernel.packPatterns(weights, &words, rows: rows, columns: columns)
    var bits = [UInt64](
      repeating: .max, count: Kernel.patternPlaneWordCount(columns: columns))
    let unit = Kernel.patternPlanes(of: vector, &bits, columns: columns)
    var output = [Float](repeating: .nan, count: rows + 1)
    Kernel.packedPatternScores(
      words, bits, scale: Double(scale) * unit, &output, rows: rows, columns: columns)
    #expect(output[rows].isNaN, "wrote behind the end")
    return Array(output.dropLast())
  }

  private func matrix(rows: Int, columns: Int, scale: Float) -> [Float] {
    (0..<rows * columns).map { (Float(stream.integer(at: UInt64($0), below: 3)) - 1) * scale }
  }

  @Test(arguments: [(1, 1), (7, 31), (8, 128), (13, 129), (128, 128), (40, 300)])
  func agreeWithTheProduct(_ shape: (rows: Int, columns: Int)) {
    let (rows, columns) = shape
    let weights = matrix(rows: rows, columns: columns, scale: 0.015)
    let numbers = stream.narrowed(by: 1)
    // Magnitudes of many orders, of both signs.
    let vector = (0..<columns).map { index -> Float in
      let number = Float(numbers.uniform(at: UInt64(index))) - 0.5
      return index % 3 == 0 ? number * 1e-4 : number * 7
    }
    let output = scores(weights, vector, rows: rows, columns: columns)
    let largest = vector.map { Double(abs($0)) }.max() ?? 0
    for row in 0..<rows {
      let expected = zip(weights[row * columns..<(row + 1) * columns], vector).reduce(0.0) {
        $0 + Double($1.0) * Double($1.1)
      }
      let bound = 0.015 * largest * Double(columns) / 4_294_967_296 + abs(expected) * 1.3e-7
      #expect(abs(Double(output[row]) - expected) <= bound + 1e-12)
    }
  }

  @Test func extremesAreMet() {
    let weights: [Float] = [1, -1, 0, 1, 1, 1, 0, 0, 0]
    #expect(scores(weights, [0, 0, 0], rows: 3, columns: 3) == [0, 0, 0])
    let largest = Float.greatestFiniteMagnitude
    #expect(scores(weights, [-largest, 0, largest], rows: 3, columns: 3) == [-largest, 0, 0])
    let tiny = Float.leastNonzeroMagnitude
    #expect(scores(weights, [tiny, -tiny, tiny], rows: 3, columns: 3) == [2 * tiny, tiny, 0])
    #expect(scores(weights, [1, .nan, 1], rows: 3, columns: 3).allSatisfy { $0.isNaN })
    #expect(scores(weights, [1, .infinity, 1], rows: 3, columns: 3).allSatisfy { $0.isNaN })
  }

  /// Route scores and logits of a model that decodes on packed bits, from float and packed weights.
  @Test func decodingAgreesWithTheParallelPass() throws {
    let golden = try GoldenSet(path: "\(GoldenTests.root)/v9.0")
    let model = try ModelRegistry.model(
      version: "v9.0", configuration: golden.configuration, variant: .sound)
    let store = try golden.store(for: model)
    let tokens = golden.inputs[0]
    let parallel = LogitGraph(model, store, mode: .evaluation, batch: 1, time: tokens.count)
      .logits(tokens)
    let graph = LogitGraph(
      model, store, mode: .decoding, batch: 1, time: 1, contextLength: tokens.count)
    #expect(graph.graph.operations.contains { $0 is PatternScores })
    for _ in 0..<2 {
      let decoded = tokens.flatMap { graph.logits([$0]) }
      #expect(Conformance.relativeDifference(decoded, parallel) <= 1e-5)
      graph.graph.resetState()
    }
  }
}
