import Foundation
import Testing

@testable import FlashShared

@Suite struct AdamWTests {
  @Test(arguments: oddWidths)
  func severalStepsAgreeWithTheFormula(count: Int) {
    let p = GuardedFloats(random: count, seed: 1)
    let m = GuardedFloats(count: count)
    let v = GuardedFloats(count: count)
    var (parameters, first, second) = (p.doubles, m.doubles, v.doubles)
    for step in 1...5 {
      let g = GuardedFloats(random: count, seed: UInt64(10 + step))
      Kernel.adamW(
        parameters: p.pointer, gradients: g.pointer, firstMoments: m.pointer,
        secondMoments: v.pointer, count: count, learningRate: 0.05, beta1: 0.9, beta2: 0.95,
        epsilon: 1e-8, weightDecay: 0.1, step: step, gradientScale: 0.25)
      for (i, gradient) in g.doubles.map({ $0 * 0.25 }).enumerated() {
        parameters[i] *= 1 - 0.05 * 0.1
        first[i] = 0.9 * first[i] + 0.1 * gradient
        second[i] = 0.95 * second[i] + 0.05 * gradient * gradient
        let corrected = first[i] / (1 - pow(0.9, Double(step)))
        let root = (second[i] / (1 - pow(0.95, Double(step)))).squareRoot()
        parameters[i] -= 0.05 * corrected / (root + 1e-8)
      }
      expectClose(p, parameters, tolerance: 1e-6, scale: 1)
      expectClose(m, first, tolerance: 1e-6, scale: 0.1)
      expectClose(v, second, tolerance: 1e-6)
    }
  }
}
