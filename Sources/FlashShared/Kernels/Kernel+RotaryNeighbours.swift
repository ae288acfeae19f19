extension Kernel {
  /// Rotates heads by their positions, in place: elements 2j and 2j + 1 of a head turn together
  /// ("interleaved").
  ///
  /// (z₁, z₂) becomes (z₁ cos − z₂ sin, z₂ cos + z₁ sin).
  ///
  /// - Parameters:
  ///   - rows: one row for each position, `rowStride` apart; heads lie one after the other.
  ///   - firstPosition: the position of the first row.
  ///   - cosines, sines: [positions, headWidth / 2], made by `rotaryTables`.
  ///   - inverse: rotate back, which is the gradient of the rotation.
  static func rotaryNeighbours(
    _ rows: Destination, rowStride: Int, rowCount: Int, heads: Int, headWidth: Int,
    firstPosition: Int, cosines: Source, sines: Source, inverse: Bool
  ) {
    let half = headWidth / 2
    let sign: Float = inverse ? -1 : 1
    for row in 0..<rowCount {
      let c = cosines + (firstPosition &+ row) &* half
      let s = sines + (firstPosition &+ row) &* half
      for head in 0..<heads {
        let x = rows + (row &* rowStride &+ head &* headWidth)
        var j = 0
        while j &+ 8 <= half {
          var pairs = load(x + 2 &* j)
          let cosine = UnsafeRawPointer(c + j).loadUnaligned(as: SIMD8<Float>.self)
          let sine = UnsafeRawPointer(s + j).loadUnaligned(as: SIMD8<Float>.self) * sign
          let (a, b) = (pairs.evenHalf, pairs.oddHalf)
          pairs.evenHalf = a * cosine - b * sine
          pairs.oddHalf = b * cosine + a * sine
          store(pairs, x + 2 &* j)
          j &+= 8
        }
        while j < half {
          let (a, b) = (x[2 &* j], x[2 &* j &+ 1])
          let sine = s[j] * sign
          x[2 &* j] = a * c[j] - b * sine
          x[2 &* j &+ 1] = b * c[j] + a * sine
          j &+= 1
        }
      }
    }
  }
}
