/// The cosines and sines of rotary positions (Su et al., arXiv:2104.09864): pair j of a head's
/// channels is rotated by the angle position · base^(−2j/headWidth).
///
/// The table covers positions from 0 and grows when a later one is asked for.
public final class RotaryTable: Sendable {
  /// Which channels are rotated together.
  public enum Pairing: Sendable {
    /// Channel j of the first half with channel j of the second.
    case halves
    /// Channel 2j with channel 2j + 1.
    case neighbours
  }

  /// Channels of a head, an even number.
  public let headWidth: Int
  /// The base of the frequencies.
  public let base: Double
  /// Which channels are rotated together.
  public let pairing: Pairing
  private let tables: Locked<(length: Int, numbers: FloatBuffer)>

  /// A table for heads of an even width.
  public init(headWidth: Int, base: Double = 10_000, pairing: Pairing = .halves) {
    precondition(headWidth % 2 == 0, "an odd width has no halves")
    self.headWidth = headWidth
    self.base = base
    self.pairing = pairing
    tables = Locked((0, FloatBuffer(count: 0)))
  }

  /// Rotates all heads of rows in place, or back.
  ///
  /// - Parameters:
  ///   - rows: the first row.
  ///   - rowStride: numbers from one row to the next.
  ///   - headOffset: where the first head begins in a row.
  ///   - firstPosition: the position of the first row.
  ///   - inverse: rotate by the negative angle, which is the gradient.
  func rotate(
    _ rows: UnsafeMutablePointer<Float>, rowStride: Int, rowCount: Int, heads: Int,
    headOffset: Int, firstPosition: Int, inverse: Bool
  ) {
    let numbers = table(covering: firstPosition + rowCount)
    let length = numbers.count / headWidth
    let cosines = numbers.pointer
    let sines = numbers.pointer + length * headWidth / 2
    switch pairing {
    case .halves:
      Kernel.rotary(
        rows, rowStride: rowStride, rowCount: rowCount, heads: heads, headWidth: headWidth,
        headOffset: headOffset, firstPosition: firstPosition, cosines: cosines, sines: sines,
        inverse: inverse)
    case .neighbours:
      Kernel.rotaryNeighbours(
        rows + headOffset, rowStride: rowStride, rowCount: rowCount, heads: heads,
        headWidth: headWidth, firstPosition: firstPosition, cosines: cosines, sines: sines,
        inverse: inverse)
    }
  }

  /// The table, at least `length` positions long.
  private func table(covering length: Int) -> FloatBuffer {
    tables.withLock { table in
      if table.length < length {
        let newLength = max(256, length * 2)
        let numbers = FloatBuffer(count: newLength * headWidth)
        Kernel.rotaryTables(
          cosines: numbers.pointer, sines: numbers.pointer + newLength * headWidth / 2,
          positions: newLength, headWidth: headWidth, base: base)
        table = (newLength, numbers)
      }
      return table.numbers
    }
  }
}
