import Foundation
import Testing

@testable import FlashShared

@Suite struct ActivationTests {
  private typealias Forward = (Kernel.Source, Kernel.Destination, Int) -> Void
  private typealias Backward =
    (Kernel.Source, Kernel.Source, Kernel.Destination, Bool, Int) -> Void

  private func normal(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }
  private func silu(_ x: Double) -> Double { x / (1 + exp(-x)) }

  private func check(
    _ forward: Forward, _ backward: Backward, ofOutput: Bool, oracle: (Double) -> Double
  ) {
    for count in oddWidths {
      let x = GuardedFloats(random: count, seed: 1, scale: 2)
      let y = GuardedFloats(count: count)
      forward(x.pointer, y.pointer, count)
      expectClose(y, x.doubles.map(oracle), tolerance: 1e-6)
      let dy = GuardedFloats(random: count, seed: 2)
      let slopes = zip(x.doubles, dy.doubles).map { value, d in
        let h = 1e-5
        return d * (oracle(value + h) - oracle(value - h)) / (2 * h)
      }
      for accumulate in [false, true] {
        let dx = GuardedFloats(random: count, seed: 3)
        let before = dx.doubles
        backward(dy.pointer, ofOutput ? y.pointer : x.pointer, dx.pointer, accumulate, count)
        expectClose(
          dx, accumulate ? plus(slopes, before) : slopes, scale: dy.doubles.map(abs).max()!)
      }
    }
  }

  @Test func sigmoid() {
    check(
      { Kernel.sigmoid($0, $1, count: $2) },
      { Kernel.sigmoidGradient($0, output: $1, $2, accumulate: $3, count: $4) }, ofOutput: true,
      oracle: { 1 / (1 + exp(-$0)) })
  }

  @Test func tanh() {
    check(
      { Kernel.tanh($0, $1, count: $2) },
      { Kernel.tanhGradient($0, output: $1, $2, accumulate: $3, count: $4) }, ofOutput: true,
      oracle: { Foundation.tanh($0) })
  }

  @Test func silu() {
    check(
      { Kernel.silu($0, $1, count: $2) },
      { Kernel.siluGradient($0, input: $1, $2, accumulate: $3, count: $4) }, ofOutput: false,
      oracle: { silu($0) })
  }

  @Test func reluSquared() {
    check(
      { Kernel.reluSquared($0, $1, count: $2) },
      { Kernel.reluSquaredGradient($0, input: $1, $2, accumulate: $3, count: $4) }, ofOutput: false,
      oracle: { max($0, 0) * max($0, 0) })
  }

  @Test func gelu() {
    check(
      { Kernel.gelu($0, $1, count: $2) },
      { Kernel.geluGradient($0, input: $1, $2, accumulate: $3, count: $4) }, ofOutput: false,
      oracle: { $0 * normal($0) })
  }

  @Test(arguments: oddWidths)
  func gatedGELU(width: Int) {
    let rows = 3
    func oracle(_ x: [Double]) -> [Double] {
      (0..<rows * width).map { i in
        let gate = x[i / width * 2 * width + i % width]
        return gate * normal(gate) * x[i / width * 2 * width + width + i % width]
      }
    }
    let x = GuardedFloats(random: rows * 2 * width, seed: 1)
    let y = GuardedFloats(count: rows * width)
    Kernel.gatedGELU(x.pointer, y.pointer, rows: rows, width: width)
    expectClose(y, oracle(x.doubles), tolerance: 1e-6)
    let dy = GuardedFloats(random: rows * width, seed: 2)
    let dx = GuardedFloats(random: rows * 2 * width, seed: 3)
    Kernel.gatedGELUGradient(dy.pointer, x.pointer, dx.pointer, rows: rows, width: width)
    let d = dy.doubles
    expectClose(dx, numericalGradient(at: x.doubles) { inner(oracle($0), d) })
  }

  @Test(arguments: oddWidths)
  func swiGLU(width: Int) {
    let rows = 3
    let inputStride = 2 * width
    func oracle(_ x: [Double]) -> [Double] {
      (0..<rows * width).map { i in
        let start = i / width * inputStride + i % width
        return silu(x[start]) * x[start + width]
      }
    }
    let x = GuardedFloats(random: rows * inputStride, seed: 1)
    let y = GuardedFloats(count: rows * width)
    Kernel.swiGLU(
      gate: x.pointer, up: x.pointer + width, inputStride: inputStride, y.pointer, rows: rows,
      width: width)
    expectClose(y, oracle(x.doubles), tolerance: 1e-6)
    let dy = GuardedFloats(random: rows * width, seed: 2)
    let dx = GuardedFloats(random: rows * inputStride, seed: 3)
    Kernel.swiGLUGradient(
      dy.pointer, gate: x.pointer, up: x.pointer + width, inputStride: inputStride,
      gateGradient: dx.pointer, upGradient: dx.pointer + width, gradientStride: inputStride,
      rows: rows, width: width)
    let d = dy.doubles
    expectClose(dx, numericalGradient(at: x.doubles) { inner(oracle($0), d) })
  }
}
