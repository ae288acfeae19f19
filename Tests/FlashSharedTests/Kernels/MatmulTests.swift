import Testing

@testable import FlashShared

@Suite struct MatmulTests {
  /// op(A) · op(B) in float64.
  static func product(
    _ a: [Double], _ aRow: Int, _ aColumn: Int, _ b: [Double], _ bRow: Int, _ bColumn: Int,
    rows: Int, columns: Int, depth: Int
  ) -> [Double] {
    var c = [Double](repeating: 0, count: rows * columns)
    for i in 0..<rows {
      for j in 0..<columns {
        var s = 0.0
        for k in 0..<depth { s += a[i * aRow + k * aColumn] * b[k * bRow + j * bColumn] }
        c[i * columns + j] = s
      }
    }
    return c
  }

  static let shapes: [(rows: Int, inputWidth: Int, outputWidth: Int)] = [
    (1, 1, 1), (1, 17, 3), (1, 100, 67), (2, 3, 5), (3, 64, 17), (7, 33, 100), (16, 16, 16),
    (17, 100, 64), (31, 48, 33), (128, 64, 96), (130, 257, 65), (12, 300, 32), (64, 512, 40),
    (104, 800, 8), (800, 20, 31),
  ]

  @Test(arguments: shapes)
  func linearAndItsGradients(_ shape: (rows: Int, inputWidth: Int, outputWidth: Int)) {
    let (rows, width, out) = shape
    let x = GuardedFloats(random: rows * width, seed: 1)
    let w = GuardedFloats(random: out * width, seed: 2)
    let dy = GuardedFloats(random: rows * out, seed: 3)
    let y = Self.product(
      x.doubles, width, 1, w.doubles, 1, width, rows: rows, columns: out, depth: width)
    let dx = Self.product(
      dy.doubles, out, 1, w.doubles, width, 1, rows: rows, columns: width, depth: out)
    let dw = Self.product(
      dy.doubles, 1, out, x.doubles, width, 1, rows: out, columns: width, depth: rows)
    let packed = PackedWeight(
      memory: GuardedFloats(count: PackedWeight.count(inputWidth: width, outputWidth: out)).pointer,
      inputWidth: width, outputWidth: out)
    packed.pack(w.pointer)
    for accumulate in [false, true] {
      let output = GuardedFloats(random: rows * out, seed: 4)
      let before = output.doubles
      Kernel.linear(
        x.pointer, w.pointer, output.pointer, rows: rows, inputWidth: width, outputWidth: out,
        accumulate: accumulate)
      expectClose(output, accumulate ? plus(y, before) : y, "linear")
      let fromPacked = GuardedFloats(random: rows * out, seed: 4)
      Kernel.linear(
        x.pointer, packed, fromPacked.pointer, rows: rows, accumulate: accumulate)
      expectClose(fromPacked, accumulate ? plus(y, before) : y, "packed linear")
      let inputGradient = GuardedFloats(random: rows * width, seed: 5)
      let gradientBefore = inputGradient.doubles
      Kernel.linearInputGradient(
        dy.pointer, w.pointer, inputGradient.pointer, rows: rows, inputWidth: width,
        outputWidth: out, accumulate: accumulate)
      expectClose(inputGradient, accumulate ? plus(dx, gradientBefore) : dx, "input gradient")
      let gradientFromPacked = GuardedFloats(random: rows * width, seed: 5)
      Kernel.linearInputGradient(
        dy.pointer, packed, gradientFromPacked.pointer, rows: rows, accumulate: accumulate)
      expectClose(
        gradientFromPacked, accumulate ? plus(dx, gradientBefore) : dx, "packed input gradient")
    }
    let weightGradient = GuardedFloats(random: out * width, seed: 6)
    let before = weightGradient.doubles
    Kernel.linearWeightGradient(
      dy.pointer, x.pointer, weightGradient.pointer, rows: rows, inputWidth: width,
      outputWidth: out)
    expectClose(weightGradient, plus(dw, before), "weight gradient")
  }

