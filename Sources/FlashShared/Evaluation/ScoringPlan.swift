/// How a token stream is cut so that every token is scored exactly once.
///
/// The stream is thought to begin with end-of-text: the first token is predicted from that. A model
/// that predicts `lead` places ahead (1, or 2 for recipes that shift twice) needs as many of them.
/// Where there is no end-of-text token, the first `lead` tokens have no input to be predicted from.
///
/// A window holds `length` consecutive targets, each with the input `lead` places before it. The
/// first window scores all of its targets, every other one the next `stride` targets that are still
/// to be scored, and lies as far back as it can: with a stride of the whole length windows follow
/// each other and the first target of each sees one token, with a smaller one every target sees at
/// least `length` − `stride` + 1 tokens. The last window ends with the stream.
struct ScoringPlan: Equatable {
  /// Tokens of the stream.
  let tokenCount: Int
  /// Targets of a window: as asked for, or fewer where the stream is shorter.
  let length: Int
  /// Targets that a window scores, but for the first and the last.
  let stride: Int
  /// How far a target lies behind its input.
  let lead: Int
  /// The first target.
  let first: Int

  init(tokenCount: Int, length: Int, stride: Int, lead: Int, hasStartToken: Bool) {
    precondition(length > 0 && stride > 0 && stride <= length && lead > 0, "impossible windows")
    self.tokenCount = tokenCount
    first = hasStartToken ? 0 : min(lead, tokenCount)
    self.length = min(length, tokenCount - first)
    self.stride = min(stride, max(1, tokenCount - first))
    self.lead = lead
  }

  /// How many windows there are.
  var count: Int {
    guard length > 0 else { return 0 }
    return 1 + (tokenCount - first - length + stride - 1) / stride
  }

  /// The targets that a window scores.
  func scored(_ window: Int) -> Range<Int> {
    let begin = window == 0 ? first : first + length + (window - 1) * stride
    return begin..<min(tokenCount, window == 0 ? first + length : begin + stride)
  }

  /// The first target of a window, scored or not.
  func begin(_ window: Int) -> Int { scored(window).upperBound - length }

  /// Fills in the inputs of a window, and those of its targets that it scores; −1 for the others.
  ///
  /// - Parameter offset: where the window's share of both arrays begins.
  func fill(
    _ window: Int, from shards: ShardSet, _ inputs: inout [Int32], _ targets: inout [Int32],
    _ offset: Int
  ) throws {
    let begin = begin(window)
    let inputBegin = begin - lead
    let start = max(0, inputBegin)
    let tokens = try shards.tokens(in: start..<begin + length)
    let scored = scored(window)
    for place in 0..<length {
      let input = inputBegin + place
      inputs[offset + place] = input < 0 ? shards.endOfTextToken ?? 0 : tokens[input - start]
      let target = begin + place
      targets[offset + place] = scored.contains(target) ? tokens[target - start] : -1
    }
  }
}
