/// A plot in characters: a curve in Braille patterns, eight dots a character, and marks.
struct BraillePlot {
  /// Characters across and down.
  let width: Int
  let height: Int
  private var dots: [UInt8]
  private var marks: [Bool]

  init(width: Int, height: Int) {
    self.width = max(1, width)
    self.height = max(1, height)
    dots = [UInt8](repeating: 0, count: self.width * self.height)
    marks = [Bool](repeating: false, count: self.width * self.height)
  }

  /// Bits of a Braille pattern: [row of four][column of two].
  private static let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]

  /// The dot at a place; (0, 0) is the lower left corner, (1, 1) the upper right one.
  private func dot(_ x: Double, _ y: Double) -> (column: Int, row: Int) {
    func place(_ fraction: Double, _ count: Int) -> Int {
      Int((min(max(fraction, 0), 1) * Double(count - 1)).rounded())
    }
    return (place(x, 2 * width), 4 * height - 1 - place(y, 4 * height))
  }

  private mutating func set(_ column: Int, _ row: Int) {
    dots[row / 4 * width + column / 2] |= Self.bits[row % 4][column % 2]
  }

  /// Draws a curve through points of the unit square.
  mutating func draw(_ points: [(x: Double, y: Double)]) {
    guard let first = points.first else { return }
    var from = dot(first.x, first.y)
    set(from.column, from.row)
    for point in points.dropFirst() {
      let to = dot(point.x, point.y)
      let steps = max(abs(to.column - from.column), abs(to.row - from.row))
      for step in stride(from: 1, through: steps, by: 1) {
        let part = Double(step) / Double(steps)
        set(
          from.column + Int((Double(to.column - from.column) * part).rounded()),
          from.row + Int((Double(to.row - from.row) * part).rounded()))
      }
      from = to
    }
  }

  /// Marks a point of the unit square.
  mutating func mark(_ x: Double, _ y: Double) {
    let place = dot(x, y)
    marks[place.row / 4 * width + place.column / 2] = true
  }

  /// The characters of each line, the top one first; `isMark` where the mark stands.
  func rows() -> [[(character: Character, isMark: Bool)]] {
    (0..<height).map { row in
      (0..<width).map { column in
        let index = row * width + column
        if marks[index] { return ("●", true) }
        guard dots[index] != 0 else { return (" ", false) }
        return (Character(Unicode.Scalar(0x2800 + UInt32(dots[index])) ?? " "), false)
      }
    }
  }
}
