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
    let spare = ThreadMemory.borrow(spareCount + panelDepth * panelWidth)
    defer { ThreadMemory.giveBack() }
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
    let memory = ThreadMemory.borrow(stripSpareCount + panelsCount)
    defer { ThreadMemory.giveBack() }
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
