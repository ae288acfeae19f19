import CProcessor

/// Products with a matrix that lies in panels: `panelWidth` neighbouring columns, one row after
/// the other, padded with zeros. A register tile reads a panel from its start to its end.
///
/// Element (k, j) of B [depth, columns] lies at
/// (j / panelWidth) · depth · panelWidth + k · panelWidth + j mod panelWidth.
extension Kernel {
  /// Whether 32 registers of 16 floats are there. A constant: what it excludes is not compiled.
  @inline(__always)
  static var hasWideRegisters: Bool { FLASHLM_VECTOR_BYTES == 64 }

  /// Columns of a panel.
  @inline(__always)
  static var panelWidth: Int { hasWideRegisters ? 32 : 16 }

  /// The floats that B [depth, columns] takes in panels.
  static func panelCount(depth: Int, columns: Int) -> Int {
    (columns + panelWidth - 1) / panelWidth * panelWidth * depth
  }

  /// How much of the depth is walked at once: 32 KiB of a wide panel, 24 of a narrow one, most of a
  /// first-level cache.
  @inline(__always)
  static var panelDepth: Int { hasWideRegisters ? 256 : 384 }

  // MARK: Packing

  /// Packs B [depth, columns] that lies in rows, `stride` apart.
  static func packPanels(
    _ b: Source, stride: Int, depth: Int, columns: Int, _ panels: Destination
  ) {
    var column = 0
    var panel = panels
    while column < columns {
      let width = Swift.min(panelWidth, columns &- column)
      let source = b + column
      if width == panelWidth {
        for k in 0..<depth {
          for part in 0..<panelWidth / vectorWidth {
            let j = part &* vectorWidth
            store(load(source + (k &* stride &+ j)), panel + (k &* panelWidth &+ j))
          }
        }
      } else {
        for k in 0..<depth {
          fill(panel + k &* panelWidth, 0, count: panelWidth)
          copy(source + k &* stride, panel + k &* panelWidth, count: width)
        }
      }
      panel += depth &* panelWidth
      column &+= panelWidth
    }
  }

  /// Packs B [depth, columns] of which the transpose lies in rows, `stride` apart.
  static func packPanels(
    transposed b: Source, stride: Int, depth: Int, columns: Int, _ panels: Destination
  ) {
    var column = 0
    var panel = panels
    while column < columns {
      let width = Swift.min(panelWidth, columns &- column)
      let source = b + column &* stride
      var k = 0
      if width == panelWidth {
        while k &+ 16 <= depth {
          for part in 0..<panelWidth / vectorWidth {
            let j = part &* vectorWidth
            flashlm_transpose(
              source + (j &* stride &+ k), stride, panel + (k &* panelWidth &+ j), panelWidth)
          }
          k &+= 16
        }
      }
      while k < depth {
        for j in 0..<width { panel[k &* panelWidth &+ j] = source[j &* stride &+ k] }
        for j in width..<panelWidth { panel[k &* panelWidth &+ j] = 0 }
        k &+= 1
      }
      panel += depth &* panelWidth
      column &+= panelWidth
    }
  }

  // MARK: Products

  /// C = A · B, or C += A · B, for B in panels.
  ///
  /// - Parameters:
  ///   - a: element (i, k) at i · rowStride + k · depthStride.
  ///   - panels: the panel of the first columns, at the first row of B that takes part.
  ///   - panelStride: the distance between panels: their whole depth · `panelWidth`.
  ///   - c: [rows, columns], rows `cStride` apart.
  ///   - spare: `spareCount` floats.
  static func multiplyPanels(
    _ a: Source, rowStride: Int, depthStride: Int, _ panels: Source, panelStride: Int,
    _ c: Destination, stride cStride: Int, rows: Int, columns: Int, depth: Int, accumulate: Bool,
    spare: Destination
  ) {
    forEachSlice(columns: columns, depth: depth) { column, k, slice in
      let product = PanelProduct(
        rowStride: rowStride, depthStride: depthStride, cStride: cStride,
        width: Swift.min(panelWidth, columns &- column), depth: slice,
        accumulate: accumulate || k > 0, spare: spare)
      let panel = panels + (column / panelWidth &* panelStride &+ k &* panelWidth)
      product.run(a + k &* depthStride, panel, c + column, rows: rows)
    }
  }

  /// The floats that a product needs beside its operands: one tile.
  static var spareCount: Int { 12 * panelWidth }