  /// Decoding several sequences at once gives each the bits that it has alone.
  @Test(arguments: [2, 5, Kernel.fewRows], [(1, 1), (20, 7), (256, 64), (37, 130)])
  func fewRowsAreEachByThemselves(rows: Int, shape: (inputWidth: Int, outputWidth: Int)) {
    let (inputWidth, outputWidth) = shape
    let input = GuardedFloats(random: rows * inputWidth, seed: 1)
    let weight = GuardedFloats(random: outputWidth * inputWidth, seed: 2)
    for accumulate in [false, true] {
      let together = GuardedFloats(random: rows * outputWidth, seed: 3)
      let alone = GuardedFloats(random: rows * outputWidth, seed: 3)
      Kernel.linear(
        input.pointer, weight.pointer, together.pointer, rows: rows, inputWidth: inputWidth,
        outputWidth: outputWidth, accumulate: accumulate)
      for row in 0..<rows {
        Kernel.linear(
          input.pointer + row * inputWidth, weight.pointer, alone.pointer + row * outputWidth,
          rows: 1, inputWidth: inputWidth, outputWidth: outputWidth, accumulate: accumulate)
      }
      #expect(together.values == alone.values)
    }
  }

  @Test(arguments: [false, true], [false, true])
  func generalProductWithStrides(aTransposed: Bool, bTransposed: Bool) {
    for (rows, columns, depth) in [(1, 1, 1), (5, 7, 3), (33, 50, 17), (48, 64, 100)] {
      let aStride = (aTransposed ? rows : depth) + 3
      let bStride = (bTransposed ? depth : columns) + 5
      let cStride = columns + 2
      // A matrix with a stride ends with its last row, not with the last row's padding.
      func extent(_ lines: Int, _ length: Int, _ stride: Int) -> Int {
        (lines - 1) * stride + length
      }
      let a = GuardedFloats(
        random: aTransposed ? extent(depth, rows, aStride) : extent(rows, depth, aStride), seed: 1)
      let b = GuardedFloats(
        random: bTransposed ? extent(columns, depth, bStride) : extent(depth, columns, bStride),
        seed: 2)
      let reference = Self.product(
        a.doubles, aTransposed ? 1 : aStride, aTransposed ? aStride : 1, b.doubles,
        bTransposed ? 1 : bStride, bTransposed ? bStride : 1, rows: rows, columns: columns,
        depth: depth)
      for accumulate in [false, true] {
        let c = GuardedFloats(random: extent(rows, columns, cStride), seed: 3)
        var expected = c.doubles
        for i in 0..<rows {
          for j in 0..<columns {
            let old = accumulate ? expected[i * cStride + j] : 0
            expected[i * cStride + j] = old + 0.5 * reference[i * columns + j]
          }
        }
        Kernel.multiply(
          a.pointer, transposed: aTransposed, leadingDimension: aStride, b.pointer,
          transposed: bTransposed, leadingDimension: bStride, into: c.pointer,
          leadingDimension: cStride, rows: rows, columns: columns, depth: depth, scale: 0.5,
          accumulate: accumulate)
        expectClose(c, expected)
      }
    }
  }

  @Test(arguments: oddWidths)
  func bias(width: Int) {
    let rows = 5
    let matrix = GuardedFloats(random: rows * width, seed: 1)
    let bias = GuardedFloats(random: width, seed: 2)
    let before = matrix.doubles
    let b = bias.doubles
    Kernel.addBias(bias.pointer, matrix.pointer, rows: rows, width: width)
    expectClose(matrix, before.indices.map { before[$0] + b[$0 % width] }, tolerance: 1e-6)
    var expected = bias.doubles
    for (i, value) in matrix.doubles.enumerated() { expected[i % width] += value }
    Kernel.biasGradient(matrix.pointer, bias.pointer, rows: rows, width: width)
    expectClose(bias, expected, tolerance: 1e-6)
  }

  @Test(arguments: oddWidths)
  func innerProduct(count: Int) {
    let a = GuardedFloats(random: count, seed: 1)
    let b = GuardedFloats(random: count, seed: 2)
    let result = GuardedFloats([Kernel.dot(a.pointer, b.pointer, count: count)])
    let terms = zip(a.doubles, b.doubles).map { abs($0 * $1) }.reduce(0, +)
    #expect(abs(result.doubles[0] - inner(a.doubles, b.doubles)) < 1e-6 * terms)
  }
}
