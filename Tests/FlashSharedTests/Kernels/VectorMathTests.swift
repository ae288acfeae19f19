import Foundation
import Testing

@testable import FlashShared

@Suite struct VectorMathTests {
  private func apply(_ x: [Double], _ function: (Vector) -> Vector) -> [Double] {
    x.flatMap { value -> [Double] in [Double(function(Vector(repeating: Float(value)))[3])] }
  }

  /// Rounded to float32, so that the reference sees what the function sees.
  private func points(_ low: Double, _ high: Double) -> [Double] {
    (0...20_000).map { Double(Float(low + (high - low) * Double($0) / 20_000)) }
  }

  private func expectRelative(
    _ actual: [Double], _ expected: [Double], _ tolerance: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var worst = 0.0
    for (a, e) in zip(actual, expected) {
      let error = e == 0 ? abs(a) : abs(a - e) / abs(e)
      worst = error.isNaN ? .infinity : max(worst, error)
    }
    #expect(worst <= tolerance, sourceLocation: sourceLocation)
  }

  @Test func exponentialIsAccurate() {
    let x = points(-87, 88.2)
    expectRelative(apply(x, { exponential($0) }), x.map { exp($0) }, 2e-7)
  }

  @Test func exponentialOfExtremes() {
    let x = [0, -Double.infinity, -1e30, -100, 100, 1e30, .infinity]
    #expect(
      apply(x, { exponential($0) }) == [1, 0, 0, 0, .infinity, .infinity, .infinity])
    #expect(exponential(Vector(repeating: .nan))[0].isNaN)
    #expect(exponential(Vector(repeating: -.nan))[0].isNaN)
  }

  @Test func logarithmIsAccurate() {
    let x = points(1e-3, 50) + points(1e10, 1e30) + points(0.99, 1.01) + [1e-37]
    let actual = apply(x, { logarithm($0) })
    for (a, value) in zip(actual, x) where value != 1 {
      #expect(abs(a - log(value)) <= 2e-7 * max(abs(log(value)), 1e-30))
    }
    #expect(logarithm(Vector(repeating: 1))[0] == 0)
  }

  @Test func tanhAndSigmoidAreAccurate() {
    let x = points(-12, 12) + points(-1e-3, 1e-3)
    expectRelative(apply(x, { FlashShared.tanh($0) }), x.map { Foundation.tanh($0) }, 5e-7)
    expectRelative(apply(x, { sigmoid($0) }), x.map { 1 / (1 + exp(-$0)) }, 5e-7)
    let extremes = [-200, 200.0]
    #expect(apply(extremes, { FlashShared.tanh($0) }) == [-1, 1])
    // The smallest value is a subnormal number: exp ends below the largest float.
    let ends = apply(extremes, { sigmoid($0) })
    #expect(ends[0] >= 0 && ends[0] < 1e-38)
    #expect(ends[1] == 1)
  }

  @Test func normalDistributionIsAccurate() {
    let near = points(-4, 9)
    expectRelative(
      apply(near, { normalDistribution($0).cumulative }),
      near.map { erfc(-$0 / 2.0.squareRoot()) / 2 }, 1.5e-6)
    expectRelative(
      apply(near, { normalDistribution($0).density }),
      near.map { exp(-$0 * $0 / 2) / (2 * Double.pi).squareRoot() }, 5e-6)
  }

  @Test func reductions() {
    var v = Vector.zero
    for i in 0..<16 { v[i] = Float((i * 7) % 16) - 3 }
    #expect(sum(v) == 72)
    #expect(maximum(v) == 12)
    #expect(magnitude(-v) == v.replacing(with: -v, where: v .< Vector.zero))
    #expect(maximum(v, -v) == magnitude(v))
  }
}
