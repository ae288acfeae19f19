import Testing

@testable import FlashShared

@Suite struct NormalizationTests {
  private static let epsilon: Float = 1e-5
  private static let rows = 4

  private func layerNorm(_ x: [Double], gain: [Double], bias: [Double]) -> [Double] {
    let width = gain.count
    return stride(from: 0, to: x.count, by: width).flatMap { start -> [Double] in
      let row = x[start..<start + width]
      let mean = row.reduce(0, +) / Double(width)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
      let deviation = (variance + Double(Self.epsilon)).squareRoot()
      return row.enumerated().map { ($1 - mean) / deviation * gain[$0] + bias[$0] }
    }
  }

  private func rmsNorm(_ x: [Double], gain: [Double]) -> [Double] {
    let width = gain.count
    return stride(from: 0, to: x.count, by: width).flatMap { start -> [Double] in
      let row = x[start..<start + width]
      let square = row.reduce(0) { $0 + $1 * $1 } / Double(width)
      let root = (square + Double(Self.epsilon)).squareRoot()
      return row.enumerated().map { $1 / root * gain[$0] }
    }
  }

  // Width 1 is left out: its normalised value is 0 and its gradient a difference of equal numbers.
  @Test(arguments: [3, 16, 17, 64, 100], [false, true])
  func layerNormAndItsGradients(width: Int, accumulate: Bool) {
    let rows = Self.rows
    let x = GuardedFloats(random: rows * width, seed: 1)
    let gain = GuardedFloats(random: width, seed: 2)
    let bias = GuardedFloats(random: width, seed: 3)
    let y = GuardedFloats(count: rows * width)
    let statistics = GuardedFloats(count: rows * 2)
    Kernel.layerNorm(
      x.pointer, gain: gain.pointer, bias: bias.pointer, y.pointer, statistics: statistics.pointer,
      rows: rows, width: width, epsilon: Self.epsilon)
    expectClose(y, layerNorm(x.doubles, gain: gain.doubles, bias: bias.doubles))

    let dy = GuardedFloats(random: rows * width, seed: 4)
    let dx = GuardedFloats(random: rows * width, seed: 5)
    let dGain = GuardedFloats(random: width, seed: 6)
    let dBias = GuardedFloats(random: width, seed: 7)
    let before = (dx: dx.doubles, gain: dGain.doubles, bias: dBias.doubles)
    Kernel.layerNormGradient(
      dy.pointer, x.pointer, gain: gain.pointer, statistics: statistics.pointer,
      inputGradient: dx.pointer, accumulate: accumulate, gainGradient: dGain.pointer,
      biasGradient: dBias.pointer, rows: rows, width: width)
    let d = dy.doubles
    let byInput = numericalGradient(at: x.doubles) {
      inner(layerNorm($0, gain: gain.doubles, bias: bias.doubles), d)
    }
    let byGain = numericalGradient(at: gain.doubles) {
      inner(layerNorm(x.doubles, gain: $0, bias: bias.doubles), d)
    }
    let byBias = numericalGradient(at: bias.doubles) {
      inner(layerNorm(x.doubles, gain: gain.doubles, bias: $0), d)
    }
    expectClose(dx, accumulate ? plus(byInput, before.dx) : byInput, "input")
    expectClose(dGain, plus(byGain, before.gain), "gain")
    expectClose(dBias, plus(byBias, before.bias), "bias")
  }

  @Test(arguments: oddWidths, [false, true])
  func rmsNormAndItsGradients(width: Int, accumulate: Bool) {
    let rows = Self.rows
    let x = GuardedFloats(random: rows * width, seed: 1)
    let gain = GuardedFloats(random: width, seed: 2)
    let y = GuardedFloats(count: rows * width)
    let inverseRoots = GuardedFloats(count: rows)
    Kernel.rmsNorm(
      x.pointer, gain: gain.pointer, y.pointer, inverseRoots: inverseRoots.pointer, rows: rows,
      width: width, epsilon: Self.epsilon)
    expectClose(y, rmsNorm(x.doubles, gain: gain.doubles))

    let dy = GuardedFloats(random: rows * width, seed: 4)
    let dx = GuardedFloats(random: rows * width, seed: 5)
    let dGain = GuardedFloats(random: width, seed: 6)
    let before = (dx: dx.doubles, gain: dGain.doubles)
    Kernel.rmsNormGradient(
      dy.pointer, x.pointer, gain: gain.pointer, inverseRoots: inverseRoots.pointer,
      inputGradient: dx.pointer, accumulate: accumulate, gainGradient: dGain.pointer, rows: rows,
      width: width)
    let d = dy.doubles
    let byInput = numericalGradient(at: x.doubles) { inner(rmsNorm($0, gain: gain.doubles), d) }
    let byGain = numericalGradient(at: gain.doubles) { inner(rmsNorm(x.doubles, gain: $0), d) }
    // At width 1 the true gradient nearly vanishes.
    let scale = width == 1 ? 10.0 : 0
    expectClose(dx, accumulate ? plus(byInput, before.dx) : byInput, scale: scale, "input")
    expectClose(dGain, plus(byGain, before.gain), "gain")
  }

  @Test func layerNormKeepsItsAccuracyFarFromZero() {
    let width = 256
    let x = GuardedFloats((0..<width).map { 1000 + Float($0 % 7) })
    let ones = GuardedFloats([Float](repeating: 1, count: width))
    let zeros = GuardedFloats(count: width)
    let y = GuardedFloats(count: width)
    let statistics = GuardedFloats(count: 2)
    Kernel.layerNorm(
      x.pointer, gain: ones.pointer, bias: zeros.pointer, y.pointer,
      statistics: statistics.pointer, rows: 1, width: width, epsilon: Self.epsilon)
    expectClose(
      y, layerNorm(x.doubles, gain: ones.doubles, bias: zeros.doubles), tolerance: 1e-4)
  }
}
