import COpenBLAS
import FlashShared

/// The products of linear layers side by side with OpenBLAS, each in turn with its peer.
///
/// Ours have the weight packed, as a training step does once for all its products; OpenBLAS packs
/// for itself in every call.
func measureProducts() {
  openblas_set_num_threads(1)
  let shapes = [
    (512, 256, 768), (512, 256, 4096), (512, 512, 256), (1024, 256, 256), (1024, 384, 1536),
    (1024, 1536, 384),
  ]
  let peer = "OpenBLAS (\(String(cString: openblas_get_corename())))"
  for (rows, input, output) in shapes {
    let x = operand(rows * input)
    let w = operand(input * output)
    let y = operand(rows * output)
    let packed = operand(PackedWeight.count(inputWidth: input, outputWidth: output))
    let weight = PackedWeight(memory: packed, inputWidth: input, outputWidth: output)
    weight.pack(w)
    let operations = 2 * rows * input * output
    let shape = "\(rows)×\(input)→\(output)"
    let (m, k, n) = (blasint(rows), blasint(input), blasint(output))
    compare("products: linear \(shape)", operations, peer: peer) {
      Kernel.linear(x, weight, y, rows: rows)
    } _: {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1, x, k, w, k, 0, y, n)
    }
    compare("products: its input's gradient \(shape)", operations, peer: peer) {
      Kernel.linearInputGradient(y, weight, x, rows: rows)
    } _: {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, k, n, 1, y, n, w, k, 0, x, k)
    }
    compare("products: its weight's gradient \(shape)", operations, peer: peer) {
      Kernel.linearWeightGradient(y, x, w, rows: rows, inputWidth: input, outputWidth: output)
    } _: {
      cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, n, k, m, 1, y, n, x, k, 1, w, k)
    }
    for memory in [x, w, y, packed] { memory.deallocate() }
  }
}
