extension StoryGrammar {
  /// Proves that no text has two derivations, or says where it could have.
  ///
  /// Claim: under any rows drawn before it, a choice writes a prefix code (no text that it can
  /// write is a prefix of another), and each of these texts in one way only. By induction from the
  /// inside out: a piece or a reference writes one text; prefix codes one after the other are a
  /// prefix code; and a choice between prefix codes is one if no text of one alternative is a
  /// prefix of a text of another one, which is what is checked here, for each pair of alternatives
  /// of each choice and each pair of rows of each draw. The check walks two alternatives side by
  /// side over all their texts until they differ. Where both come to the same choice under the same
  /// rows, that choice has either gone the same way in both, or made them differ: by the claim for
  /// the inner choice it need not be opened.
  ///
  /// - Returns: a line for each pair that does not differ in time; none for a sound grammar.
  func ambiguities() -> [String] {
    let scopes = choices.indices.map { scope(of: .choose(Int32($0))) }
    let drawScopes = draws.indices.map { scope(of: .draw(Int32($0))) }
    let prover = UniquenessProver(grammar: self, choiceScopes: scopes, drawScopes: drawScopes)
    return prover.conflicts()
  }

  /// The variables that a step may read and those that it may draw, as bits.
  struct Scope: Equatable {
    var reads: UInt64 = 0
    var draws: UInt64 = 0
  }

  private func scope(of step: Step) -> Scope {
    var scope = Scope()
    func visit(_ range: Range<Int>) {
      for step in steps[range] { visit(step) }
    }
    func visit(_ step: Step) {
      switch step {
      case .piece: break
      case .reference(let variable, _): scope.reads |= 1 << UInt64(variable)
      case .choose(let number):
        for alternative in alternatives[choices[Int(number)].alternatives] {
          visit(alternative.steps)
        }
      case .draw(let number):
        let draw = draws[Int(number)]
        scope.draws |= 1 << UInt64(draw.variable)
        for other in variables[draw.variable].excluded { scope.reads |= 1 << UInt64(other) }
        visit(draw.steps)
      }
    }
    visit(step)
    return scope
  }
}

private struct UniquenessProver {
  let grammar: StoryGrammar
  let choiceScopes: [StoryGrammar.Scope]
  let drawScopes: [StoryGrammar.Scope]

  /// A row that both sides share, whichever it is.
  static let shared = -1

  /// One side of a comparison: what is still to be written, and the rows so far.
  struct Side {
    /// Ranges of steps, the innermost last.
    var frames: [Range<Int>]
    /// The rest of a piece.
    var pending: ArraySlice<UInt8> = []
    var rows: [Int]

    /// The next step, unless there is none.
    func nextStep(_ grammar: StoryGrammar) -> StoryGrammar.Step? {
      frames.last { !$0.isEmpty }.map { grammar.steps[$0.lowerBound] }
    }

    mutating func dropStep() {
      while let frame = frames.popLast() {
        if frame.isEmpty { continue }
        frames.append((frame.lowerBound + 1)..<frame.upperBound)
        return
      }
    }
  }

  func conflicts() -> [String] {
    let shared = [Int](repeating: Self.shared, count: grammar.variables.count)
    var found: [String] = []
    for choice in grammar.choices {
      let alternatives = grammar.alternatives[choice.alternatives]
      for (index, first) in alternatives.enumerated() {
        for (other, second) in alternatives.enumerated().dropFirst(index + 1) {
          if let text = collision(
            Side(frames: [first.steps], rows: shared), Side(frames: [second.steps], rows: shared))
          {
            found.append("'\(choice.name)', alternatives \(index) and \(other), at '\(text)'")
          }
        }
      }
    }
    for draw in grammar.draws {
      let variable = grammar.variables[draw.variable]
      let rows = grammar.tables[variable.table].rows
      for first in 0..<rows {
        for second in first + 1..<rows {
          var sides = [first, second].map { row in
            var side = Side(frames: [draw.steps], rows: shared)
            side.rows[draw.variable] = row
            return side
          }
          if let text = collision(sides.removeFirst(), sides.removeFirst()) {
            found.append("draw of '\(variable.name)', rows \(first) and \(second), at '\(text)'")
          }
        }
      }
    }
    return found
  }

