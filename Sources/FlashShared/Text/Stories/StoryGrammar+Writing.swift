/// A story and what is known of it.
public struct Story: Sendable, Equatable {
  /// The text: ASCII, paragraphs separated by a line feed, none at the end.
  public var text: String
  /// Its information content, −log₂ of its probability under the grammar.
  public var bits: Double
}

extension StoryGrammar {
  /// The story at an index of the corpus that a seed stands for: the same in every run.
  public func story(seed: UInt64, index: UInt64) -> Story {
    var bytes: [UInt8] = []
    let bits = appendStory(seed: seed, index: index, to: &bytes)
    return Story(text: String(decoding: bytes, as: UTF8.self), bits: bits)
  }

  /// Appends a story's text to a buffer.
  ///
  /// - Parameters:
  ///   - isEscaped: write the text as the inside of a JSON string.
  /// - Returns: the story's information content in bits.
  public func appendStory(
    seed: UInt64, index: UInt64, to output: inout [UInt8], isEscaped: Bool = false
  ) -> Double {
    var writer = StoryWriter(
      grammar: self, pieces: isEscaped ? escapedPieces : pieces,
      stream: RandomStream(seed: seed, purpose: .stories, index))
    writer.choose(start, &output)
    return writer.bits
  }

  /// A story with the choices that made it, in order: alternatives and rows by number.
  func derive(seed: UInt64, index: UInt64) -> (text: [UInt8], bits: Double, derivation: [Int]) {
    var output: [UInt8] = []
    var writer = StoryWriter(
      grammar: self, pieces: pieces, stream: RandomStream(seed: seed, purpose: .stories, index))
    writer.derivation = []
    writer.choose(start, &output)
    return (output, writer.bits, writer.derivation ?? [])
  }
}

/// Writes one story. Each choice and each draw takes the stream's next number.
private struct StoryWriter {
  let grammar: StoryGrammar
  let pieces: [[UInt8]]
  let stream: RandomStream
  var position: UInt64 = 0
  var bits = 0.0
  var rows: [Int]
  var derivation: [Int]?

  init(grammar: StoryGrammar, pieces: [[UInt8]], stream: RandomStream) {
    self.grammar = grammar
    self.pieces = pieces
    self.stream = stream
    rows = [Int](repeating: -1, count: grammar.variables.count)
  }

  mutating func number(below bound: Int) -> Int {
    defer { position += 1 }
    return Int(stream.integer(at: position, below: UInt64(bound)))
  }

  mutating func choose(_ choice: Int, _ output: inout [UInt8]) {
    let slots = grammar.choices[choice].slots
    var slot = slots.lowerBound
    if slots.count > 1 { slot += number(below: slots.count) }
    let number = Int(grammar.slots[slot])
    bits += grammar.alternatives[number].bits
    derivation?.append(number - grammar.choices[choice].alternatives.lowerBound)
    write(grammar.alternatives[number].steps, &output)
  }

  mutating func write(_ steps: Range<Int>, _ output: inout [UInt8]) {
    for index in steps {
      switch grammar.steps[index] {
      case .piece(let number): output.append(contentsOf: pieces[Int(number)])
      case .reference(let variable, let column):
        output.append(
          contentsOf: pieces[grammar.piece(Int(variable), Int(column), row: rows[Int(variable)])])
      case .choose(let choice): choose(Int(choice), &output)
      case .draw(let number):
        let draw = grammar.draws[Int(number)]
        drawRow(draw.variable)
        write(draw.steps, &output)
      }
    }
  }

  /// Draws among the rows that are not excluded: the number of the draw, raised past each excluded
  /// row in rising order.
  private mutating func drawRow(_ variable: Int) {
    var row = number(below: grammar.variables[variable].choices)
    bits += grammar.variables[variable].bits
    let excluded = grammar.variables[variable].excluded
    if excluded.count == 1 {
      if row >= rows[excluded[0]] { row += 1 }
    } else if !excluded.isEmpty {
      for other in excluded.map({ rows[$0] }).sorted() where row >= other { row += 1 }
    }
    rows[variable] = row
    derivation?.append(row)
  }
}

extension StoryGrammar {
  /// The piece that a cell of a variable's table is.
  @inline(__always)
  func piece(_ variable: Int, _ column: Int, row: Int) -> Int {
    let table = variables[variable].table
    return Int(tables[table].cells[column * tables[table].rows + row])
  }
}
