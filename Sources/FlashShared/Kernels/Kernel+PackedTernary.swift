/// Ternary matrices at 1.6 bits a weight: a byte holds five weights of a row, and 3⁵ = 243 of its
/// values are used.
///
/// Words of four bytes hold twenty weights, the lowest byte the first five. The words of sixteen
/// rows lie side by side: [rows / 16, columns / 20, 16], so that a vector holds the same columns of
/// sixteen rows.
///
/// The five digits (0, 1, 2 for −s, 0, s, the first of them foremost) are a number n below 243. It is
/// stored as ⌈256·n/243⌉, the fraction n/243 in eight bits: multiplied by 3ᵏ, the first k digits are
/// what passes the eighth bit, and the bits below are the fraction of the others. No division is
/// needed.
extension Kernel {
  /// Rows whose words lie side by side.
  static let packedTernaryRows = 16
  /// Columns of a word.
  static let packedTernaryColumns = 20
  /// Columns of a byte.
  private static let columnsOfByte = 5

  /// The words that a packed matrix takes, without its scales.
  public static func packedTernaryWordCount(rows: Int, columns: Int) -> Int {
    packedTernaryBlocks(rows: rows) &* packedTernaryWidth(columns: columns) &* packedTernaryRows
  }

  /// The words of a row.
  static func packedTernaryWidth(columns: Int) -> Int {
    (columns &+ packedTernaryColumns &- 1) / packedTernaryColumns
  }

  /// The blocks of rows whose words lie side by side.
  static func packedTernaryBlocks(rows: Int) -> Int {
    (rows &+ packedTernaryRows &- 1) / packedTernaryRows
  }

  /// Packs a matrix whose numbers are −s, 0 or s with one s in each row, or one in all.
  ///
  /// - Parameters:
  ///   - weights: [rows, columns].
  ///   - words: `packedTernaryWordCount` of them.
  ///   - scales: receives s, [scaleCount]; 0 where all weights are 0.
  ///   - scaleCount: `rows`, or 1.
  public static func packTernary(
    _ weights: Source, _ words: UnsafeMutablePointer<UInt32>, scales: Destination,
    scaleCount: Int, rows: Int, columns: Int
  ) {
    let length = rows &* columns / scaleCount
    for index in 0..<scaleCount {
      var scale: Float = 0
      for place in index &* length..<(index &+ 1) &* length {
        scale = Swift.max(scale, abs(weights[place]))
      }
      scales[index] = scale
    }
    let width = packedTernaryWidth(columns: columns)
    for row in 0..<packedTernaryBlocks(rows: rows) &* packedTernaryRows {
      for index in 0..<width {
        var word: UInt32 = 0
        for byte in 0..<4 {
          let first = index &* packedTernaryColumns &+ byte &* columnsOfByte
          var number: UInt32 = 0
          for column in first..<first &+ columnsOfByte {
            let isInside = row < rows && column < columns
            let weight = isInside ? weights[row &* columns &+ column] : 0
            number = number &* 3 &+ (weight > 0 ? 2 : weight < 0 ? 0 : 1)
          }
          word |= packedTernaryCode(number) &<< (8 &* UInt32(byte))
        }
        words[packedTernaryPlace(row: row, word: index, width: width)] = word
      }
    }
  }

  /// The byte of a number below 243.
  private static func packedTernaryCode(_ number: UInt32) -> UInt32 {
    (number &* 256 &+ 242) / 243
  }

  /// Where a word of a row is.
  private static func packedTernaryPlace(row: Int, word: Int, width: Int) -> Int {
    (row / packedTernaryRows &* width &+ word) &* packedTernaryRows &+ row % packedTernaryRows
  }

  /// The place of the first byte that `packTernary` does not write; nil if there is none.
  static func firstInvalidTernaryByte(_ bytes: UnsafeRawBufferPointer) -> Int? {
    bytes.firstIndex { byte in
      packedTernaryCode((UInt32(byte) &* 243) &>> 8) != UInt32(byte)
    }
  }

  /// The numbers of a packed matrix, [rows, columns].
  public static func unpackTernary(
    _ words: UnsafePointer<UInt32>, scales: Source, scaleCount: Int, _ output: Destination,
    rows: Int, columns: Int
  ) {
    // For each byte its five digits as −1, 0, 1, and three zeros.
    let digits = ThreadMemory.borrow(256 &* 8)
    defer { ThreadMemory.giveBack() }
    for byte in 0..<256 {
      var fraction = byte
      for place in 0..<8 {
        fraction &*= 3
        digits[byte &* 8 &+ place] = place < columnsOfByte ? Float(fraction &>> 8) - 1 : 0
        fraction &= 255
      }
    }
    let width = packedTernaryWidth(columns: columns)
    for row in 0..<rows {
      let scale = SIMD8(repeating: scales[scaleCount == 1 ? 0 : row])
      let target = output + row &* columns
      for index in 0..<width {
        var word = words[packedTernaryPlace(row: row, word: index, width: width)]
        var column = index &* packedTernaryColumns
        for _ in 0..<4 where column < columns {
          let source = digits + Int(word & 255) &* 8
          let five = UnsafeRawPointer(source).loadUnaligned(as: SIMD8<Float>.self) * scale
          if column &+ 8 <= columns {
            UnsafeMutableRawPointer(target + column).storeBytes(of: five, as: SIMD8<Float>.self)
          } else {
            for k in 0..<Swift.min(columnsOfByte, columns &- column) {
              target[column &+ k] = five[k]
            }
          }
          word &>>= 8
          column &+= columnsOfByte
        }
      }
    }
  }
}
