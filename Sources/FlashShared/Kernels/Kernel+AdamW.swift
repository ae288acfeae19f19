import Foundation

extension Kernel {
  /// One step of AdamW (Loshchilov and Hutter, 2019) in the order of `torch.optim.AdamW`: the
  /// decay first, then the moments, then the step with both bias corrections.
  ///
  /// - Parameters:
  ///   - step: the number of this step, from 1.
  ///   - gradientScale: the factor of every gradient, for clipping and averaging.
  public static func adamW(
    parameters: Destination, gradients: Source, firstMoments: Destination,
    secondMoments: Destination, count: Int, learningRate: Double, beta1: Double, beta2: Double,
    epsilon: Double, weightDecay: Double, step: Int, gradientScale: Float = 1
  ) {
    let decay = Float(1 - learningRate * weightDecay)
    let stepSize = Float(learningRate / (1 - pow(beta1, Double(step))))
    let inverseRoot = Float(1 / (1 - pow(beta2, Double(step))).squareRoot())
    let newFirst = Vector(repeating: Float(1 - beta1))
    let newSecond = Float(1 - beta2)
    let oldSecond = Vector(repeating: Float(beta2))
    let smallest = Vector(repeating: Float(epsilon))
    @_transparent func update(_ p: Vector, _ gradient: Vector, _ m: Vector, _ v: Vector)
      -> (p: Vector, m: Vector, v: Vector)
    {
      let g = gradient * gradientScale
      let first = multiplyAdd(g - m, newFirst, m)
      let second = multiplyAdd(v, oldSecond, g * g * newSecond)
      let denominator = multiplyAdd(
        squareRoot(second), Vector(repeating: inverseRoot), smallest)
      return (p * decay - first / denominator * stepSize, first, second)
    }
    @_transparent func updateBlock(_ i: Int, _ n: Int) {
      let new = update(
        load(parameters + i, count: n), load(gradients + i, count: n),
        load(firstMoments + i, count: n), load(secondMoments + i, count: n))
      store(new.p, parameters + i, count: n)
      store(new.m, firstMoments + i, count: n)
      store(new.v, secondMoments + i, count: n)
    }
    forEachBlock(count: count, updateBlock)
  }

  /// The sum of several buffers, in their order, into the first of them.
  public static func sumIntoFirst(_ buffers: UnsafeBufferPointer<Destination>, count: Int) {
    guard let first = buffers.first else { return }
    // Blocks that stay in the first-level cache while every buffer is added.
    let block = 2048
    var start = 0
    while start < count {
      let n = Swift.min(block, count &- start)
      for buffer in buffers.dropFirst() {
        map(first + start, buffer + start, first + start, count: n, plus)
      }
      start &+= n
    }
  }
}
