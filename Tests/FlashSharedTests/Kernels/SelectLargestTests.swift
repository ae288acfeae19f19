import Testing

@testable import FlashShared

@Suite struct SelectLargestTests {
  private func selected(_ x: [Float], _ chosen: Int) -> (values: [Float], places: [Int]) {
    var values = [Float](repeating: .nan, count: chosen)
    var places = [Float](repeating: .nan, count: chosen)
    Kernel.selectLargest(
      x, rows: 1, width: x.count, chosen: chosen, values: &values, places: &places)
    return (values, places.map { Int($0) })
  }

  /// Rows that are lanes, and those that are left over, against each by itself.
  @Test(arguments: [(1, 1), (5, 5), (16, 3), (40, 8), (128, 8), (300, 20)])
  func rowsTogetherAgreeWithRowsAlone(_ shape: (count: Int, chosen: Int)) {
    let rows = 37
    let stream = RandomStream(seed: 4, purpose: .evaluation)
    let x = (0..<rows * shape.count).map { index -> Float in
      let number = Float(stream.uniform(at: UInt64(index))) - 0.5
      if index % 11 == 0 { return -.infinity }
      return index / shape.count % 3 == 0 ? (number * 4).rounded() : number
    }
    var values = [Float](repeating: .nan, count: rows * shape.chosen)
    var places = values
    Kernel.selectLargest(
      x, rows: rows, width: shape.count, chosen: shape.chosen, values: &values, places: &places)
    for row in 0..<rows {
      let alone = selected(
        Array(x[row * shape.count..<(row + 1) * shape.count]), shape.chosen)
      let range = row * shape.chosen..<(row + 1) * shape.chosen
      #expect(Array(values[range]) == alone.values)
      #expect(places[range].map { Int($0) } == alone.places)
    }
  }

  /// Against sorting; a third of the rows has many equal numbers.
  @Test(arguments: [(1, 1), (5, 5), (16, 3), (40, 8), (128, 8), (300, 20)])
  func agreesWithSorting(_ shape: (count: Int, chosen: Int)) {
    for row in 0..<30 as Range<UInt64> {
      let stream = RandomStream(seed: 3, purpose: .evaluation, row)
      let x = (0..<shape.count).map { index -> Float in
        let number = Float(stream.uniform(at: UInt64(index))) - 0.5
        return row % 3 == 0 ? (number * 4).rounded() : number
      }
      let expected = x.indices.sorted { (-x[$0], $0) < (-x[$1], $1) }.prefix(shape.chosen)
      let result = selected(x, shape.chosen)
      #expect(result.places == Array(expected))
      #expect(result.values == expected.map { x[$0] })
    }
  }

  @Test func fewNumbersAboveInfinity() {
    let result = selected([-.infinity, 2, -.infinity], 2)
    #expect(result.values == [2, -.infinity])
    #expect(result.places == [1, 0])
  }
}
