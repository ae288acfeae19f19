/// Sixteen floats: one register with AVX-512, two with AVX2, four with NEON or SSE.
typealias Vector = SIMD16<Float>

/// The number of floats in a `Vector`.
let vectorWidth = 16

/// `a * b + c`, rounded once where the hardware can.
///
/// Without fused multiply-add in hardware, `addingProduct` calls the mathematics library lane by
/// lane, which is 40 times slower than a product and a sum; the portable build rounds twice.
@inline(__always)
func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
  #if FLASHLM_PORTABLE
    a * b + c
  #else
    c.addingProduct(a, b)
  #endif
}

// MARK: - Memory

/// Sixteen floats from memory that need not be aligned.
@inline(__always)
func load(_ source: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(source).loadUnaligned(as: Vector.self)
}

/// Writes sixteen floats to memory that need not be aligned.
@inline(__always)
func store(_ vector: Vector, _ destination: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(destination).storeBytes(of: vector, as: Vector.self)
}

/// The first `count` (at most 16) floats of a tail; the other lanes hold `padding`.
@inline(__always)
func load(_ source: UnsafePointer<Float>, count: Int, padding: Float = 0) -> Vector {
  var vector = Vector(repeating: padding)
  withUnsafeMutableBytes(of: &vector) {
    $0.baseAddress!.copyMemory(from: source, byteCount: count &* 4)
  }
  return vector
}

/// Writes the first `count` (at most 16) lanes.
@inline(__always)
func store(_ vector: Vector, _ destination: UnsafeMutablePointer<Float>, count: Int) {
  withUnsafeBytes(of: vector) {
    UnsafeMutableRawPointer(destination).copyMemory(from: $0.baseAddress!, byteCount: count &* 4)
  }
}

/// Writes two vectors one behind the other.
@inline(__always)
func store(_ first: Vector, _ second: Vector, _ destination: UnsafeMutablePointer<Float>) {
  store(first, destination)
  store(second, destination + vectorWidth)
}

/// Adds a vector to what is there.
@inline(__always)
func add(_ vector: Vector, _ destination: UnsafeMutablePointer<Float>) {
  store(load(destination) + vector, destination)
}

/// Adds two vectors to what is there, one behind the other.
@inline(__always)
func add(_ first: Vector, _ second: Vector, _ destination: UnsafeMutablePointer<Float>) {
  add(first, destination)
  add(second, destination + vectorWidth)
}

// MARK: - Comparison and reduction

/// The larger of each pair of lanes; a lane of `a` that is not a number stays.
@inline(__always)
func maximum(_ a: Vector, _ b: Vector) -> Vector { a.replacing(with: b, where: b .> a) }

/// The smaller of each pair of lanes; a lane of `a` that is not a number stays.
@inline(__always)
func minimum(_ a: Vector, _ b: Vector) -> Vector { a.replacing(with: b, where: b .< a) }

/// Each lane without its sign.
@inline(__always)
func magnitude(_ a: Vector) -> Vector {
  unsafeBitCast(
    unsafeBitCast(a, to: SIMD16<UInt32>.self) & SIMD16(repeating: 0x7FFF_FFFF), to: Vector.self)
}

/// The sum of the lanes, halves first.
@inline(__always)
func sum(_ a: Vector) -> Float {
  let eight = a.lowHalf + a.highHalf
  let four = eight.lowHalf + eight.highHalf
  let two = four.lowHalf + four.highHalf
  return two.x + two.y
}

/// The largest lane.
@inline(__always)
func maximum(_ a: Vector) -> Float {
  let eight = a.lowHalf.replacing(with: a.highHalf, where: a.highHalf .> a.lowHalf)
  let four = eight.lowHalf.replacing(with: eight.highHalf, where: eight.highHalf .> eight.lowHalf)
  return Swift.max(Swift.max(four.x, four.y), Swift.max(four.z, four.w))
}

// MARK: - Functions

