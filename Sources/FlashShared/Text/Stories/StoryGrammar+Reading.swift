extension StoryGrammar {
  /// The information content of a text in bits, or nil if the grammar cannot write it.
  public func bits(of text: some Collection<UInt8>) -> Double? {
    derivation(of: Array(text))?.bits
  }

  /// Finds the choices that write a text, from the text alone.
  ///
  /// Alternatives are tried in order, and the first that fits is taken for good: since no
  /// alternative's text is a prefix of another's, no second one can fit.
  ///
  /// - Returns: nil if the grammar cannot write the text; otherwise the choices in order and the
  ///   sum of their bits, added in the order in which the writer adds them.
  func derivation(of text: [UInt8]) -> (choices: [Int], bits: Double)? {
    var reader = StoryReader(grammar: self, text: text)
    guard reader.choose(start), reader.position == text.count else { return nil }
    return (reader.derivation, reader.bits.reduce(0, +))
  }
}

private struct StoryReader {
  let grammar: StoryGrammar
  let text: [UInt8]
  var position = 0
  var derivation: [Int] = []
  var bits: [Double] = []
  var rows: [Int]

  init(grammar: StoryGrammar, text: [UInt8]) {
    self.grammar = grammar
    self.text = text
    rows = [Int](repeating: -1, count: grammar.variables.count)
  }

  /// Reads a choice; on failure, position and derivation are as before.
  mutating func choose(_ choice: Int) -> Bool {
    let alternatives = grammar.choices[choice].alternatives
    for number in alternatives {
      let alternative = grammar.alternatives[number]
      if attempt(number - alternatives.lowerBound, alternative.bits, alternative.steps) {
        return true
      }
    }
    return false
  }

  private mutating func draw(_ number: Int) -> Bool {
    let draw = grammar.draws[number]
    let variable = grammar.variables[draw.variable]
    for row in 0..<grammar.tables[variable.table].rows
    where !variable.excluded.contains(where: { rows[$0] == row }) {
      rows[draw.variable] = row
      if attempt(row, variable.bits, draw.steps) { return true }
    }
    return false
  }

  private mutating func attempt(_ choice: Int, _ cost: Double, _ steps: Range<Int>) -> Bool {
    let (oldPosition, oldCount) = (position, derivation.count)
    derivation.append(choice)
    bits.append(cost)
    if read(steps) { return true }
    position = oldPosition
    derivation.removeSubrange(oldCount...)
    bits.removeSubrange(oldCount...)
    return false
  }

  private mutating func read(_ steps: Range<Int>) -> Bool {
    for index in steps {
      let fits =
        switch grammar.steps[index] {
        case .piece(let number): accept(grammar.pieces[Int(number)])
        case .reference(let variable, let column):
          accept(
            grammar.pieces[
              grammar.piece(Int(variable), Int(column), row: rows[Int(variable)])])
        case .choose(let choice): choose(Int(choice))
        case .draw(let number): draw(Int(number))
        }
      if !fits { return false }
    }
    return true
  }

  private mutating func accept(_ piece: [UInt8]) -> Bool {
    guard text.count - position >= piece.count else { return false }
    for offset in 0..<piece.count where text[position + offset] != piece[offset] { return false }
    position += piece.count
    return true
  }
}
