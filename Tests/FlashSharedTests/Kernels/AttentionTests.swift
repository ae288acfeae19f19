import Foundation
import Testing

@testable import FlashShared

@Suite struct AttentionTests {
  struct Case: CustomStringConvertible, Sendable {
    var time: Int
    var heads: Int
    var headWidth: Int
    var window: Int?
    var dropout: Double

    var description: String {
      "time \(time), \(heads)×\(headWidth), window \(window ?? 0), dropout \(dropout)"
    }
    var width: Int { heads * headWidth }
    var scale: Double { 1 / Double(headWidth).squareRoot() }
    var mask: DropoutMask? {
      dropout == 0
        ? nil
        : DropoutMask(
          stream: RandomStream(seed: 3, purpose: .dropout, 9), probability: dropout)
    }
  }

  static let cases = [
    Case(time: 1, heads: 1, headWidth: 1, window: nil, dropout: 0),
    Case(time: 3, heads: 2, headWidth: 5, window: nil, dropout: 0),
    Case(time: 9, heads: 2, headWidth: 16, window: 3, dropout: 0.25),
    Case(time: 33, heads: 1, headWidth: 8, window: nil, dropout: 0.25),
    Case(time: 40, heads: 2, headWidth: 4, window: 7, dropout: 0),
    Case(time: 70, heads: 1, headWidth: 3, window: 35, dropout: 0.25),
    Case(time: 48, heads: 1, headWidth: 17, window: 1, dropout: 0),
  ]

  /// Attention over rows [q | k | v] of 3 · width.
  static func oracle(_ x: [Double], _ c: Case) -> [Double] {
    var output = [Double](repeating: 0, count: c.time * c.width)
    let stride = 3 * c.width
    let paddedTime = (c.time + 31) / 32 * 32
    for head in 0..<c.heads {
      let offset = head * c.headWidth
      for i in 0..<c.time {
        let first = max(0, i - (c.window ?? c.time) + 1)
        let query = x[(i * stride + offset)...].prefix(c.headWidth)
        let scores: [Double] = (first...i).map { j in
          let key = x[(j * stride + c.width + offset)...].prefix(c.headWidth)
          return zip(query, key).reduce(0) { $0 + $1.0 * $1.1 } * c.scale
        }
        let peak = scores.max()!
        let total = scores.reduce(0) { $0 + exp($1 - peak) }
        for (j, score) in zip(first...i, scores) {
          var p = exp(score - peak) / total
          if let mask = c.mask {
            p *= Double(mask.factor(at: UInt64((head * c.time + i) * paddedTime + j)))
          }
          for k in 0..<c.headWidth {
            output[i * c.width + offset + k] += p * x[j * stride + 2 * c.width + offset + k]
          }
        }
      }
    }
    return output
  }

  private func forward(_ x: GuardedFloats, _ c: Case) -> (GuardedFloats, GuardedFloats) {
    let output = GuardedFloats(count: c.time * c.width)
    let logSumExp = GuardedFloats(count: c.heads * c.time)
    let scratch = GuardedFloats(
      count: Kernel.attentionScratchCount(time: c.time, heads: c.heads, headWidth: c.headWidth))
    Kernel.attention(
      queries: x.pointer, keys: x.pointer + c.width, values: x.pointer + 2 * c.width,
      rowStride: 3 * c.width, output: output.pointer, outputStride: c.width,
      logSumExp: logSumExp.pointer, time: c.time, heads: c.heads, headWidth: c.headWidth,
      window: c.window, scale: Float(c.scale), dropout: c.mask, scratch: scratch.pointer)
    return (output, logSumExp)
  }

  private func backward(
    _ x: GuardedFloats, _ dy: GuardedFloats, _ logSumExp: GuardedFloats, _ c: Case
  ) -> GuardedFloats {
    let dx = GuardedFloats(random: c.time * 3 * c.width, seed: 3)
    let scratch = GuardedFloats(
      [Float](
        repeating: .nan,
        count: Kernel.attentionScratchCount(time: c.time, heads: c.heads, headWidth: c.headWidth)))
    Kernel.attentionGradient(
      outputGradient: dy.pointer, outputStride: c.width, queries: x.pointer,
      keys: x.pointer + c.width, values: x.pointer + 2 * c.width, rowStride: 3 * c.width,
      logSumExp: logSumExp.pointer, queryGradient: dx.pointer, keyGradient: dx.pointer + c.width,
      valueGradient: dx.pointer + 2 * c.width, gradientStride: 3 * c.width, time: c.time,
      heads: c.heads, headWidth: c.headWidth, window: c.window, scale: Float(c.scale),
      dropout: c.mask, scratch: scratch.pointer)
    return dx
  }

