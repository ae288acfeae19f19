extension Kernel {
  /// Row `tokens[i]` of a table becomes row i of the output.
  ///
  /// - Parameters:
  ///   - table: [vocabulary, width]; every token is below the vocabulary.
  ///   - output: [count, width].
  public static func gather(
    _ table: Source, tokens: UnsafePointer<Int32>, _ output: Destination, count: Int, width: Int
  ) {
    for i in 0..<count {
      copy(table + Int(tokens[i]) &* width, output + i &* width, count: width)
    }
  }

  /// The gradient of `gather`: row i of the output's gradient is added to row `tokens[i]` of the
  /// table's, in the order of i.
  public static func scatterAdd(
    _ outputGradient: Source, tokens: UnsafePointer<Int32>, _ tableGradient: Destination,
    count: Int, width: Int
  ) {
    for i in 0..<count {
      let target = tableGradient + Int(tokens[i]) &* width
      map(target, outputGradient + i &* width, target, count: width, plus)
    }
  }
}
