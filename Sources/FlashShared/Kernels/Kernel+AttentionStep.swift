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
      let q = query + head &* headWidth
      let k = keys + head &* headStride
      let v = values + head &* headStride
      let o = output + head &* headWidth
      for position in 0..<positions {
        scratch[position] = dot(q, k + position &* positionStride, count: headWidth) * scale
      }
      let total = exponentials(scratch, scratch, count: positions).total
      fill(o, 0, count: headWidth)
      for position in 0..<positions {
        axpy(scratch[position] / total, v + position &* positionStride, o, count: headWidth)
      }
    }
  }
}
