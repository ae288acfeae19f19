/// Products whose left-hand matrix lies in strips: the rows of one register tile, [depth, height], one
/// strip after the other. A tile reads its strip from its start to its end.
extension Kernel {
  /// `multiplyPanels` for an A in rows of which strips are packed: for narrow tiles, where A has to
  /// stay in the second-level cache while the panels pass, and where tiles that read numbers in
  /// their order depend less on what other programs do with the caches.
  static func multiplyPanelsByStrips(
    _ a: Source, rowStride: Int, _ panels: Source, panelStride: Int, _ c: Destination,
    stride cStride: Int, rows: Int, columns: Int, depth: Int, accumulate: Bool
  ) {
    let memory = ThreadMemory.borrow(stripSpareCount)
    defer { ThreadMemory.giveBack() }
    forEachSlice(columns: 1, depth: depth) { _, k, slice in
      multiplyStrips(
        panels + k &* panelWidth, panelStride: panelStride, c, stride: cStride, rows: rows,
        columns: columns, depth: slice, accumulate: accumulate || k > 0, spare: memory
      ) { row, count, strips in
        packStrips(
          a + (row &* rowStride &+ k), stride: rowStride, rows: count, depth: slice, strips)
      }
    }
  }

  /// How many rows of A are in strips at a time: several strips, so that whole cache lines are used,
  /// and so few that they stay in a second-level cache.
  private static let groupHeight = 96

  /// The floats that `multiplyStrips` needs beside its operands.
  static var stripSpareCount: Int { spareCount + groupHeight * panelDepth }

  /// The product of A in strips with one slice of B in panels.
  ///
  /// - Parameter pack: packs some of A's rows, from the first on, into strips.
  @inline(__always)
  static func multiplyStrips(
    _ panels: Source, panelStride: Int, _ c: Destination, stride cStride: Int, rows: Int,
    columns: Int, depth: Int, accumulate: Bool, spare: Destination,
    pack: (_ row: Int, _ count: Int, _ strips: Destination) -> Void
  ) {
    let strips = spare + spareCount
    var row = 0
    while row < rows {
      let count = Swift.min(groupHeight, rows &- row)
      pack(row, count, strips)
      var panel = panels
      var column = 0
      while column < columns {
        let product = PanelProduct(
          rowStride: 1, depthStride: 0, cStride: cStride,
          width: Swift.min(panelWidth, columns &- column), depth: depth, accumulate: accumulate,
          spare: spare)
        let next = column &+ panelWidth < columns ? panel + panelStride : panels
        product.run(strips: strips, panel, next: next, c + (row &* cStride &+ column), rows: count)
        panel = next
        column &+= panelWidth
      }
      row &+= count
    }
  }

  /// Packs A [rows, depth] into strips as tall as the tiles that read them: each strip is
  /// [depth, height].
  private static func packStrips(
    _ a: Source, stride: Int, rows: Int, depth: Int, _ strips: Destination
  ) {
    var row = 0
    while row < rows {
      let height = PanelProduct.tileHeight(rows: rows &- row)
      let source = a + row &* stride
      let strip = strips + row &* depth
      // A constant height: its loop is unrolled.
      if height == PanelProduct.tallHeight {
        for d in 0..<depth {
          for i in 0..<PanelProduct.tallHeight {
            strip[d &* PanelProduct.tallHeight &+ i] = source[i &* stride &+ d]
          }
        }
      } else {
        for d in 0..<depth {
          for i in 0..<height { strip[d &* height &+ i] = source[i &* stride &+ d] }
        }
      }
      row &+= height
    }
  }

  /// Packs the transpose of A [depth, rows] into strips.
  static func packStrips(
    transposed a: Source, stride: Int, rows: Int, depth: Int, _ strips: Destination
  ) {
    // Tall strips come first; a loop of their own costs half of one that asks for each height.
    let tallHeight = PanelProduct.tallHeight
    var tall = 0
    while PanelProduct.tileHeight(rows: rows &- tall &* tallHeight) == tallHeight { tall &+= 1 }
    for d in 0..<depth {
      var source = a + d &* stride
      var tallStrip = strips + d &* tallHeight
      for _ in 0..<tall {
        copyTall(source, tallStrip)
        source += tallHeight
        tallStrip += tallHeight &* depth
      }
      var row = tall &* tallHeight
      while row < rows {
        let height = PanelProduct.tileHeight(rows: rows &- row)
        let strip = strips + (row &* depth &+ d &* height)
        for i in 0..<height { strip[i] = source[i] }
        source += height
        row &+= height
      }
    }
  }

  /// Copies one row of a strip as tall as the tallest tile.
  @inline(__always)
  private static func copyTall(_ source: Source, _ target: Destination) {
    let x = UnsafeRawPointer(source)
    let y = UnsafeMutableRawPointer(target)
    if hasWideRegisters {
      y.storeBytes(of: x.loadUnaligned(as: SIMD8<Float>.self), as: SIMD8<Float>.self)
      y.storeBytes(
        of: x.loadUnaligned(fromByteOffset: 32, as: SIMD4<Float>.self), toByteOffset: 32,
        as: SIMD4<Float>.self)
    } else {
      y.storeBytes(of: x.loadUnaligned(as: SIMD4<Float>.self), as: SIMD4<Float>.self)
      y.storeBytes(
        of: x.loadUnaligned(fromByteOffset: 16, as: SIMD2<Float>.self), toByteOffset: 16,
        as: SIMD2<Float>.self)
    }
  }
}
