/// Which elements dropout keeps (Srivastava et al., 2014): a function of a random stream and the
/// element's index alone, so the gradient recomputes the mask and nothing is stored.
///
/// Each 64 bits of the stream decide four elements. Elements come in blocks of 32; element j of
/// block b has the bits at index 8b + (j mod 16) / 2 of the stream, of these the upper half if j
/// is odd, and of that half the upper 16 bits if j ≥ 16. (So sixteen neighbours are sixteen lanes
/// of a vector, without a shuffle.) An element is kept iff its 16 bits are not below the threshold.
public struct DropoutMask: Sendable, Equatable {
  /// Where the bits come from.
  public let stream: RandomStream
  /// The smallest 16 bits that are kept: the probability in units of 2⁻¹⁶.
  public let threshold: UInt32
  /// What kept elements are multiplied with: 1 / (the exact probability of being kept).
  public let scale: Float

  /// - Parameter probability: of dropping an element, 0 to 1, rounded to a multiple of 2⁻¹⁶.
  public init(stream: RandomStream, probability: Double) {
    self.stream = stream
    threshold = UInt32((min(max(probability, 0), 1) * 65_536).rounded())
    scale = threshold == 65_536 ? 0 : Float(65_536 / Double(65_536 - threshold))
  }

  /// What the element at an index is multiplied with: 0 or `scale`.
  @_transparent
  public func factor(at index: UInt64) -> Float {
    let lane = index & 15
    let word = stream.bits(at: (index >> 5) &* 8 &+ lane >> 1)
    let bits = (word >> ((lane & 1) &* 32 &+ (index & 16))) & 0xFFFF
    return bits < UInt64(threshold) ? 0 : scale
  }

  /// The factors of the 32 elements from `index`, a multiple of 32, on.
  @_transparent
  func factors(at index: UInt64) -> (Vector, Vector) {
    let increment = SIMD8<UInt64>(repeating: RandomStream.increment)
    let lanes = SIMD8<UInt64>(1, 2, 3, 4, 5, 6, 7, 8) &* increment
    let base = stream.key &+ (index >> 2) &* RandomStream.increment
    var z = SIMD8<UInt64>(repeating: base) &+ lanes
    z = (z ^ (z &>> 30)) &* SIMD8(repeating: 0xBF58_476D_1CE4_E5B9)
    z = (z ^ (z &>> 27)) &* SIMD8(repeating: 0x94D0_49BB_1331_11EB)
    z = z ^ (z &>> 31)
    let bits = unsafeBitCast(z, to: SIMD16<Int32>.self)
    // The sign of the difference tells whether the bits are below the threshold.
    let last = SIMD16<Int32>(repeating: Int32(truncatingIfNeeded: threshold) &- 1)
    let low = (last &- (bits & 0xFFFF)) &>> 31
    let high = (last &- ((bits &>> 16) & 0xFFFF)) &>> 31
    let kept = unsafeBitCast(Vector(repeating: scale), to: SIMD16<Int32>.self)
    return (
      unsafeBitCast(kept & low, to: Vector.self), unsafeBitCast(kept & high, to: Vector.self)
    )
  }
}

extension Kernel {
  /// Dropout: each element times the mask's factor. Also its own gradient, where `accumulate` may
  /// add to what is there. Input and output may be the same memory.
  ///
  /// - Parameter firstIndex: the mask's index of the first element; multiples of 32 are fast.
  public static func dropout(
    _ input: Source, _ output: Destination, mask: DropoutMask, firstIndex: UInt64 = 0,
    accumulate: Bool = false, count: Int
  ) {
    var i = 0
    let lead = Int((32 &- (firstIndex & 31)) & 31)
    while i < Swift.min(lead, count) {
      let value = input[i] * mask.factor(at: firstIndex &+ UInt64(i))
      output[i] = accumulate ? output[i] + value : value
      i &+= 1
    }
    while i &+ 32 <= count {
      let (low, high) = mask.factors(at: firstIndex &+ UInt64(truncatingIfNeeded: i))
      let first = load(input + i) * low
      let second = load(input + i + 16) * high
      store(accumulate ? load(output + i) + first : first, output + i)
      store(accumulate ? load(output + i + 16) + second : second, output + i + 16)
      i &+= 32
    }
    while i < count {
      let value = input[i] * mask.factor(at: firstIndex &+ UInt64(i))
      output[i] = accumulate ? output[i] + value : value
      i &+= 1
    }
  }
}
