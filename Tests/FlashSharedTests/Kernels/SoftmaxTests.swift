import Foundation
import Testing

@testable import FlashShared

@Suite struct SoftmaxTests {
  private static let rows = 3

  private func logSoftmax(_ x: [Double], width: Int) -> [Double] {
    stride(from: 0, to: x.count, by: width).flatMap { start -> [Double] in
      let row = x[start..<start + width]
      let peak = row.max()!
      let shift = peak + log(row.reduce(0) { $0 + exp($1 - peak) })
      return row.map { $0 - shift }
    }
  }

  @Test(arguments: oddWidths, [false, true])
  func softmaxAndLogSoftmax(width: Int, accumulate: Bool) {
    let rows = Self.rows
    let x = GuardedFloats(random: rows * width, seed: 1, scale: 3)
    let y = GuardedFloats(count: rows * width)
    let dy = GuardedFloats(random: rows * width, seed: 2)
    let d = dy.doubles
    func compare(_ dx: GuardedFloats, _ before: [Double], _ gradient: [Double]) {
      // At width 1 the gradient is 0.
      let expected = accumulate ? plus(gradient, before) : gradient
      if width > 1 || accumulate { expectClose(dx, expected) }
    }
    Kernel.softmax(x.pointer, y.pointer, rows: rows, width: width)
    expectClose(y, logSoftmax(x.doubles, width: width).map { exp($0) }, tolerance: 1e-6)
    let dx = GuardedFloats(random: rows * width, seed: 3)
    let before = dx.doubles
    Kernel.softmaxGradient(
      dy.pointer, output: y.pointer, dx.pointer, accumulate: accumulate, rows: rows, width: width)
    compare(
      dx, before,
      numericalGradient(at: x.doubles) { inner(logSoftmax($0, width: width).map { exp($0) }, d) })

    Kernel.logSoftmax(x.pointer, y.pointer, rows: rows, width: width)
    expectClose(y, logSoftmax(x.doubles, width: width), tolerance: 1e-6)
    let dl = GuardedFloats(random: rows * width, seed: 3)
    Kernel.logSoftmaxGradient(
      dy.pointer, output: y.pointer, dl.pointer, accumulate: accumulate, rows: rows, width: width)
    compare(
      dl, before, numericalGradient(at: x.doubles) { inner(logSoftmax($0, width: width), d) })
  }

  @Test(arguments: oddWidths + [4096])
  func crossEntropyAndItsGradient(width: Int) {
    let rows = Self.rows
    let targets: [Int32] = [Int32(width - 1), -1, Int32(width / 2)]
    let logits = GuardedFloats(random: rows * width, seed: 1, scale: 4)
    let x = logits.doubles
    let losses = GuardedFloats(count: rows)
    let weight = 0.125
    let logs = logSoftmax(x, width: width)
    let scored = [0, 2]
    var expected = [Double](repeating: 0, count: rows)
    var gradient = [Double](repeating: 0, count: rows * width)
    for row in scored {
      let target = row * width + Int(targets[row])
      expected[row] = -logs[target]
      for i in row * width..<(row + 1) * width { gradient[i] = weight * exp(logs[i]) }
      gradient[target] -= weight
    }
    let forward = GuardedFloats(logits.values)
    Kernel.softmaxCrossEntropy(
      logits: forward.pointer, targets: targets, losses: losses.pointer, weight: Float(weight),
      rows: rows, width: width, withGradient: false)
    if width > 1 { expectClose(losses, expected, tolerance: 1e-6) }
    Kernel.softmaxCrossEntropy(
      logits: logits.pointer, targets: targets, losses: losses.pointer, weight: Float(weight),
      rows: rows, width: width, withGradient: true)
    if width > 1 {
      expectClose(losses, expected, tolerance: 1e-6)
      expectClose(logits, gradient, tolerance: 1e-6)
    }
    #expect(logits.values[width..<2 * width].allSatisfy { $0 == 0 })
  }

  @Test func crossEntropyOfExtremeLogits() {
    let logits = GuardedFloats([1e4, -1e4, 0, 1e30, -Float.infinity, 1e30])
    let losses = GuardedFloats(count: 2)
    Kernel.softmaxCrossEntropy(
      logits: logits.pointer, targets: [1, 0], losses: losses.pointer, weight: 1, rows: 2,
      width: 3, withGradient: true)
    #expect(losses.values[0] == 2e4)
    #expect(abs(losses.values[1] - log(2)) < 1e-6)
    #expect(logits.values == [1, -1, 0, -0.5, 0, 0.5])
  }

  @Test func aLogitThatIsNotANumberShowsInTheLoss() {
    for place in [0, 5, 20] {
      let logits = GuardedFloats(random: 21, seed: 1)
      logits.pointer[place] = .nan
      let losses = GuardedFloats(count: 1)
      Kernel.softmaxCrossEntropy(
        logits: logits.pointer, targets: [7], losses: losses.pointer, weight: 1, rows: 1,
        width: 21, withGradient: true)
      #expect(losses.values[0].isNaN)
    }
  }
}
