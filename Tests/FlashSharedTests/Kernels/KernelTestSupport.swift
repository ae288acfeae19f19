import Foundation
import Testing

@testable import FlashShared

/// Floats that end where readable memory ends, so that a kernel that reads or writes behind its
/// operands crashes, and whose start is preceded by a pattern that `values` checks.
///
/// The memory is never given back: nothing here has to think of lifetimes.
struct GuardedFloats {
  let pointer: UnsafeMutablePointer<Float>
  let count: Int
  private static let pattern: Float = -7.5e33
  private static let patternCount = 16

  init(_ values: [Float]) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let bytes = (values.count + Self.patternCount) * 4
    let usable = (bytes + page - 1) / page * page
    let flags = MAP_PRIVATE | MAP_ANONYMOUS
    let start = mmap(nil, usable + page, PROT_READ | PROT_WRITE, flags, -1, 0)!
    precondition(start != MAP_FAILED)
    precondition(mprotect(start + usable, page, PROT_NONE) == 0)
    pointer = (start + usable).assumingMemoryBound(to: Float.self) - values.count
    count = values.count
    for i in 1...Self.patternCount { pointer[-i] = Self.pattern }
    for (i, value) in values.enumerated() { pointer[i] = value }
  }

  /// Zeros.
  init(count: Int) { self.init([Float](repeating: 0, count: count)) }

  /// Normal numbers that depend on the seed alone.
  init(random count: Int, seed: UInt64, scale: Double = 1) {
    let stream = RandomStream(seed: seed, purpose: .evaluation)
    self.init((0..<count).map { Float(scale * stream.normal(at: UInt64($0))) })
  }

  /// What the memory holds now.
  var values: [Float] {
    for i in 1...Self.patternCount {
      #expect(pointer[-i] == Self.pattern, "a kernel wrote before its operand")
    }
    return Array(UnsafeBufferPointer(start: pointer, count: count))
  }

  var doubles: [Double] { values.map(Double.init) }
}

/// Requires every difference to be at most `tolerance` of the largest expected magnitude, or of
/// `scale` where that is larger: the size of the terms, where they nearly cancel.
func expectClose(
  _ actual: GuardedFloats, _ expected: [Double], tolerance: Double = 1e-5, scale: Double = 1e-30,
  _ what: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  let values = actual.doubles
  #expect(values.count == expected.count, sourceLocation: sourceLocation)
  let scale = max(expected.map(abs).max() ?? 0, scale)
  var worst = 0.0
  for (a, e) in zip(values, expected) {
    let difference = abs(a - e)
    worst = difference.isNaN ? .infinity : max(worst, difference)
  }
  #expect(
    worst <= tolerance * scale, "\(what): off by \(worst / scale) of the largest",
    sourceLocation: sourceLocation)
}

/// The gradient of a scalar function by central differences in float64.
func numericalGradient(at x: [Double], _ function: ([Double]) -> Double) -> [Double] {
  var point = x
  return x.indices.map { i in
    let h = 1e-5 * max(1, abs(x[i]))
    point[i] = x[i] + h
    let above = function(point)
    point[i] = x[i] - h
    let below = function(point)
    point[i] = x[i]
    return (above - below) / (2 * h)
  }
}

/// Σ a ⊙ b: with b an output's gradient, the scalar whose gradients the kernels compute.
func inner(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

/// Adds two arrays, for gradients that accumulate.
func plus(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map(+) }

/// Tails of every kind: below a vector, one more than one, several vectors and a part.
let oddWidths = [1, 3, 16, 17, 64, 100]
