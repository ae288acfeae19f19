import CProcessor

/// Products of a packed ternary matrix with one vector, for decoding.
///
/// With AVX-512, weights are not unpacked: the 27 sums that three columns can give, and the 9 of two,
/// are computed once for a vector, and each byte of the matrix is two places in such tables, which
/// an instruction looks up for sixteen rows. That is 0.55 cycles for sixteen weights on a Zen 5 core,
/// where a float32 matrix in main memory takes eight. Elsewhere the digits become floats one after
/// the other.
extension Kernel {
  /// y = M·x.
  ///
  /// - Parameters:
  ///   - scales: one for each row, or one for all.
  ///   - vector: x, [columns].
  ///   - output: y, [rows].
  public static func packedTernaryMatrixVector(
    _ words: UnsafePointer<UInt32>, scales: Source, scaleCount: Int, _ vector: Source,
    _ output: Destination, rows: Int, columns: Int
  ) {
    if hasWideRegisters {
      lookUpTernaryProduct(
        words, scales: scales, scaleCount: scaleCount, vector, output, rows: rows,
        columns: columns)
    } else {
      unpackTernaryProduct(
        words, scales: scales, scaleCount: scaleCount, vector, output, rows: rows,
        columns: columns)
    }
  }

  // MARK: By tables

  /// The product by looking sums up.
  static func lookUpTernaryProduct(
    _ words: UnsafePointer<UInt32>, scales: Source, scaleCount: Int, _ vector: Source,
    _ output: Destination, rows: Int, columns: Int
  ) {
    let width = packedTernaryWidth(columns: columns)
    let tables = ThreadMemory.borrow(width &* TernaryTables.count)
    defer { ThreadMemory.giveBack() }
    TernaryTables.fill(tables, vector, columns: columns, words: width)
    let blocks = packedTernaryBlocks(rows: rows)
    let length = width &* packedTernaryRows
    var block = 0
    while block &+ 4 <= blocks {
      let first = words + block &* length
      var s0 = Vector.zero
      var s1 = Vector.zero
      var s2 = Vector.zero
      var s3 = Vector.zero
      for index in 0..<width {
        let table = tables + index &* TernaryTables.count
        let line = first + index &* packedTernaryRows
        s0 = flashlm_add_ternary(s0, line, table)
        s1 = flashlm_add_ternary(s1, line + length, table)
        s2 = flashlm_add_ternary(s2, line + 2 &* length, table)
        s3 = flashlm_add_ternary(s3, line + 3 &* length, table)
      }
      let row = block &* packedTernaryRows
      scaleRows(s0, scales, scaleCount, output, first: row, rows: rows)
      scaleRows(s1, scales, scaleCount, output, first: row &+ 16, rows: rows)
      scaleRows(s2, scales, scaleCount, output, first: row &+ 32, rows: rows)
      scaleRows(s3, scales, scaleCount, output, first: row &+ 48, rows: rows)
      block &+= 4
    }
    while block < blocks {
      var s = Vector.zero
      for index in 0..<width {
        let line = words + (block &* length &+ index &* packedTernaryRows)
        s = flashlm_add_ternary(s, line, tables + index &* TernaryTables.count)
      }
      scaleRows(
        s, scales, scaleCount, output, first: block &* packedTernaryRows, rows: rows)
      block &+= 1
    }
  }

  /// Writes the sums of sixteen rows, or of what is left of them, times their scales.
  @inline(__always)
  private static func scaleRows(
    _ sums: Vector, _ scales: Source, _ scaleCount: Int, _ output: Destination, first: Int,
    rows: Int
  ) {
    let count = Swift.min(vectorWidth, rows &- first)
    let factors =
      scaleCount == 1 ? Vector(repeating: scales[0]) : load(scales + first, count: count)
    store(sums * factors, output + first, count: count)
  }

  // MARK: By digits