  /// Calls `body` for every panel and every slice of its depth with the first column, the first
  /// row and the number of rows. Slices are nearly equal, and at most `panelDepth` deep; a product
  /// without depth has one empty slice.
  @inline(__always)
  static func forEachSlice(columns: Int, depth: Int, _ body: (Int, Int, Int) -> Void) {
    let slices = Swift.max(1, (depth &+ panelDepth &- 1) / panelDepth)
    let slice = (depth &+ slices &- 1) / slices
    var column = 0
    while column < columns {
      for index in 0..<slices {
        let k = index &* slice
        body(column, k, Swift.min(slice, depth &- k))
      }
      column &+= panelWidth
    }
  }
}

/// The product of any number of rows with a slice of one panel.
struct PanelProduct {
  var rowStride: Int
  var depthStride: Int
  var cStride: Int
  /// Columns that are there; the panel's others are padding.
  var width: Int
  var depth: Int
  var accumulate: Bool
  var spare: UnsafeMutablePointer<Float>

  @inline(__always)
  func run(
    _ a: UnsafePointer<Float>, _ panel: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
    rows: Int
  ) {
    var row = 0
    while row < rows {
      let height = Self.tileHeight(rows: rows &- row)
      runTile(a + row &* rowStride, panel, c + row &* cStride, height: height)
      row &+= height
    }
  }

  /// The same for an A in strips: [depth, height] for each tile, one after the other.
  ///
  /// - Parameter next: the slice of a panel that will be read next.
  @inline(__always)
  func run(
    strips: UnsafePointer<Float>, _ panel: UnsafePointer<Float>, next: UnsafePointer<Float>,
    _ c: UnsafeMutablePointer<Float>, rows: Int
  ) {
    var product = self
    var row = 0
    // Each tile asks for its share of the next slice, a line at a time.
    let linesPerRow = depth &* Kernel.panelWidth / 16 / rows &+ 1
    var line = next
    while row < rows {
      let height = Self.tileHeight(rows: rows &- row)
      if Self.fetchesAhead {
        for _ in 0..<linesPerRow &* height {
          flashlm_prefetch(line)
          line += 16
        }
      }
      product.depthStride = height
      product.runTile(strips + row &* depth, panel, c + row &* cStride, height: height)
      row &+= height
    }
  }

  /// The height of the tallest tile.
  @inline(__always)
  static var tallHeight: Int { Kernel.hasWideRegisters ? 12 : 6 }

  /// The height of the next tile where so many rows are left.
  @inline(__always)
  static func tileHeight(rows: Int) -> Int {
    // Two tiles of four follow the last of six where two rows would be left.
    let isTall = rows >= tallHeight && (Kernel.hasWideRegisters || rows != 8)
    return isTall ? tallHeight : rows >= 4 ? 4 : 1
  }

  /// Whether panels and places of the result are asked for ahead. With narrow tiles, which use each
  /// number of a panel half as often, that is worth 4 to 5 %.
  @inline(__always)
  private static var fetchesAhead: Bool { !Kernel.hasWideRegisters }

  @inline(__always)
  func runTile(
    _ a: UnsafePointer<Float>, _ panel: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
    height: Int
  ) {
    if Kernel.hasWideRegisters {
      switch height {
      case 12: run(WideTile12.self, a, panel, c)
      case 4: run(WideTile4.self, a, panel, c)
      default: run(WideTile1.self, a, panel, c)
      }
    } else {
      switch height {
      case 6: run(NarrowTile6.self, a, panel, c)
      case 4: run(NarrowTile4.self, a, panel, c)
      default: run(NarrowTile1.self, a, panel, c)
      }
    }
  }

  @inline(__always)
  private func run<Tile: RegisterTile>(
    _: Tile.Type, _ a: UnsafePointer<Float>, _ panel: UnsafePointer<Float>,
    _ c: UnsafeMutablePointer<Float>
  ) {
    if accumulate || Self.fetchesAhead {
      // By the time the products are summed, what they are added to has come from memory.
      for row in 0..<Tile.rows {
        flashlm_prefetch_for_writing(c + row &* cStride)
        flashlm_prefetch_for_writing(c + (row &* cStride &+ width &- 1))
      }
    }
    var tile = Tile()
    var a = a
    var b = panel
    for _ in 0..<depth {
      tile.add(a, stride: rowStride, b)
      a += depthStride
      b += Kernel.panelWidth
    }
    if width == Kernel.panelWidth {
      if accumulate { tile.addTo(c, stride: cStride) } else { tile.store(c, stride: cStride) }
      return
    }
    tile.store(spare, stride: Kernel.panelWidth)
    for row in 0..<Tile.rows {
      let source = spare + row &* Kernel.panelWidth
      let target = c + row &* cStride
      for j in 0..<width { target[j] = accumulate ? target[j] + source[j] : source[j] }
    }
  }
}
