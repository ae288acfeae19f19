/// Loops over vectors, tails included.
///
/// What they are given is best a local function marked `@_transparent`, which is always inlined. A
/// closure is where it is not too large; if it is not, the call for each vector costs 1 ns an
/// element where the arithmetic costs 0.2.
extension Kernel {
  /// Calls `body` for each vector of `count` elements with the index of its first element and the
  /// number of its elements: 16, but for the last.
  ///
  /// The body is inlined twice. Where the number is 16, `load(_:count:)` and `store(_:_:count:)`
  /// become single instructions, so that one body serves whole vectors and the rest.
  @_transparent
  static func forEachBlock(count: Int, _ body: (_ first: Int, _ count: Int) -> Void) {
    var first = 0
    while first &+ vectorWidth <= count {
      body(first, vectorWidth)
      first &+= vectorWidth
    }
    if first < count { body(first, count &- first) }
  }

  /// The same with sums that the body changes. (A local function that captured them would check for
  /// exclusive access at each vector.)
  @_transparent
  static func forEachBlock<Sums>(
    count: Int, _ sums: inout Sums, _ body: (inout Sums, _ first: Int, _ count: Int) -> Void
  ) {
    var first = 0
    while first &+ vectorWidth <= count {
      body(&sums, first, vectorWidth)
      first &+= vectorWidth
    }
    if first < count { body(&sums, first, count &- first) }
  }

  /// `output[i] = function(input[i])`.
  @_transparent
  static func map(
    _ input: Source, _ output: Destination, count: Int, _ function: (Vector) -> Vector
  ) {
    var i = 0
    while i &+ vectorWidth <= count {
      store(function(load(input + i)), output + i)
      i &+= vectorWidth
    }
    if i < count {
      let n = count &- i
      store(function(load(input + i, count: n)), output + i, count: n)
    }
  }

  /// `output[i] = function(a[i], b[i])`, or `output[i] += function(a[i], b[i])`.
  @_transparent
  static func map(
    _ a: Source, _ b: Source, _ output: Destination, accumulate: Bool = false, count: Int,
    _ function: (Vector, Vector) -> Vector
  ) {
    var i = 0
    while i &+ vectorWidth <= count {
      var result = function(load(a + i), load(b + i))
      if accumulate { result += load(output + i) }
      store(result, output + i)
      i &+= vectorWidth
    }
    if i < count {
      let n = count &- i
      var result = function(load(a + i, count: n), load(b + i, count: n))
      if accumulate { result += load(output + i, count: n) }
      store(result, output + i, count: n)
    }
  }
}
