import CProcessor

/// The largest numbers of rows, as a choice among many asks for them.
extension Kernel {
  /// The largest numbers of each row, in descending order, and where they are; of equal numbers the
  /// first ones.
  ///
  /// Sixteen rows at a time are the lanes of vectors: a number is compared with all that are chosen
  /// so far, and takes its place without a branch. At 8 of 128 numbers a row costs 0.1 µs, and 0.5
  /// by itself, where each of some thirty branches is a surprise.
  ///
  /// - Parameters:
  ///   - x: [rows, width].
  ///   - chosen: how many numbers of a row are chosen, at most `width`.
  ///   - values, places: [rows, chosen]; a place is a whole number.
  static func selectLargest(
    _ x: Source, rows: Int, width: Int, chosen: Int, values: Destination, places: Destination
  ) {
    let columns = ThreadMemory.borrow((width &+ 2 &* chosen) &* vectorWidth)
    defer { ThreadMemory.giveBack() }
    let bestValues = columns + width &* vectorWidth
    let bestPlaces = bestValues + chosen &* vectorWidth
    var row = 0
    while row &+ vectorWidth <= rows {
      transposeLanes(x + row &* width, width: width, columns)
      selectLargestOfLanes(
        columns, count: width, chosen: chosen, values: bestValues, places: bestPlaces)
      let first = row &* chosen
      transpose(bestValues, values + first, rows: chosen, columns: vectorWidth)
      transpose(bestPlaces, places + first, rows: chosen, columns: vectorWidth)
      row &+= vectorWidth
    }
    while row < rows {
      selectLargest(
        x + row &* width, count: width, chosen: chosen, values: values + row &* chosen,
        places: places + row &* chosen)
      row &+= 1
    }
  }

  /// Sixteen rows [16, width] as columns [width, 16].
  private static func transposeLanes(_ x: Source, width: Int, _ columns: Destination) {
    var column = 0
    while column &+ vectorWidth <= width {
      flashlm_transpose(x + column, width, columns + column &* vectorWidth, vectorWidth)
      column &+= vectorWidth
    }
    while column < width {
      for lane in 0..<vectorWidth {
        columns[column &* vectorWidth &+ lane] = x[lane &* width &+ column]
      }
      column &+= 1
    }
  }

  /// The largest numbers of each lane.
  ///
  /// - Parameters:
  ///   - x: [count, 16].
  ///   - values, places: [chosen, 16].
  private static func selectLargestOfLanes(
    _ x: Source, count: Int, chosen: Int, values: Destination, places: Destination
  ) {
    fill(values, -.infinity, count: chosen &* vectorWidth)
    fill(places, 0, count: chosen &* vectorWidth)
    for index in 0..<count {
      let number = load(x + index &* vectorWidth)
      let place = Vector(repeating: Float(index))
      // From the smallest up: what is below the number moves down by one, the number comes after
      // what is not.
      var offset = (chosen &- 1) &* vectorWidth
      var value = load(values + offset)
      var isBelow = isLess(value, number)
      while offset > 0 {
        let above = load(values + offset - vectorWidth)
        let isAboveBelow = isLess(above, number)
        store(maximum(value, minimum(above, number)), values + offset)
        let inserted = select(
          load(places + offset - vectorWidth), place, where: isAboveBelow)
        store(select(inserted, load(places + offset), where: isBelow), places + offset)
        value = above
        isBelow = isAboveBelow
        offset &-= vectorWidth
      }
      store(maximum(value, number), values)
      store(select(place, load(places), where: isBelow), places)
    }
  }

  /// The largest numbers of one row.
  private static func selectLargest(
    _ x: Source, count: Int, chosen: Int, values: Destination, places: Destination
  ) {
    fill(values, -.infinity, count: chosen)
    fill(places, 0, count: chosen)
    forEachBlock(count: count) { first, n in
      // Most blocks hold nothing larger than the smallest of those chosen so far.
      let block = load(x + first, count: n, padding: -.infinity)
      guard maximum(block) > values[chosen &- 1] else { return }
      for index in first..<first &+ n where x[index] > values[chosen &- 1] {
        var place = chosen &- 1
        while place > 0, values[place &- 1] < x[index] {
          values[place] = values[place &- 1]
          places[place] = places[place &- 1]
          place &-= 1
        }
        values[place] = x[index]
        places[place] = Float(index)
      }
    }
  }
}
