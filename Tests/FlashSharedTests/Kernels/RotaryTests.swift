import Foundation
import Testing

@testable import FlashShared

@Suite struct RotaryTests {
  @Test(arguments: [2, 6, 32, 64, 100])
  func rotationAndItsInverse(headWidth: Int) {
    let heads = 3
    let rows = 5
    let firstPosition = 7
    let headOffset = 4
    let rowStride = headOffset + heads * headWidth + 3
    let half = headWidth / 2
    let positions = firstPosition + rows
    let cosines = GuardedFloats(count: positions * half)
    let sines = GuardedFloats(count: positions * half)
    Kernel.rotaryTables(
      cosines: cosines.pointer, sines: sines.pointer, positions: positions, headWidth: headWidth)
    let z = GuardedFloats(random: rows * rowStride, seed: 1)
    let before = z.doubles
    var expected = before
    for row in 0..<rows {
      for head in 0..<heads {
        for j in 0..<half {
          let frequency = pow(10_000, -2 * Double(j) / Double(headWidth))
          let angle = Double(firstPosition + row) * frequency
          let first = row * rowStride + headOffset + head * headWidth + j
          let (a, b) = (before[first], before[first + half])
          expected[first] = a * cos(angle) - b * sin(angle)
          expected[first + half] = b * cos(angle) + a * sin(angle)
        }
      }
    }
    func rotate(inverse: Bool) {
      Kernel.rotary(
        z.pointer, rowStride: rowStride, rowCount: rows, heads: heads, headWidth: headWidth,
        headOffset: headOffset, firstPosition: firstPosition, cosines: cosines.pointer,
        sines: sines.pointer, inverse: inverse)
    }
    rotate(inverse: false)
    expectClose(z, expected, tolerance: 1e-6)
    rotate(inverse: true)
    expectClose(z, before, tolerance: 1e-6)
  }
}