/// Polynomials below are minimax fits (Lawson's algorithm in float64) made for this file.
private enum Constant {
  /// 1.5 · 2²³: adding it leaves the nearest whole number in the low bits of the sum.
  static let roundingShift: Float = 12_582_912
  static let binaryLogarithmOfE: Float = 1.442_695
  /// ln 2 in two parts; the first has so few bits that its product with an exponent is exact.
  static let logarithmOf2High: Float = 0.693_359_4
  static let logarithmOf2Low: Float = -2.121_944_4e-4
}

/// eˣ with a relative error of about 1e-7.
///
/// Exactly 0 below −87.7, infinity above 88.4; a NaN stays one. `exponential(0)` is exactly 1.
@inline(__always)
func exponential(_ x: Vector) -> Vector {
  let bounded = minimum(maximum(x, Vector(repeating: -88)), Vector(repeating: 88.5))
  let shift = Vector(repeating: Constant.roundingShift)
  let shifted = multiplyAdd(bounded, Vector(repeating: Constant.binaryLogarithmOfE), shift)
  let exponent = shifted - shift
  var r = multiplyAdd(exponent, Vector(repeating: -Constant.logarithmOf2High), bounded)
  r = multiplyAdd(exponent, Vector(repeating: -Constant.logarithmOf2Low), r)
  var p = Vector(repeating: 1.381_446_7e-3)
  p = multiplyAdd(p, r, Vector(repeating: 8.368_780_4e-3))
  p = multiplyAdd(p, r, Vector(repeating: 4.166_839_4e-2))
  p = multiplyAdd(p, r, Vector(repeating: 0.166_665_2))
  p = multiplyAdd(p, r, Vector(repeating: 0.499_999_93))
  p = multiplyAdd(p, r * r, r) + 1
  // The low bits of `shifted` are the exponent; at the bounds it makes 0 and infinity.
  let bits = unsafeBitCast(shifted, to: SIMD16<UInt32>.self) &+ SIMD16(repeating: 127)
  return p * unsafeBitCast(bits &<< 23, to: Vector.self)
}

/// ln x for positive normal numbers, with an error of about 1e-7 relative to max(|ln x|, |x − 1|).
@inline(__always)
func logarithm(_ x: Vector) -> Vector {
  // The mantissa is brought into √½ … √2, so that the logarithm of numbers near 1 keeps its bits.
  let bits = unsafeBitCast(x, to: SIMD16<Int32>.self)
  let rootBits = SIMD16<Int32>(repeating: 0x3F35_04F3)
  let exponent = (bits &- rootBits) &>> 23
  let f = unsafeBitCast(bits &- (exponent &<< 23), to: Vector.self) - 1
  // Whole numbers below 2²² become floats by placing them in the low bits of 1.5 · 2²³.
  let shift = Vector(repeating: Constant.roundingShift)
  let e =
    unsafeBitCast(unsafeBitCast(shift, to: SIMD16<Int32>.self) &+ exponent, to: Vector.self) - shift
  var p = Vector(repeating: 0.067_467_25)
  p = multiplyAdd(p, f, Vector(repeating: -0.116_757_83))
  p = multiplyAdd(p, f, Vector(repeating: 0.118_881_96))
  p = multiplyAdd(p, f, Vector(repeating: -0.124_055_71))
  p = multiplyAdd(p, f, Vector(repeating: 0.142_195_46))
  p = multiplyAdd(p, f, Vector(repeating: -0.166_679_97))
  p = multiplyAdd(p, f, Vector(repeating: 0.200_021_2))
  p = multiplyAdd(p, f, Vector(repeating: -0.250_000_1))
  p = multiplyAdd(p, f, Vector(repeating: 0.333_333_13))
  let square = f * f
  var tail = multiplyAdd(p * f, square, e * Constant.logarithmOf2Low)
  tail = multiplyAdd(square, Vector(repeating: -0.5), tail)
  return multiplyAdd(e, Vector(repeating: Constant.logarithmOf2High), f + tail)
}

/// 1 / (1 + e⁻ˣ).
@inline(__always)
func sigmoid(_ x: Vector) -> Vector { 1 / (1 + exponential(-x)) }