  /// A text that one side can write and that begins one of the other's, or nil if there is none.
  private func collision(_ first: Side, _ second: Side, _ text: [UInt8] = []) -> String? {
    var (first, second, text) = (first, second, text)
    while true {
      let count = min(first.pending.count, second.pending.count)
      if count > 0 {
        guard first.pending.prefix(count) == second.pending.prefix(count) else { return nil }
        text += first.pending.prefix(count)
        first.pending = first.pending.dropFirst(count)
        second.pending = second.pending.dropFirst(count)
      }
      // A side with bytes pending waits for the other one.
      let firstStep = first.nextStep(grammar)
      let secondStep = second.nextStep(grammar)
      let hasEnded =
        (first.pending.isEmpty && firstStep == nil)
        || (second.pending.isEmpty && secondStep == nil)
      if hasEnded { return String(decoding: text, as: UTF8.self) }
      let canOpenFirst = first.pending.isEmpty
      let canOpenSecond = second.pending.isEmpty
      if canOpenFirst, canOpenSecond, let step = firstStep, step == secondStep,
        agree(on: step, first, second)
      {
        first.dropStep()
        second.dropStep()
        share(step, &first)
        share(step, &second)
        continue
      }
      // The side whose next text is fixed goes first: that leads to a difference soonest.
      if canOpenFirst, let step = firstStep, !canOpenSecond || isPiece(step) || !isPiece(secondStep)
      {
        first.dropStep()
        return open(step, first, second, text)
      }
      guard let step = secondStep else { return String(decoding: text, as: UTF8.self) }
      second.dropStep()
      return open(step, second, first, text)
    }
  }

  private func isPiece(_ step: StoryGrammar.Step?) -> Bool {
    if case .piece? = step { return true }
    return false
  }

  /// Goes on with every text that a step of one side can begin with.
  private func open(
    _ step: StoryGrammar.Step, _ side: Side, _ other: Side, _ text: [UInt8]
  ) -> String? {
    switch step {
    case .piece(let number):
      var side = side
      side.pending = grammar.pieces[Int(number)][...]
      return collision(side, other, text)
    case .reference(let variable, let column):
      let (variable, column) = (Int(variable), Int(column))
      if side.rows[variable] != Self.shared {
        var side = side
        side.pending =
          grammar.pieces[
            grammar.piece(variable, column, row: side.rows[variable])][...]
        return collision(side, other, text)
      }
      let table = grammar.tables[grammar.variables[variable].table]
      for row in 0..<table.rows where isPossible(row, for: variable, side.rows) {
        var (side, other) = (side, other)
        side.rows[variable] = row
        if other.rows[variable] == Self.shared { other.rows[variable] = row }
        side.pending = grammar.pieces[grammar.piece(variable, column, row: row)][...]
        if let found = collision(side, other, text) { return found }
      }
    case .choose(let number):
      for alternative in grammar.alternatives[grammar.choices[Int(number)].alternatives] {
        var side = side
        side.frames.append(alternative.steps)
        if let found = collision(side, other, text) { return found }
      }
    case .draw(let number):
      let draw = grammar.draws[Int(number)]
      let table = grammar.tables[grammar.variables[draw.variable].table]
      for row in 0..<table.rows where isPossible(row, for: draw.variable, side.rows) {
        var side = side
        side.rows[draw.variable] = row
        side.frames.append(draw.steps)
        if let found = collision(side, other, text) { return found }
      }
    }
    return nil
  }

  /// Whether a row can be a variable's, given the rows that are known.
  private func isPossible(_ row: Int, for variable: Int, _ rows: [Int]) -> Bool {
    let excluded = grammar.variables[variable].excluded
    if excluded.contains(where: { rows[$0] == row }) { return false }
    return !grammar.variables.indices.contains { other in
      rows[other] == row && grammar.variables[other].excluded.contains(variable)
    }
  }

  /// Whether two sides come to a step with the same rows in all variables that it reads.
  private func agree(on step: StoryGrammar.Step, _ first: Side, _ second: Side) -> Bool {
    let reads: UInt64 =
      switch step {
      case .piece: 0
      case .reference(let variable, _): 1 << UInt64(variable)
      case .choose(let number): choiceScopes[Int(number)].reads
      case .draw(let number): drawScopes[Int(number)].reads
      }
    return first.rows.indices.allSatisfy {
      reads & 1 << UInt64($0) == 0 || first.rows[$0] == second.rows[$0]
    }
  }

  /// After a step that both sides have taken alike, the variables that it draws are the same.
  private func share(_ step: StoryGrammar.Step, _ side: inout Side) {
    let drawn: UInt64 =
      switch step {
      case .piece, .reference: 0
      case .choose(let number): choiceScopes[Int(number)].draws
      case .draw(let number): drawScopes[Int(number)].draws
      }
    for variable in side.rows.indices where drawn & 1 << UInt64(variable) != 0 {
      side.rows[variable] = Self.shared
    }
  }
}
