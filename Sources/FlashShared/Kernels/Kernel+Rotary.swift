import Foundation

extension Kernel {
  /// Fills the tables of rotary position embedding (Su et al., 2021).
  ///
  /// - Parameters:
  ///   - cosines, sines: [positions, headWidth / 2]: of p · base^(−2j / headWidth), in float64
  ///     before rounding.
  public static func rotaryTables(
    cosines: Destination, sines: Destination, positions: Int, headWidth: Int, base: Double = 10_000
  ) {
    let half = headWidth / 2
    for j in 0..<half {
      let frequency = pow(base, -2 * Double(j) / Double(headWidth))
      for position in 0..<positions {
        let angle = Double(position) * frequency
        cosines[position &* half &+ j] = Float(cos(angle))
        sines[position &* half &+ j] = Float(sin(angle))
      }
    }
  }

  /// Rotates heads by their positions, in place: element j of the first half of a head and element
  /// j of its second half turn together ("half split").
  ///
  /// (z₁, z₂) becomes (z₁ cos − z₂ sin, z₂ cos + z₁ sin).
  ///
  /// - Parameters:
  ///   - rows: one row for each position; heads lie one after the other from `headOffset` on.
  ///   - rowStride: the distance between rows.
  ///   - firstPosition: the position of the first row.
  ///   - cosines, sines: [positions, headWidth / 2], made by `rotaryTables`.
  ///   - inverse: rotate back, which is the gradient of the rotation.
  public static func rotary(
    _ rows: Destination, rowStride: Int, rowCount: Int, heads: Int, headWidth: Int,
    headOffset: Int = 0, firstPosition: Int, cosines: Source, sines: Source, inverse: Bool = false
  ) {
    let half = headWidth / 2
    let sign: Float = inverse ? -1 : 1
    for row in 0..<rowCount {
      let c = cosines + (firstPosition &+ row) &* half
      let s = sines + (firstPosition &+ row) &* half
      for head in 0..<heads {
        let first = rows + (row &* rowStride &+ headOffset &+ head &* headWidth)
        let second = first + half
        forEachVector(count: half) { i in
          let a = load(first + i)
          let b = load(second + i)
          let cosine = load(c + i)
          let sine = load(s + i) * sign
          store(a * cosine - b * sine, first + i)
          store(multiplyAdd(a, sine, b * cosine), second + i)
        } part: { i, n in
          let a = load(first + i, count: n)
          let b = load(second + i, count: n)
          let cosine = load(c + i, count: n)
          let sine = load(s + i, count: n) * sign
          store(a * cosine - b * sine, first + i, count: n)
          store(multiplyAdd(a, sine, b * cosine), second + i, count: n)
        }
      }
    }
  }

  /// As `rotary`, but neighbours turn together: elements 2j and 2j + 1 of a head.
  public static func rotaryOfNeighbours(
    _ rows: Destination, rowStride: Int, rowCount: Int, heads: Int, headWidth: Int,
    headOffset: Int = 0, firstPosition: Int, cosines: Source, sines: Source, inverse: Bool = false
  ) {
    let half = headWidth / 2
    let sign: Float = inverse ? -1 : 1
    for row in 0..<rowCount {
      let c = cosines + (firstPosition &+ row) &* half
      let s = sines + (firstPosition &+ row) &* half
      for head in 0..<heads {
        let x = rows + (row &* rowStride &+ headOffset &+ head &* headWidth)
        var j = 0
        while j &+ 8 <= half {
          let pairs = load(x + 2 &* j)
          let cosine = UnsafeRawPointer(c + j).loadUnaligned(as: SIMD8<Float>.self)
          let sine = UnsafeRawPointer(s + j).loadUnaligned(as: SIMD8<Float>.self) * sign
          let (even, odd) = (pairs.evenHalf, pairs.oddHalf)
          let first: SIMD8<Float> = even * cosine - odd * sine
          let second: SIMD8<Float> = even * sine + odd * cosine
          var turned = pairs
          turned.evenHalf = first
          turned.oddHalf = second
          store(turned, x + 2 &* j)
          j &+= 8
        }
        while j < half {
          let pair = x + 2 &* j
          let (even, odd) = (pair[0], pair[1])
          let sine = s[j] * sign
          pair[0] = even * c[j] - odd * sine
          pair[1] = even * sine + odd * c[j]
          j &+= 1
        }
      }
    }
  }
}
