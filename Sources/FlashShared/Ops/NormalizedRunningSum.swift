/// A weighted mean of all values so far, of each channel, read through a query.
///
///     [q | a | b] = projected;   k = sigmoid(a), v = tanh(b)
///     N_t = Σ_{s ≤ t} k_s ⊙ v_s;   D_t = Σ_{s ≤ t} k_s + ε;   y_t = q_t ⊙ N_t / D_t
///
/// `projected` is [batch, time, 3 · width], y [batch, time, width]. k and v are written over a and b,
/// so nothing else may read the projection. Backward computes the sums again; with
/// dN_t = dy_t ⊙ q_t / D_t and dD_t = −dN_t ⊙ N_t / D_t, k and v get the sums of these over t ≥ s. When
/// decoding, the state is N and the sum of k.
struct NormalizedRunningSum: Operation {
  let projected: Tensor
  let epsilon: Float
  let output: Tensor
  let isDecoding: Bool

  var inputs: [Tensor] { [projected] }
  var outputs: [Tensor] { [output] }
  var retained: [Tensor] { [projected] }
  var overwritten: [Tensor] { [projected] }
  private var batch: Int { output.shape[0] }
  private var time: Int { output.shape[1] }
  private var width: Int { output.width }
  var stateCount: Int { batch * 2 * width }
  /// Both sums after each position, or what is carried back.
  var scratchCount: Int { (time + 1) * 2 * width }

  func forward(_ run: Execution) {
    let (width, epsilon) = (width, epsilon)
    for sequence in 0..<batch {
      let sums = isDecoding ? run.state + sequence * 2 * width : run.scratch
      if !isDecoding { sums.update(repeating: 0, count: 2 * width) }
      for t in 0..<time {
        let row = sequence * time + t
        let q = run.value(projected) + row * 3 * width
        let y = run.value(output) + row * width
        Kernel.forEachBlock(count: width) { i, n in
          let k = sigmoid(load(q + width + i, count: n))
          let v = tanh(load(q + 2 * width + i, count: n))
          store(k, q + width + i, count: n)
          store(v, q + 2 * width + i, count: n)
          let total = multiplyAdd(k, v, load(sums + i, count: n))
          let weight = load(sums + width + i, count: n) + k
          store(total, sums + i, count: n)
          store(weight, sums + width + i, count: n)
          store(load(q + i, count: n) * total / (weight + epsilon), y + i, count: n)
        }
      }
    }
  }

  func backward(_ run: Execution) {
    guard let (gradient, accumulate) = run.inputGradient(0, projected) else { return }
    precondition(!accumulate, "only the sum reads its projection")
    let (width, epsilon) = (width, epsilon)
    let carry = run.scratch
    for sequence in 0..<batch {
      let first = run.value(projected) + sequence * time * 3 * width
      carry.update(repeating: 0, count: 2 * width)
      for t in 0..<time {
        let k = first + (t * 3 + 1) * width
        let sums = carry + (t + 1) * 2 * width
        // The block of the first position begins where the zeros are.
        let before = sums - 2 * width
        Kernel.forEachBlock(count: width) { i, n in
          let weight = load(k + i, count: n)
          let total = multiplyAdd(
            weight, load(k + width + i, count: n), load(before + i, count: n))
          store(total, sums + i, count: n)
          store(load(before + width + i, count: n) + weight, sums + width + i, count: n)
        }
      }
      for t in stride(from: time - 1, through: 0, by: -1) {
        let q = first + t * 3 * width
        let dq = gradient + (sequence * time + t) * 3 * width
        let dy = run.gradient(output) + (sequence * time + t) * width
        let sums = carry + (t + 1) * 2 * width
        Kernel.forEachBlock(count: width) { i, n in
          let inverse = 1 / (load(sums + width + i, count: n) + epsilon)
          let mean = load(sums + i, count: n) * inverse
          let d = load(dy + i, count: n)
          let slope = d * load(q + i, count: n) * inverse
          let dN = load(carry + i, count: n) + slope
          let dD = load(carry + width + i, count: n) - slope * mean
          store(dN, carry + i, count: n)
          store(dD, carry + width + i, count: n)
          let k = load(q + width + i, count: n)
          let v = load(q + 2 * width + i, count: n)
          store(d * mean, dq + i, count: n)
          store(multiplyAdd(dN, v, dD) * (k - k * k), dq + width + i, count: n)
          store(dN * k * (1 - v * v), dq + 2 * width + i, count: n)
        }
      }
    }
  }
}

extension Graph {
  /// q ⊙ N / D for `projected` = [q | a | b] of three equal widths; the sums have weights
  /// sigmoid(a) and values tanh(b).
  ///
  /// The graph owns the projection from here on: it is changed in place.
  func normalizedRunningSum(_ projected: Tensor, epsilon: Float) -> Tensor {
    precondition(projected.width % 3 == 0, "not a packed projection")
    let output = tensor([batch, time, projected.width / 3])
    record(
      NormalizedRunningSum(
        projected: projected, epsilon: epsilon, output: output, isDecoding: mode == .decoding))
    return output
  }
}
