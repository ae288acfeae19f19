import Testing

@testable import FlashShared

@Suite struct EmbeddingTests {
  @Test(arguments: oddWidths)
  func rowsAreGatheredAndTheirGradientsAdded(width: Int) {
    let tokens: [Int32] = [2, 0, 2, 4]
    let table = GuardedFloats(random: 5 * width, seed: 1)
    let output = GuardedFloats(count: 4 * width)
    Kernel.gather(table.pointer, tokens: tokens, output.pointer, count: 4, width: width)
    let t = table.values
    #expect(output.values == tokens.flatMap { t[Int($0) * width..<(Int($0) + 1) * width] })

    let dy = GuardedFloats(random: 4 * width, seed: 2)
    var expected = table.doubles
    for (i, d) in dy.doubles.enumerated() {
      expected[Int(tokens[i / width]) * width + i % width] += d
    }
    Kernel.scatterAdd(dy.pointer, tokens: tokens, table.pointer, count: 4, width: width)
    expectClose(table, expected, tolerance: 1e-6)
  }
}