  /// The product with digits as floats.
  static func unpackTernaryProduct(
    _ words: UnsafePointer<UInt32>, scales: Source, scaleCount: Int, _ vector: Source,
    _ output: Destination, rows: Int, columns: Int
  ) {
    let width = packedTernaryWidth(columns: columns)
    let padded = ThreadMemory.borrow(width &* packedTernaryColumns)
    defer { ThreadMemory.giveBack() }
    padded.update(from: vector, count: columns)
    (padded + columns).update(repeating: 0, count: width &* packedTernaryColumns &- columns)
    for block in 0..<packedTernaryBlocks(rows: rows) {
      var even = Vector.zero
      var odd = Vector.zero
      for index in 0..<width {
        let line = words + (block &* width &+ index) &* packedTernaryRows
        let word = UnsafeRawPointer(line).loadUnaligned(as: SIMD16<UInt32>.self)
        let x = padded + index &* packedTernaryColumns
        for byte in 0..<4 {
          var digits = TernaryDigits(word, byte: UInt32(byte))
          let five = x + 5 &* byte
          even = multiplyAdd(digits.next(), Vector(repeating: five[0]), even)
          odd = multiplyAdd(digits.next(), Vector(repeating: five[1]), odd)
          even = multiplyAdd(digits.next(), Vector(repeating: five[2]), even)
          odd = multiplyAdd(digits.next(), Vector(repeating: five[3]), odd)
          even = multiplyAdd(digits.next(), Vector(repeating: five[4]), even)
        }
      }
      scaleRows(
        even + odd, scales, scaleCount, output, first: block &* packedTernaryRows, rows: rows)
    }
  }
}

/// What the columns of a word can add to a sum: for each of its four bytes the sums of the first
/// three columns by their digits (27 of 32 places), then those of the last two (9 of 16).
private enum TernaryTables {
  /// Floats of the tables of a byte.
  static let countOfByte = 48
  /// Floats of the tables of a word.
  static let count = 4 * countOfByte

  /// Digits of the places, less 1.
  private static func digits(_ place: (Int) -> Int) -> Vector {
    var vector = Vector.zero
    for lane in 0..<vectorWidth { vector[lane] = Float(place(lane) % 3 - 1) }
    return vector
  }

  static func fill(
    _ tables: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, columns: Int, words: Int
  ) {
    let lowNines = digits { $0 / 9 }
    let lowThrees = digits { $0 / 3 }
    let lowOnes = digits { $0 }
    let highNines = digits { ($0 + 16) / 9 }
    let highThrees = digits { ($0 + 16) / 3 }
    let highOnes = digits { $0 + 16 }
    for byte in 0..<4 &* words {
      let first = 5 &* byte
      @inline(__always) func column(_ k: Int) -> Vector {
        Vector(repeating: first &+ k < columns ? x[first &+ k] : 0)
      }
      let table = tables + byte &* countOfByte
      let (a, b, c) = (column(0), column(1), column(2))
      store(multiplyAdd(lowOnes, c, multiplyAdd(lowThrees, b, lowNines * a)), table)
      store(multiplyAdd(highOnes, c, multiplyAdd(highThrees, b, highNines * a)), table + 16)
      store(multiplyAdd(lowOnes, column(4), lowThrees * column(3)), table + 32)
    }
  }
}

/// The digits of one byte in each of sixteen words, one after the other.
private struct TernaryDigits {
  private var fraction: SIMD16<UInt32>

  @inline(__always)
  init(_ words: SIMD16<UInt32>, byte: UInt32) {
    fraction = (words &>> SIMD16(repeating: 8 &* byte)) & SIMD16(repeating: 255)
  }

  /// −1, 0 or 1 in each lane.
  @inline(__always)
  mutating func next() -> Vector {
    let tripled = fraction &+ fraction &+ fraction
    fraction = tripled & SIMD16(repeating: 255)
    // A whole number in the low bits of 2²³ is that number more than 2²³ as a float.
    let bits = (tripled &>> SIMD16(repeating: 8)) | SIMD16(repeating: 0x4B00_0000)
    return unsafeBitCast(bits, to: Vector.self) - 8_388_609
  }
}