  @Test(arguments: cases)
  func outputAndGradients(_ c: Case) {
    let x = GuardedFloats(random: c.time * 3 * c.width, seed: 1)
    let (output, logSumExp) = forward(x, c)
    expectClose(output, Self.oracle(x.doubles, c), tolerance: 2e-6)
    let dy = GuardedFloats(random: c.time * c.width, seed: 2)
    let d = dy.doubles
    let dx = backward(x, dy, logSumExp, c)
    expectClose(dx, numericalGradient(at: x.doubles) { inner(Self.oracle($0, c), d) })
  }

  // Training shapes are too large for finite differences: the output is compared with the oracle,
  // and the gradient with the change of the oracle along one random direction.
  @Test(arguments: [
    Case(time: 128, heads: 4, headWidth: 64, window: nil, dropout: 0.1),
    Case(time: 200, heads: 2, headWidth: 48, window: 64, dropout: 0.1),
    Case(time: 256, heads: 2, headWidth: 32, window: nil, dropout: 0),
  ])
  func trainingShapes(_ c: Case) {
    let x = GuardedFloats(random: c.time * 3 * c.width, seed: 1)
    let (output, logSumExp) = forward(x, c)
    expectClose(output, Self.oracle(x.doubles, c), tolerance: 2e-6)
    let dy = GuardedFloats(random: c.time * c.width, seed: 2)
    let dx = backward(x, dy, logSumExp, c).doubles
    let point = x.doubles
    let direction = GuardedFloats(random: x.count, seed: 4).doubles
    let h = 1e-5
    let d = dy.doubles
    // Queries, keys and values separately.
    for part in 0..<3 {
      let along = direction.indices.map {
        $0 % (3 * c.width) / c.width == part ? direction[$0] : 0
      }
      let above = inner(Self.oracle(zip(point, along).map { $0 + h * $1 }, c), d)
      let below = inner(Self.oracle(zip(point, along).map { $0 - h * $1 }, c), d)
      let expected = (above - below) / (2 * h)
      let terms = zip(dx, along).reduce(0) { $0 + $1.0 * $1.0 * $1.1 * $1.1 }.squareRoot()
      #expect(abs(inner(dx, along) - expected) < 1e-5 * terms)
    }
  }

  @Test func valuesAfterAPositionDoNotReachIt() {
    let c = Case(time: 50, heads: 2, headWidth: 8, window: nil, dropout: 0.1)
    let x = GuardedFloats(random: c.time * 3 * c.width, seed: 1)
    let before = forward(x, c).0.values
    for i in 37 * 3 * c.width..<x.count { x.pointer[i] = 1e6 }
    let after = forward(x, c).0.values
    #expect(before[..<(37 * c.width)] == after[..<(37 * c.width)])
  }

  @Test(arguments: [(1, 8), (5, 17), (40, 64), (100, 3)])
  func aStepAgreesWithTheLastPosition(time: Int, headWidth: Int) {
    let c = Case(time: time, heads: 2, headWidth: headWidth, window: nil, dropout: 0)
    let x = GuardedFloats(random: time * 3 * c.width, seed: 1)
    let expected = Array(Self.oracle(x.doubles, c).suffix(c.width))
    let output = GuardedFloats(count: c.width)
    let scratch = GuardedFloats(count: time)
    Kernel.attentionStep(
      query: x.pointer + (time - 1) * 3 * c.width, keys: x.pointer + c.width,
      values: x.pointer + 2 * c.width, positionStride: 3 * c.width, headStride: headWidth,
      output: output.pointer, positions: time, heads: 2, headWidth: headWidth,
      scale: Float(c.scale), scratch: scratch.pointer)
    expectClose(output, expected, tolerance: 2e-6)
  }
}
