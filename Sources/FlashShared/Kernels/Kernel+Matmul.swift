/// Matrix products.
///
/// With AVX-512, all of them run on register tiles over panels of the right-hand matrix
/// (`RegisterTile`, `multiplyPanels`), after Goto and van de Geijn, "Anatomy of high-performance
/// matrix multiplication" (2008). Elsewhere large products go to OpenBLAS: it chooses its code by
/// the processor that it runs on, while ours is fixed when it is built. `benchmarks/NOTES.md`
/// compares the two.
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
  /// a number, so strips of it are packed, each as tall as a tile, and several at a time, so that
  /// whole cache lines are used; and all of B's panels are packed before them.
  private static func multiplyTransposed(
    _ a: Source, _ aStride: Int, _ b: Source, transposed bTransposed: Bool, _ bStride: Int,
    _ c: Destination, _ cStride: Int, rows: Int, columns: Int, depth: Int, scale: Float,
    accumulate: Bool
  ) {
    let groupHeight = 96
    let panelsCount = panelCount(depth: panelDepth, columns: columns)
    let spare = ThreadMemory.floats(spareCount + groupHeight * panelDepth + panelsCount)
    let strips = spare + spareCount
    let panels = strips + groupHeight * panelDepth
    forEachSlice(columns: 1, depth: depth) { _, k, slice in
      packSlice(
        b, transposed: bTransposed, bStride, column: 0, columns: columns, k: k, depth: slice,
        scale: scale, panels)
      var group = 0
      while group < rows {
        let count = Swift.min(groupHeight, rows &- group)
        packStrips(
          a + (k &* aStride &+ group), stride: aStride, rows: count, depth: slice, strips)
        var column = 0
        while column < columns {
          let product = PanelProduct(
            rowStride: 1, depthStride: 0, cStride: cStride,
            width: Swift.min(panelWidth, columns &- column), depth: slice,
            accumulate: accumulate || k > 0, spare: spare)
          product.run(
            strips: strips, panels + column &* slice, c + (group &* cStride &+ column),
            rows: count)
          column &+= panelWidth
        }
        group &+= groupHeight
      }
    }
  }

  /// Packs the transpose of A [depth, rows] into strips as tall as the tiles that read them: each
  /// strip is [depth, height].
  private static func packStrips(
    _ a: Source, stride: Int, rows: Int, depth: Int, _ strips: Destination
  ) {
    // Tall strips come first; a loop of their own costs half of one that asks for each height.
    let tall = PanelProduct.tileHeight(rows: rows) == 12 ? rows / 12 : 0
    for d in 0..<depth {
      var source = a + d &* stride
      var tallStrip = strips + d &* 12
      for _ in 0..<tall {
        let x = UnsafeRawPointer(source)
        let y = UnsafeMutableRawPointer(tallStrip)
        y.storeBytes(of: x.loadUnaligned(as: SIMD8<Float>.self), as: SIMD8<Float>.self)
        y.storeBytes(
          of: x.loadUnaligned(fromByteOffset: 32, as: SIMD4<Float>.self), toByteOffset: 32,
          as: SIMD4<Float>.self)
        source += 12
        tallStrip += 12 &* depth
      }
      var row = 12 &* tall
      while row < rows {
        let height = PanelProduct.tileHeight(rows: rows &- row)
        let strip = strips + (row &* depth &+ d &* height)
        for i in 0..<height { strip[i] = source[i] }
        source += height
        row &+= height
      }
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
