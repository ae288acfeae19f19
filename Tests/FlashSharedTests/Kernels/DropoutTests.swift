import Testing

@testable import FlashShared

@Suite struct DropoutTests {
  private let stream = RandomStream(seed: 5, purpose: .dropout, 1, 2)

  @Test(arguments: [0, 1, 31, 32, 45, 1 << 40])
  func kernelAgreesWithTheScalarDefinition(firstIndex: UInt64) {
    let mask = DropoutMask(stream: stream, probability: 0.3)
    for count in [1, 3, 17, 31, 32, 33, 100, 257] {
      let x = GuardedFloats(random: count, seed: 1)
      let factors = (0..<count).map { mask.factor(at: firstIndex + UInt64($0)) }
      let y = GuardedFloats(random: count, seed: 2)
      let before = y.values
      Kernel.dropout(x.pointer, y.pointer, mask: mask, firstIndex: firstIndex, count: count)
      let expected = zip(x.values, factors).map(*)
      #expect(y.values == expected)
      let sum = GuardedFloats(before)
      Kernel.dropout(
        x.pointer, sum.pointer, mask: mask, firstIndex: firstIndex, accumulate: true, count: count)
      expectClose(sum, zip(before, expected).map { Double($0 + $1) }, tolerance: 1e-6)
      Kernel.dropout(x.pointer, x.pointer, mask: mask, firstIndex: firstIndex, count: count)
      #expect(x.values == expected)
    }
  }

  @Test func shareOfKeptElementsAndTheirScale() {
    let mask = DropoutMask(stream: stream, probability: 0.1)
    let count = 1 << 20
    let factors = (0..<UInt64(count)).map { mask.factor(at: $0) }
    let kept = factors.filter { $0 != 0 }
    let exact = 1 - 6554.0 / 65536
    #expect(abs(Double(kept.count) / Double(count) - exact) < 0.0012)
    #expect(kept.allSatisfy { $0 == Float(1 / exact) })
    // Neighbours in every distance that the packing of bits could tie together are independent.
    for distance in [1, 2, 16, 32] {
      let both = (0..<count - distance).count { factors[$0] != 0 && factors[$0 + distance] != 0 }
      #expect(abs(Double(both) / Double(count) - exact * exact) < 0.0016)
    }
  }

  @Test func nothingAndEverythingCanBeDropped() {
    let none = DropoutMask(stream: stream, probability: 0)
    let all = DropoutMask(stream: stream, probability: 1)
    let x = GuardedFloats(random: 64, seed: 1)
    let y = GuardedFloats(count: 64)
    Kernel.dropout(x.pointer, y.pointer, mask: none, count: 64)
    #expect(y.values == x.values)
    Kernel.dropout(x.pointer, y.pointer, mask: all, count: 64)
    #expect(y.values.allSatisfy { $0 == 0 })
  }
}
