extension Kernel {
  /// Calls `body` for each vector of `count` elements with the index of its first element and the
  /// number of its elements: 16, but for the last.
  ///
  /// The body is inlined twice. Where the number is 16, `load(_:count:)` and `store(_:_:count:)`
  /// become single instructions, so that one body serves whole vectors and the rest.
  @inline(__always)
  static func forEachBlock(count: Int, _ body: (_ first: Int, _ count: Int) -> Void) {
    var first = 0
    while first &+ vectorWidth <= count {
      body(first, vectorWidth)
      first &+= vectorWidth
    }
    if first < count { body(first, count &- first) }
  }
}
