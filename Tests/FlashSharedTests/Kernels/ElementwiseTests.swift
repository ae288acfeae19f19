import Testing

@testable import FlashShared

@Suite struct ElementwiseTests {
  @Test(arguments: oddWidths)
  func sumsAndProducts(count: Int) {
    let a = GuardedFloats(random: count, seed: 1)
    let b = GuardedFloats(random: count, seed: 2)
    let y = GuardedFloats(count: count)
    Kernel.add(a.pointer, b.pointer, y.pointer, count: count)
    expectClose(y, plus(a.doubles, b.doubles), tolerance: 1e-6)
    let products = zip(a.doubles, b.doubles).map(*)
    Kernel.multiply(a.pointer, b.pointer, y.pointer, count: count)
    expectClose(y, products, tolerance: 1e-6)
    Kernel.multiply(a.pointer, b.pointer, y.pointer, accumulate: true, count: count)
    expectClose(y, products.map { 2 * $0 }, tolerance: 1e-6)
    Kernel.scale(a.pointer, by: -3, y.pointer, count: count)
    expectClose(y, a.doubles.map { -3 * $0 }, tolerance: 1e-6)
    Kernel.axpy(2, b.pointer, y.pointer, count: count)
    expectClose(y, zip(a.doubles, b.doubles).map { -3 * $0 + 2 * $1 }, tolerance: 1e-6)
    Kernel.copy(a.pointer, y.pointer, count: count)
    #expect(y.values == a.values)
    Kernel.fill(y.pointer, 4.5, count: count)
    #expect(y.values == [Float](repeating: 4.5, count: count))
  }

  @Test func sumOfSquaresDoesNotDrift() {
    // A running float32 sum of this many equal terms would stop growing at 2²⁴.
    let count = 20_000_003
    let x = UnsafeMutablePointer<Float>.allocate(capacity: count)
    defer { x.deallocate() }
    Kernel.fill(x, 1, count: count)
    #expect(Kernel.sumOfSquares(x, count: count) == Double(count))
    #expect(Kernel.sumOfSquares(x, count: 0) == 0)
  }

  @Test(arguments: oddWidths)
  func interpolation(count: Int) {
    let gate = GuardedFloats(random: count, seed: 1)
    let a = GuardedFloats(random: count, seed: 2)
    let b = GuardedFloats(random: count, seed: 3)
    let y = GuardedFloats(count: count)
    func oracle(_ g: [Double], _ a: [Double], _ b: [Double]) -> [Double] {
      g.indices.map { g[$0] * a[$0] + (1 - g[$0]) * b[$0] }
    }
    Kernel.interpolate(gate: gate.pointer, a.pointer, b.pointer, y.pointer, count: count)
    expectClose(y, oracle(gate.doubles, a.doubles, b.doubles), tolerance: 1e-6)
    let dy = GuardedFloats(random: count, seed: 4)
    let d = dy.doubles
    for accumulate in [false, true] {
      let dg = GuardedFloats(random: count, seed: 5)
      let da = GuardedFloats(random: count, seed: 6)
      let db = GuardedFloats(random: count, seed: 7)
      let before = [dg, da, db].map { accumulate ? $0.doubles : $0.doubles.map { _ in 0 } }
      Kernel.interpolateGradient(
        dy.pointer, gate: gate.pointer, a.pointer, b.pointer, gateGradient: dg.pointer,
        aGradient: da.pointer, bGradient: db.pointer, accumulate: accumulate, count: count)
      let byGate = numericalGradient(at: gate.doubles) {
        inner(oracle($0, a.doubles, b.doubles), d)
      }
      let byA = numericalGradient(at: a.doubles) { inner(oracle(gate.doubles, $0, b.doubles), d) }
      let byB = numericalGradient(at: b.doubles) { inner(oracle(gate.doubles, a.doubles, $0), d) }
      expectClose(dg, plus(byGate, before[0]))
      expectClose(da, plus(byA, before[1]))
      expectClose(db, plus(byB, before[2]))
    }
  }

  @Test func buffersAreSummedInTheirOrder() {
    let count = 5000
    let buffers = (0..<3).map { GuardedFloats(random: count, seed: UInt64($0)) }
    let columns = buffers.map(\.values)
    let expected = (0..<count).map { (columns[0][$0] + columns[1][$0]) + columns[2][$0] }
    buffers.map(\.pointer).withUnsafeBufferPointer { Kernel.sumIntoFirst($0, count: count) }
    #expect(buffers[0].values == expected)
    #expect(buffers[1].values == columns[1])
  }
}
