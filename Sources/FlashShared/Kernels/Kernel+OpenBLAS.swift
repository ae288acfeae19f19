import COpenBLAS
import CProcessor

extension Kernel {
  /// Workers are the only threads there are, so OpenBLAS computes on the thread that calls it.
  private static let openBLASIsSingleThreaded: Void = openblas_set_num_threads(1)

  /// Whether OpenBLAS is the better choice for large products: where its code, which it chooses by
  /// the processor that it runs on, has wider registers than ours, which is fixed when it is built,
  /// and for builds without 32-byte registers and fused multiply-add.
  @inline(__always)
  static var prefersOpenBLAS: Bool { !hasWideRegisters && openBLASIsFaster }

  private static let openBLASIsFaster =
    FLASHLM_VECTOR_BYTES < 32 || FLASHLM_FUSES == 0 || flashlm_has_wider_registers() != 0

  /// Whether OpenBLAS is the better choice for a product; for small ones the call costs too much.
  @inline(__always)
  static func prefersOpenBLAS(rows: Int, columns: Int, depth: Int) -> Bool {
    prefersOpenBLAS && rows &* columns &* depth > 32_768
  }

  /// `multiply` through OpenBLAS.
  static func multiplyWithOpenBLAS(
    _ a: Source, transposed aTransposed: Bool, leadingDimension aStride: Int,
    _ b: Source, transposed bTransposed: Bool, leadingDimension bStride: Int,
    into c: Destination, leadingDimension cStride: Int,
    rows: Int, columns: Int, depth: Int, scale: Float = 1, accumulate: Bool = false
  ) {
    _ = openBLASIsSingleThreaded
    cblas_sgemm(
      CblasRowMajor, aTransposed ? CblasTrans : CblasNoTrans,
      bTransposed ? CblasTrans : CblasNoTrans, blasint(rows), blasint(columns), blasint(depth),
      scale, a, blasint(aStride), b, blasint(bStride), accumulate ? 1 : 0, c, blasint(cStride))
  }
}
