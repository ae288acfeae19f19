extension Kernel {
  /// Attention of one new position against a cache, for decoding.
  ///
  /// - Parameters:
  ///   - query: [heads, headWidth].
  ///   - keys, values: position p of head h begins at p · positionStride + h · headStride. With
  ///     headStride = capacity · headWidth and positionStride = headWidth, each head is read in
  ///     one run. For a window, pass the address of its first position.
  ///   - output: [heads, headWidth].
  ///   - positions: how many positions the new one sees, itself included; at least 1.
  ///   - scratch: `positions` floats.
  public static func attentionStep(
    query: Source, keys: Source, values: Source, positionStride: Int, headStride: Int,
    output: Destination, positions: Int, heads: Int, headWidth: Int, scale: Float,
    scratch: Destination
  ) {
    for head in 0..<heads {
      dots(
        query + head &* headWidth, keys + head &* headStride, stride: positionStride, scratch,
        count: headWidth, rows: positions, accumulate: false)
      Kernel.scale(scratch, by: scale, scratch, count: positions)
      let total = exponentials(scratch, scratch, count: positions).total
      let inverse = 1 / total
      Kernel.scale(scratch, by: inverse, scratch, count: positions)
      vectorMatrix(
        scratch, values + head &* headStride, stride: positionStride, output + head &* headWidth,
        rows: positions, columns: headWidth, accumulate: false)
    }
  }
}
