/// How well each position matches ternary patterns, on packed bits, when decoding.
///
///     y = x·Wᵀ / √in          x [rows, in], W [patterns, in] of −s, 0 and s, y [rows, patterns]
///
/// The patterns are packed when the first token comes, and lie in the state that all sequences share.
/// While training and evaluating, the scores are a matrix product: there are many rows.
struct PatternScores: Operation {
  let input: Tensor
  let patterns: Parameter
  let output: Tensor

  var inputs: [Tensor] { [input] }
  var outputs: [Tensor] { [output] }
  var sharesState: Bool { true }
  private var rows: Int { patterns.shape[0] }
  private var columns: Int { patterns.shape[1] }
  /// Words that say whether the patterns are packed, and their scale.
  private static let headWords = 8
  var stateCount: Int {
    2 * (Self.headWords + Kernel.packedPatternWordCount(rows: rows, columns: columns))
  }
  /// The bit planes of a row; before that, once, the unpacked matrix.
  var scratchCount: Int {
    max(
      2 * Kernel.patternPlaneWordCount(columns: columns),
      patterns.storage == .packed ? patterns.count : 0)
  }

  func forward(_ run: Execution) {
    let head = UnsafeMutableRawPointer(run.state).assumingMemoryBound(to: UInt64.self)
    let words = head + Self.headWords
    if head[0] == 0 {
      let scale = Kernel.packPatterns(
        run.value(patterns, unpackingInto: run.scratch), words, rows: rows, columns: columns)
      head[1] = Double(scale / Float(columns).squareRoot()).bitPattern
      head[0] = 1
    }
    let scale = Double(bitPattern: head[1])
    let bits = UnsafeMutableRawPointer(run.scratch).assumingMemoryBound(to: UInt64.self)
    for row in 0..<input.rows {
      let unit = Kernel.patternPlanes(
        of: run.value(input) + row * columns, bits, columns: columns)
      Kernel.packedPatternScores(
        words, bits, scale: scale * unit, run.value(output) + row * rows, rows: rows,
        columns: columns)
    }
  }

  func backward(_ run: Execution) { preconditionFailure("decoding has no gradients") }
}

extension Graph {
  /// `input`·`patterns`ᵀ / √in for patterns [count, in]: on packed bits where a graph decodes and the
  /// patterns are ternary, with one scale.
  func patternScores(_ input: Tensor, _ patterns: Parameter) -> Tensor {
    guard mode == .decoding, patterns.storage != .trained else {
      return scale(linear(input, patterns), by: 1 / Float(input.width).squareRoot())
    }
    precondition(patterns.shape[1] == input.width, "\(patterns.name): wrong width")
    let output = tensor(input.shape.dropLast() + [patterns.shape[0]])
    record(PatternScores(input: input, patterns: patterns, output: output))
    return output
  }
}
