import CProcessor

/// Sixteen floats: one register with AVX-512, two with AVX2, four with NEON or SSE.
typealias Vector = SIMD16<Float>

/// The number of floats in a `Vector`.
@_transparent
var vectorWidth: Int { 16 }

/// `a * b + c`, rounded once where the hardware can.
@_transparent
func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
  flashlm_multiply_add(a, b, c)
}

// MARK: - Memory

/// Sixteen floats from memory that need not be aligned.
@_transparent
func load(_ source: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(source).loadUnaligned(as: Vector.self)
}

/// Writes sixteen floats to memory that need not be aligned.
@_transparent
func store(_ vector: Vector, _ destination: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(destination).storeBytes(of: vector, as: Vector.self)
}

/// The first `count` (at most 16) floats; the other lanes hold `padding`.
@_transparent
func load(_ source: UnsafePointer<Float>, count: Int, padding: Float = 0) -> Vector {
  count == vectorWidth ? load(source) : loadTail(source, count: count, padding: padding)
}

@inline(never)
private func loadTail(_ source: UnsafePointer<Float>, count: Int, padding: Float) -> Vector {
  var vector = Vector(repeating: padding)
  withUnsafeMutableBytes(of: &vector) {
    $0.baseAddress!.copyMemory(from: source, byteCount: count &* 4)
  }
  return vector
}

/// Writes the first `count` (at most 16) lanes.
@_transparent
func store(_ vector: Vector, _ destination: UnsafeMutablePointer<Float>, count: Int) {
  if count == vectorWidth {
    store(vector, destination)
  } else {
    storeTail(vector, destination, count: count)
  }
}

@inline(never)
private func storeTail(_ vector: Vector, _ destination: UnsafeMutablePointer<Float>, count: Int) {
  withUnsafeBytes(of: vector) {
    UnsafeMutableRawPointer(destination).copyMemory(from: $0.baseAddress!, byteCount: count &* 4)
  }
}

/// Writes two vectors one behind the other.
@_transparent
func store(_ first: Vector, _ second: Vector, _ destination: UnsafeMutablePointer<Float>) {
  store(first, destination)
  store(second, destination + vectorWidth)
}

/// Adds a vector to what is there.
@_transparent
func add(_ vector: Vector, _ destination: UnsafeMutablePointer<Float>) {
  store(load(destination) + vector, destination)
}

/// Adds two vectors to what is there, one behind the other.
@_transparent
func add(_ first: Vector, _ second: Vector, _ destination: UnsafeMutablePointer<Float>) {
  add(first, destination)
  add(second, destination + vectorWidth)
}

// MARK: - Comparison and reduction

/// All bits of the lanes whose sign is set, none of the others.
@_transparent
func signBits(_ a: Vector) -> SIMD16<Int32> { unsafeBitCast(a, to: SIMD16<Int32>.self) &>> 31 }

/// All bits of the lanes in which `a` is less than `b`, none of the others; unlike the sign of their
/// difference, right for infinities as well.
@_transparent
func isLess(_ a: Vector, _ b: Vector) -> SIMD16<Int32> { flashlm_less(a, b) }

/// The lanes of `a` where the sign is set, those of `b` elsewhere.
@_transparent
func select(_ a: Vector, _ b: Vector, where bits: SIMD16<Int32>) -> Vector {
  flashlm_select(bits, a, b)
}

/// The larger of each pair of lanes; that of `a`, if either is not a number.
@_transparent
func maximum(_ a: Vector, _ b: Vector) -> Vector { flashlm_larger(a, b) }

/// The smaller of each pair of lanes; that of `a`, if either is not a number.
@_transparent
func minimum(_ a: Vector, _ b: Vector) -> Vector { flashlm_smaller(a, b) }

/// Each lane without its sign.
@_transparent
func magnitude(_ a: Vector) -> Vector {
  unsafeBitCast(
    unsafeBitCast(a, to: SIMD16<UInt32>.self) & SIMD16(repeating: 0x7FFF_FFFF), to: Vector.self)
}

/// The sum of the lanes, halves first.
@_transparent
func sum(_ a: Vector) -> Float { flashlm_sum(a) }

/// The largest lane.
@_transparent
func maximum(_ a: Vector) -> Float { flashlm_largest(a) }

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
@_transparent
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
@_transparent
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
@_transparent
func sigmoid(_ x: Vector) -> Vector { 1 / (1 + exponential(-x)) }

/// The hyperbolic tangent with a relative error of about 3e-7, also near 0.
@_transparent
func tanh(_ x: Vector) -> Vector {
  let square = x * x
  var p = Vector(repeating: -5.704_987e-3)
  p = multiplyAdd(p, square, Vector(repeating: 2.063_908_7e-2))
  p = multiplyAdd(p, square, Vector(repeating: -5.373_971_5e-2))
  p = multiplyAdd(p, square, Vector(repeating: 0.133_314_42))
  p = multiplyAdd(p, square, Vector(repeating: -0.333_332_82))
  let near = multiplyAdd(x * square, p, x)
  let far = 1 - 2 / (1 + exponential(x + x))
  return select(near, far, where: signBits(magnitude(x) - 0.625))
}

/// The standard normal distribution: its cumulative function Φ and its density φ.
///
/// With t = 1 / (1 + 0.2316419 |x|), the tail beyond |x| is e^(−x²/2) times a polynomial in t (the
/// form of Hastings's approximations), which keeps its relative accuracy far out: 1e-7 near 0,
/// 1e-6 at −5.
@_transparent
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
  let cumulative = select(tail, 1 - tail, where: signBits(x))
  return (cumulative, bell * 0.398_942_3)
}

/// The square root of each lane.
@_transparent
func squareRoot(_ x: Vector) -> Vector { x.squareRoot() }
