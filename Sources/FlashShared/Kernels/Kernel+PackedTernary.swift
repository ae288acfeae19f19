/// Ternary matrices at 1.6 bits a weight: five rows share a byte, of whose values 3⁵ = 243 are used.
///
/// A block of 64 bytes holds 20 rows by 16 columns, as 16 words of four bytes: word j is column j,
/// its lowest byte the first five rows, the first of them foremost. The five digits' number n is
/// stored as ⌈256·n/243⌉, the fraction n/243 in eight bits: multiplied by 3 again and again, the
/// digits are what passes the eighth bit, one row after the other, without a division.
extension Kernel {
  /// Rows of a block.
  private static let blockRows = 20
  /// Words of a block: columns.
  private static let blockColumns = 16

  /// The words that a packed matrix takes, without its scales.
  public static func packedTernaryWordCount(rows: Int, columns: Int) -> Int {
    packedBlocks(rows, blockRows) &* packedBlocks(columns, blockColumns) &* blockColumns
  }

  private static func packedBlocks(_ count: Int, _ size: Int) -> Int { (count &+ size &- 1) / size }

  /// Packs a matrix whose numbers are −s, 0 or s with one s in each row.
  ///
  /// - Parameters:
  ///   - weights: [rows, columns].
  ///   - words: `packedTernaryWordCount` of them.
  ///   - scales: [rows]: s; 0 for a row of zeros.
  public static func packTernary(
    _ weights: Source, _ words: UnsafeMutablePointer<UInt32>, scales: Destination, rows: Int,
    columns: Int
  ) {
    for row in 0..<rows {
      var scale: Float = 0
      for column in 0..<columns {
        scale = Swift.max(scale, abs(weights[row &* columns &+ column]))
      }
      scales[row] = scale
    }
    let width = packedBlocks(columns, blockColumns) &* blockColumns
    for group in 0..<packedBlocks(rows, blockRows) {
      for column in 0..<width {
        var word: UInt32 = 0
        for byte in 0..<4 {
          let first = group &* blockRows &+ 5 &* byte
          var number: UInt32 = 0
          for row in first..<first &+ 5 {
            let isInside = row < rows && column < columns
            let weight = isInside ? weights[row &* columns &+ column] : 0
            number = number &* 3 &+ (weight > 0 ? 2 : weight < 0 ? 0 : 1)
          }
          word |= ((number &* 256 &+ 242) / 243) &<< (8 &* UInt32(byte))
        }
        words[group &* width &+ column] = word
      }
    }
  }

  /// y = M·x for a packed matrix: for decoding, where it reads a twentieth of the memory.
  ///
  /// - Parameters:
  ///   - vector: x, [columns].
  ///   - output: y, [rows].
  public static func packedTernaryMatrixVector(
    _ words: UnsafePointer<UInt32>, scales: Source, _ vector: Source, _ output: Destination,
    rows: Int, columns: Int
  ) {
    let width = packedBlocks(columns, blockColumns) &* blockColumns
    for group in 0..<packedBlocks(rows, blockRows) {
      let line = words + group &* width
      var a = FiveSums()
      var b = FiveSums()
      var c = FiveSums()
      var d = FiveSums()
      forEachBlock(count: columns) { i, n in
        let x = load(vector + i, count: n)
        let word = UnsafeRawPointer(line + i).loadUnaligned(as: SIMD16<UInt32>.self)
        a.add(TernaryDigits(word, byte: 0), x)
        b.add(TernaryDigits(word, byte: 1), x)
        c.add(TernaryDigits(word, byte: 2), x)
        d.add(TernaryDigits(word, byte: 3), x)
      }
      let first = group &* blockRows
      let count = rows &- first
      a.write(output + first, scales + first, count: count)
      b.write(output + first + 5, scales + first + 5, count: count &- 5)
      c.write(output + first + 10, scales + first + 10, count: count &- 10)
      d.write(output + first + 15, scales + first + 15, count: count &- 15)
    }
  }

  /// The numbers of a packed matrix, [rows, columns].
  public static func unpackTernary(
    _ words: UnsafePointer<UInt32>, scales: Source, _ output: Destination, rows: Int, columns: Int
  ) {
    let width = packedBlocks(columns, blockColumns) &* blockColumns
    for five in 0..<packedBlocks(rows, 5) {
      let line = words + (five / 4) &* width
      forEachBlock(count: columns) { i, n in
        let word = UnsafeRawPointer(line + i).loadUnaligned(as: SIMD16<UInt32>.self)
        var digits = TernaryDigits(word, byte: UInt32(five % 4))
        for row in five &* 5..<Swift.min(rows, five &* 5 &+ 5) {
          store(digits.next() * scales[row], output + (row &* columns &+ i), count: n)
        }
      }
    }
  }
}

/// The digits of one byte in each of sixteen words, a row after the other.
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

/// The inner products of five rows.
private struct FiveSums {
  private var s0 = Vector.zero
  private var s1 = Vector.zero
  private var s2 = Vector.zero
  private var s3 = Vector.zero
  private var s4 = Vector.zero

  @inline(__always)
  init() {}

  @inline(__always)
  mutating func add(_ digits: TernaryDigits, _ x: Vector) {
    var digits = digits
    s0 = multiplyAdd(digits.next(), x, s0)
    s1 = multiplyAdd(digits.next(), x, s1)
    s2 = multiplyAdd(digits.next(), x, s2)
    s3 = multiplyAdd(digits.next(), x, s3)
    s4 = multiplyAdd(digits.next(), x, s4)
  }

  /// Writes at most `count` of them, scaled.
  @inline(__always)
  func write(
    _ output: UnsafeMutablePointer<Float>, _ scales: UnsafePointer<Float>, count: Int
  ) {
    if count > 0 { output[0] = scales[0] * sum(s0) }
    if count > 1 { output[1] = scales[1] * sum(s1) }
    if count > 2 { output[2] = scales[2] * sum(s2) }
    if count > 3 { output[3] = scales[3] * sum(s3) }
    if count > 4 { output[4] = scales[4] * sum(s4) }
  }
}
