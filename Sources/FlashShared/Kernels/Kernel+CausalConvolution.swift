extension Kernel {
  /// A depthwise convolution over time: y_t = Σ_k taps_k ⊙ x_{t − (K−1) + k}, zero before the start.
  ///
  /// - Parameters:
  ///   - input: position 0; positions back to −`history` may be read.
  ///   - taps: [tapCount, width]; the last is the current position's.
  ///   - output: [time, width].
  public static func causalConvolution(
    _ input: Source, inputStride: Int, history: Int = 0, taps: Source, tapCount: Int,
    _ output: Destination, time: Int, width: Int
  ) {
    for t in 0..<time {
      let y = output + t &* width
      let newest = input + t &* inputStride
      let reach = Swift.min(tapCount &- 1, t &+ history)
      let firstTap = taps + (tapCount &- 1 &- reach) &* width
      let oldest = newest - reach &* inputStride
      @_transparent func convolve(_ i: Int, _ n: Int) {
        var s = Vector.zero
        for k in 0...reach {
          s = multiplyAdd(
            load(firstTap + (k &* width &+ i), count: n),
            load(oldest + (k &* inputStride &+ i), count: n), s)
        }
        store(s, y + i, count: n)
      }
      forEachBlock(count: width, convolve)
    }
  }

  /// The gradients of `causalConvolution` over one sequence without history.
  ///
  /// - Parameters:
  ///   - outputGradient: [time, width].
  ///   - inputGradient: [time, width], rows `inputGradientStride` apart, overwritten.
  ///   - tapGradient: [tapCount, width], added to.
  public static func causalConvolutionGradient(
    _ outputGradient: Source, _ input: Source, inputStride: Int, taps: Source, tapCount: Int,
    inputGradient: Destination, inputGradientStride: Int, tapGradient: Destination, time: Int,
    width: Int
  ) {
    // Position t reaches positions t … t + K − 1 with the taps in reverse.
    for t in 0..<time {
      let dx = inputGradient + t &* inputGradientStride
      let reach = Swift.min(tapCount &- 1, time &- 1 &- t)
      let first = outputGradient + t &* width
      let newestTap = taps + (tapCount &- 1) &* width
      @_transparent func convolve(_ i: Int, _ n: Int) {
        var s = Vector.zero
        for k in 0...reach {
          s = multiplyAdd(
            load(newestTap - (k &* width) + i, count: n), load(first + (k &* width &+ i), count: n),
            s)
        }
        store(s, dx + i, count: n)
      }
      forEachBlock(count: width, convolve)
    }
    for k in 0..<tapCount {
      let delay = tapCount &- 1 &- k
      guard delay < time else { continue }
      let target = tapGradient + k &* width
      @_transparent func convolve(_ i: Int, _ n: Int) {
        var s = load(target + i, count: n)
        for t in delay..<time {
          s = multiplyAdd(
            load(outputGradient + (t &* width &+ i), count: n),
            load(input + ((t &- delay) &* inputStride &+ i), count: n), s)
        }
        store(s, target + i, count: n)
      }
      forEachBlock(count: width, convolve)
    }
  }

  /// The transpose of a small matrix [rows, columns]; with `accumulate`, added to the output.
  public static func transpose(
    _ input: Source, _ output: Destination, rows: Int, columns: Int, accumulate: Bool = false
  ) {
    for row in 0..<rows {
      for column in 0..<columns {
        let place = column &* rows &+ row
        let value = input[row &* columns &+ column]
        output[place] = accumulate ? output[place] + value : value
      }
    }
  }
}
