/// The arithmetic of the toolkit: loops over raw memory.
///
/// Every function here takes pointers and counts, allocates nothing, starts no thread, and knows
/// nothing of tensors or of the tape. Callers guarantee that the memory is there; the functions
/// read and write nothing outside the shapes that their comments state. Matrices are row-major
/// `Float`. Where an output is a gradient, `accumulate` means "add to what is there".
///
/// The same input gives the same bits on the same machine: sums run in a fixed order.
public enum Kernel {
  /// Memory that a kernel only reads.
  public typealias Source = UnsafePointer<Float>
  /// Memory that a kernel writes.
  public typealias Destination = UnsafeMutablePointer<Float>
}
