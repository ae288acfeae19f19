/// Group normalisation (Wu and He, arXiv:1803.08494): channels in groups of neighbours, each with
/// its own mean and variance, then a gain and a bias per channel.
///
///     y = (x − mean) / sqrt(variance + ε) ⊙ gain + bias      biased variance
///
/// The statistics are those of one position's group; with `acrossTime`, of the group over all
/// positions of the sequence, so that every position sees the future.
struct GroupNormalization: Operation {
  let input: Tensor
  let gain: Parameter
  let bias: Parameter
  let groups: Int
  let acrossTime: Bool
  let epsilon: Float
  let output: Tensor
  /// [rows or sequences, groups, 2]: mean and inverse standard deviation.
  let statistics: Tensor

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }
  var auxiliaries: [Tensor] { [statistics] }
  var retained: [Tensor] { [input] }
  private var width: Int { input.width }
  private var groupWidth: Int { width / groups }

  func forward(_ run: Execution) {
    let (x, y) = (run.value(input), run.value(output))
    let numbers = run.value(statistics)
    if acrossTime {
      let time = input.shape[1]
      for sequence in 0..<input.shape[0] {
        for group in 0..<groups {
          let place = sequence * time * width + group * groupWidth
          Kernel.blockNorm(
            x + place, gain: run.value(gain) + group * groupWidth,
            bias: run.value(bias) + group * groupWidth, y + place,
            statistics: numbers + 2 * (sequence * groups + group), rows: time, stride: width,
            width: groupWidth, epsilon: epsilon)
        }
      }
      return
    }
    for row in 0..<input.rows {
      for group in 0..<groups {
        let channel = group * groupWidth
        Kernel.layerNorm(
          x + row * width + channel, gain: run.value(gain) + channel,
          bias: run.value(bias) + channel, y + row * width + channel,
          statistics: numbers + 2 * (row * groups + group), rows: 1, width: groupWidth,
          epsilon: epsilon)
      }
    }
  }

  func backward(_ run: Execution) {
    guard let (inputGradient, accumulate) = run.inputGradient(0, input) else { return }
    let (x, dy) = (run.value(input), run.gradient(output))
    let numbers = run.value(statistics)
    if acrossTime {
      let time = input.shape[1]
      for sequence in 0..<input.shape[0] {
        for group in 0..<groups {
          let channel = group * groupWidth
          let place = sequence * time * width + channel
          Kernel.blockNormGradient(
            dy + place, x + place, gain: run.value(gain) + channel,
            statistics: numbers + 2 * (sequence * groups + group),
            inputGradient: inputGradient + place, accumulate: accumulate,
            gainGradient: run.gradient(gain) + channel,
            biasGradient: run.gradient(bias) + channel, rows: time, stride: width,
            width: groupWidth)
        }
      }
      return
    }
    for row in 0..<input.rows {
      for group in 0..<groups {
        let channel = group * groupWidth
        let place = row * width + channel
        Kernel.layerNormGradient(
          dy + place, x + place, gain: run.value(gain) + channel,
          statistics: numbers + 2 * (row * groups + group),
          inputGradient: inputGradient + place, accumulate: accumulate,
          gainGradient: run.gradient(gain) + channel, biasGradient: run.gradient(bias) + channel,
          rows: 1, width: groupWidth)
      }
    }
  }
}

extension Kernel {
  /// Normalises a block of rows [rows, width], rows `stride` apart, by one mean and one variance.
  fileprivate static func blockNorm(
    _ x: Source, gain: Source, bias: Source, _ y: Destination, statistics: Destination, rows: Int,
    stride: Int, width: Int, epsilon: Float
  ) {
    var sum = 0.0
    for row in 0..<rows { sum += Double(total(x + row &* stride, count: width)) }
    let mean = Float(sum / Double(rows &* width))
    var squares = 0.0
    for row in 0..<rows {
      squares += Double(squaredDeviations(x + row &* stride, from: mean, count: width))
    }
    let inverse = 1 / (Float(squares / Double(rows &* width)) + epsilon).squareRoot()
    statistics[0] = mean
    statistics[1] = inverse
    for row in 0..<rows {
      let place = row &* stride
      forEachBlock(count: width) { i, n in
        let normal = (load(x + place + i, count: n) - mean) * inverse
        store(
          multiplyAdd(normal, load(gain + i, count: n), load(bias + i, count: n)), y + place + i,
          count: n)
      }
    }
  }

  /// The gradients of `blockNorm`: with n the normalised numbers and g = dy ⊙ gain,
  /// dx = (g − mean(g) − n · mean(g ⊙ n)) / σ.
  fileprivate static func blockNormGradient(
    _ dy: Source, _ x: Source, gain: Source, statistics: Source, inputGradient: Destination,
    accumulate: Bool, gainGradient: Destination, biasGradient: Destination, rows: Int,
    stride: Int, width: Int
  ) {
    let (mean, inverse) = (statistics[0], statistics[1])
    var gradients = 0.0
    var products = 0.0
    for row in 0..<rows {
      let place = row &* stride
      var gradientLanes = Vector.zero
      var productLanes = Vector.zero
      forEachBlock(count: width) { i, n in
        let d = load(dy + place + i, count: n)
        let normal = (load(x + place + i, count: n) - mean) * inverse
        let g = d * load(gain + i, count: n)
        gradientLanes += g
        productLanes = multiplyAdd(g, normal, productLanes)
        let gains = load(gainGradient + i, count: n)
        store(multiplyAdd(d, normal, gains), gainGradient + i, count: n)
        store(load(biasGradient + i, count: n) + d, biasGradient + i, count: n)
      }
      gradients += Double(sum(gradientLanes))
      products += Double(sum(productLanes))
    }
    let gradientMean = Float(gradients / Double(rows &* width))
    let productMean = Float(products / Double(rows &* width))
    for row in 0..<rows {
      let place = row &* stride
      forEachBlock(count: width) { i, n in
        let normal = (load(x + place + i, count: n) - mean) * inverse
        let g = load(dy + place + i, count: n) * load(gain + i, count: n) - gradientMean
        let d = (g - normal * productMean) * inverse
        let target = inputGradient + place + i
        store(accumulate ? load(target, count: n) + d : d, target, count: n)
      }
    }
  }
}

extension Graph {
  /// Normalises groups of channels of each position, or of each sequence `acrossTime`.
  func groupNorm(
    _ input: Tensor, gain: Parameter, bias: Parameter, groups: Int, acrossTime: Bool,
    epsilon: Float = 1e-5
  ) -> Tensor {
    precondition(input.width % groups == 0, "the groups do not divide the width")
    precondition(!acrossTime || mode != .decoding, "statistics of the whole window cannot decode")
    let output = tensor(input.shape)
    let statistics = tensor([acrossTime ? input.shape[0] : input.rows, groups, 2])
    record(
      GroupNormalization(
        input: input, gain: gain, bias: bias, groups: groups, acrossTime: acrossTime,
        epsilon: epsilon, output: output, statistics: statistics))
    return output
  }
}