/// The hyperbolic tangent with a relative error of about 3e-7, also near 0.
@inline(__always)
func tanh(_ x: Vector) -> Vector {
  let square = x * x
  var p = Vector(repeating: -5.704_987e-3)
  p = multiplyAdd(p, square, Vector(repeating: 2.063_908_7e-2))
  p = multiplyAdd(p, square, Vector(repeating: -5.373_971_5e-2))
  p = multiplyAdd(p, square, Vector(repeating: 0.133_314_42))
  p = multiplyAdd(p, square, Vector(repeating: -0.333_332_82))
  let near = multiplyAdd(x * square, p, x)
  let far = 1 - 2 / (1 + exponential(x + x))
  return far.replacing(with: near, where: magnitude(x) .< Vector(repeating: 0.625))
}

/// The standard normal distribution: its cumulative function Φ and its density φ.
///
/// With t = 1 / (1 + 0.2316419 |x|), the tail beyond |x| is e^(−x²/2) times a polynomial in t (the
/// form of Hastings's approximations), which keeps its relative accuracy far out: 1e-7 near 0,
/// 1e-6 at −5.
@inline(__always)
func normalDistribution(_ x: Vector) -> (cumulative: Vector, density: Vector) {
  let distance = magnitude(x)
  let t = 1 / multiplyAdd(distance, Vector(repeating: 0.231_641_9), Vector(repeating: 1))
  let bell = exponential(x * x * -0.5)
  var p = Vector(repeating: -0.071_152_18)
  p = multiplyAdd(p, t, Vector(repeating: 0.250_824_68))
  p = multiplyAdd(p, t, Vector(repeating: -0.207_291_58))
  p = multiplyAdd(p, t, Vector(repeating: 0.230_695_38))
  p = multiplyAdd(p, t, Vector(repeating: 0.010_499_35))
  p = multiplyAdd(p, t, Vector(repeating: 0.103_642_29))
  p = multiplyAdd(p, t, Vector(repeating: 0.090_247_465))
  p = multiplyAdd(p, t, Vector(repeating: 0.092_534_65))
  let tail = p * t * bell
  let cumulative = tail.replacing(with: 1 - tail, where: x .> Vector.zero)
  return (cumulative, bell * 0.398_942_3)
}

/// The square root of each lane.
@inline(__always)
func squareRoot(_ x: Vector) -> Vector { x.squareRoot() }

// MARK: - Loops

extension Kernel {
  /// Calls `whole` for each full vector of `count` elements and `part` for what is left, with the
  /// index of the first element; `part` also gets the number of elements, 1 to 15.
  @inline(__always)
  static func forEachVector(count: Int, whole: (Int) -> Void, part: (Int, Int) -> Void) {
    var i = 0
    while i &+ vectorWidth <= count {
      whole(i)
      i &+= vectorWidth
    }
    if i < count { part(i, count &- i) }
  }

  /// `output[i] = function(input[i])`.
  @inline(__always)
  static func map(
    _ input: Source, _ output: Destination, count: Int, _ function: (Vector) -> Vector
  ) {
    forEachVector(count: count) { i in
      store(function(load(input + i)), output + i)
    } part: { i, n in
      store(function(load(input + i, count: n)), output + i, count: n)
    }
  }

  /// `output[i] = function(a[i], b[i])`.
  @inline(__always)
  static func map(
    _ a: Source, _ b: Source, _ output: Destination, count: Int,
    _ function: (Vector, Vector) -> Vector
  ) {
    forEachVector(count: count) { i in
      store(function(load(a + i), load(b + i)), output + i)
    } part: { i, n in
      store(function(load(a + i, count: n), load(b + i, count: n)), output + i, count: n)
    }
  }

  /// `output[i] = function(a[i], b[i])`, or `output[i] += function(a[i], b[i])`.
  @inline(__always)
  static func map(
    _ a: Source, _ b: Source, _ output: Destination, accumulate: Bool, count: Int,
    _ function: (Vector, Vector) -> Vector
  ) {
    if accumulate {
      forEachVector(count: count) { i in
        store(load(output + i) + function(load(a + i), load(b + i)), output + i)
      } part: { i, n in
        let addend = function(load(a + i, count: n), load(b + i, count: n))
        store(load(output + i, count: n) + addend, output + i, count: n)
      }
    } else {
      map(a, b, output, count: count, function)
    }
  }
}
