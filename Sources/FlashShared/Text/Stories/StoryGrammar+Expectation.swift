extension StoryGrammar {
  /// What the grammar writes on average, computed exactly.
  public struct Expectation: Equatable, Sendable {
    /// The entropy of a story in bits: its expected information content.
    public var bits = 0.0
    /// The expected number of characters, which are bytes.
    public var characters = 0.0
    /// The largest number of characters that a story can have.
    public var longest = 0
    /// How many choices and draws a story has on average.
    public var choices = 0.0

    static func + (first: Expectation, second: Expectation) -> Expectation {
      Expectation(
        bits: first.bits + second.bits, characters: first.characters + second.characters,
        longest: first.longest + second.longest, choices: first.choices + second.choices)
    }
  }

  /// The expectation over all stories. Probabilities at a choice do not depend on what was chosen
  /// before, so that the expectation of a sequence is the sum of its parts'; and every row of a
  /// table is equally probable whichever rows are excluded, because the excluded ones are drawn
  /// uniformly too.
  public func expectation() -> Expectation {
    var known = [Expectation?](repeating: nil, count: choices.count)
    return expectation(ofChoice: start, &known)
  }

  private func expectation(ofChoice number: Int, _ known: inout [Expectation?]) -> Expectation {
    if let result = known[number] { return result }
    let choice = choices[number]
    let total = Double(choice.slots.count)
    var result = Expectation()
    for alternative in alternatives[choice.alternatives] {
      let part = expectation(of: alternative.steps, &known)
      let probability = Double(alternative.weight) / total
      result.bits += probability * (alternative.bits + part.bits)
      result.characters += probability * part.characters
      result.longest = max(result.longest, part.longest)
      result.choices += probability * part.choices
    }
    if choice.slots.count > 1 { result.choices += 1 }
    known[number] = result
    return result
  }

  private func expectation(of range: Range<Int>, _ known: inout [Expectation?]) -> Expectation {
    var result = Expectation()
    for step in steps[range] {
      switch step {
      case .piece(let number):
        let count = pieces[Int(number)].count
        result = result + Expectation(characters: Double(count), longest: count)
      case .reference(let variable, let column):
        let table = tables[variables[Int(variable)].table]
        let lengths = (0..<table.rows).map {
          pieces[piece(Int(variable), Int(column), row: $0)].count
        }
        result =
          result
          + Expectation(
            characters: Double(lengths.reduce(0, +)) / Double(table.rows),
            longest: lengths.max() ?? 0)
      case .choose(let number):
        result = result + expectation(ofChoice: Int(number), &known)
      case .draw(let number):
        let draw = draws[Int(number)]
        result = result + expectation(of: draw.steps, &known)
        result = result + Expectation(bits: variables[draw.variable].bits, choices: 1)
      }
    }
    return result
  }
}
