/// Matrix products.
///
/// With AVX-512 or AVX2, all of them run on register tiles over panels of the right-hand matrix
/// (`RegisterTile`, `multiplyPanels`), after Goto and van de Geijn, "Anatomy of high-performance
/// matrix multiplication" (2008). Elsewhere, and where the processor can do more than the build
/// asks of it, large products go to OpenBLAS: it chooses its code by the processor that it runs on,
/// while ours is fixed when it is built. `benchmarks/NOTES.md` compares the two.
extension Kernel {
  /// A general product: C = scale · op(A) · op(B), or C += that.
  ///
  /// - Parameters:
  ///   - a: op(A) is [rows, depth]; if `transposed`, A lies in memory as [depth, rows].
  ///   - b: op(B) is [depth, columns]; if `transposed`, B lies in memory as [columns, depth].
  ///   - c: [rows, columns].
  ///   - leadingDimension: the distance between the rows of each matrix as it lies in memory.
  public static func multiply(
    _ a: Source, transposed aTransposed: Bool, leadingDimension aStride: Int,
    _ b: Source, transposed bTransposed: Bool, leadingDimension bStride: Int,
    into c: Destination, leadingDimension cStride: Int,
    rows: Int, columns: Int, depth: Int, scale: Float = 1, accumulate: Bool = false
  ) {
    if prefersOpenBLAS(rows: rows, columns: columns, depth: depth) {
      multiplyWithOpenBLAS(
        a, transposed: aTransposed, leadingDimension: aStride, b, transposed: bTransposed,
        leadingDimension: bStride, into: c, leadingDimension: cStride, rows: rows,
        columns: columns, depth: depth, scale: scale, accumulate: accumulate)
    } else if aTransposed {
      multiplyTransposed(
        a, aStride, b, transposed: bTransposed, bStride, c, cStride, rows: rows, columns: columns,
        depth: depth, scale: scale, accumulate: accumulate)
    } else {
      multiplyRows(
        a, aStride, b, transposed: bTransposed, bStride, c, cStride, rows: rows, columns: columns,
        depth: depth, scale: scale, accumulate: accumulate)
    }
  }

  /// The product where A lies in memory as [rows, depth]: each panel of B is packed in turn and
  /// used for all rows.
  private static func multiplyRows(
    _ a: Source, _ aStride: Int, _ b: Source, transposed bTransposed: Bool, _ bStride: Int,
    _ c: Destination, _ cStride: Int, rows: Int, columns: Int, depth: Int, scale: Float,
    accumulate: Bool
  ) {
    let spare = ThreadMemory.floats(spareCount + panelDepth * panelWidth)
    let panel = spare + spareCount
    forEachSlice(columns: columns, depth: depth) { column, k, slice in
      let width = Swift.min(panelWidth, columns &- column)
      packSlice(
        b, transposed: bTransposed, bStride, column: column, columns: width, k: k, depth: slice,
        scale: scale, panel)
      let product = PanelProduct(
        rowStride: aStride, depthStride: 1, cStride: cStride, width: width, depth: slice,
        accumulate: accumulate || k > 0, spare: spare)
      product.run(a + k, panel, c + column, rows: rows)
    }
  }

  /// The product where A lies in memory as [depth, rows]. Walking down its columns touches a page
  /// a number, so strips of it are packed; and all of B's panels are packed before them.
  private static func multiplyTransposed(
    _ a: Source, _ aStride: Int, _ b: Source, transposed bTransposed: Bool, _ bStride: Int,
    _ c: Destination, _ cStride: Int, rows: Int, columns: Int, depth: Int, scale: Float,
    accumulate: Bool
  ) {
    let panelsCount = panelCount(depth: panelDepth, columns: columns)
    let memory = ThreadMemory.floats(stripSpareCount + panelsCount)
    let panels = memory + stripSpareCount
    forEachSlice(columns: 1, depth: depth) { _, k, slice in
      packSlice(
        b, transposed: bTransposed, bStride, column: 0, columns: columns, k: k, depth: slice,
        scale: scale, panels)
      multiplyStrips(
        panels, panelStride: slice &* panelWidth, c, stride: cStride, rows: rows,
        columns: columns, depth: slice, accumulate: accumulate || k > 0, spare: memory
      ) { row, count, strips in
        packStrips(
          transposed: a + (k &* aStride &+ row), stride: aStride, rows: count, depth: slice, strips)
      }
    }
  }

  /// `multiplyPanels` for an A in rows of which strips are packed: for narrow tiles, where A has to
  /// stay in the second-level cache while the panels pass, and where tiles that read numbers in
  /// their order depend less on what other programs do with the caches.
  static func multiplyPanelsByStrips(
    _ a: Source, rowStride: Int, _ panels: Source, panelStride: Int, _ c: Destination,
    stride cStride: Int, rows: Int, columns: Int, depth: Int, accumulate: Bool
  ) {
    let memory = ThreadMemory.floats(stripSpareCount)
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

  /// How many rows of A are in strips at a time: several strips, so that whole cache lines are used.
  private static let groupHeight = 96

  /// The floats that `multiplyStrips` needs beside its operands.
  private static var stripSpareCount: Int { spareCount + groupHeight * panelDepth }

  /// The product of A in strips with one slice of B in panels.
  ///
  /// - Parameter pack: packs some of A's rows, from the first on, into strips.
  @inline(__always)
  private static func multiplyStrips(
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
  private static func packStrips(
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

  /// Packs scale · B[k ..< k + depth, column ..< column + columns].
  @inline(__always)
  private static func packSlice(
    _ b: Source, transposed: Bool, _ stride: Int, column: Int, columns: Int, k: Int, depth: Int,
    scale factor: Float, _ panels: Destination
  ) {
    if transposed {
      packPanels(
        transposed: b + (column &* stride &+ k), stride: stride, depth: depth, columns: columns,
        panels)
    } else {
      packPanels(
        b + (k &* stride &+ column), stride: stride, depth: depth, columns: columns, panels)
    }
    if factor != 1 {
      scale(
        panels, by: factor, panels, count: panelCount(depth: depth, columns: columns))
    }
  }
}
