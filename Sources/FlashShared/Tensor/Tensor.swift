/// A value in a graph: a handle with a shape. Its numbers live in the graph's arena while the graph
/// runs.
///
/// Most tensors are [batch, time, width]; kernels see them as `rows` × `width`.
public struct Tensor: Sendable, Equatable {
  let index: Int
  /// The extents, outermost first.
  public let shape: [Int]

  /// The innermost extent.
  public var width: Int { shape.last ?? 1 }
  /// The product of all extents but the innermost.
  public var rows: Int { shape.dropLast().reduce(1, *) }
  /// How many numbers there are.
  public var count: Int { shape.reduce(1, *) }
}
