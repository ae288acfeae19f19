/// A probabilistic grammar that writes children's stories and knows how probable each one is.
///
/// A story is written from left to right. At each point of choice one of several alternatives is
/// taken, with probabilities that depend on nothing else; a draw takes one of a table's rows, each
/// with the same probability, and later references write other words of the same row, which keeps
/// names and pronouns consistent. The information content of a story is −log₂ of the product of
/// these probabilities.
///
/// That is also −log₂ of the probability of the *text*, because no text has two derivations: at
/// each point the texts of different alternatives differ before either ends (none is a prefix of
/// another), so that a reader finds each choice again from the text alone. `ambiguities()` proves
/// this property for the whole grammar, and `derivation(of:)` is such a reader. For the same reason
/// the end of a story costs nothing: no story is the beginning of another one.
///
/// Stories are ASCII, so that their bytes are their characters.
public struct StoryGrammar: Sendable {
  /// One step of writing: the compiled form of `StoryNode`.
  enum Step: Equatable {
    /// Writes a piece of text.
    case piece(Int32)
    /// Writes a column of the row that a variable holds.
    case reference(variable: Int32, column: Int32)
    /// Takes one alternative of a choice.
    case choose(Int32)
    /// Draws a row for a variable, and goes on with the draw's own steps.
    case draw(Int32)
  }

  /// A point of choice; alternatives and slots lie next to each other in the grammar's arrays.
  struct Choice {
    /// The rule's name, or the text before an inline choice.
    var name: String
    var alternatives: Range<Int>
    /// One entry for each unit of weight.
    var slots: Range<Int>
  }

  struct Alternative {
    var steps: Range<Int>
    var weight: Int
    /// −log₂ of its probability.
    var bits: Double
  }

  struct Draw {
    var variable: Int
    var steps: Range<Int>
  }

  struct Variable {
    var name: String
    var table: Int
    /// Variables of the same table, drawn before, whose rows are left out.
    var excluded: [Int]
    /// Rows that can be drawn: those of the table without the excluded ones.
    var choices: Int
    /// log₂ of `choices`.
    var bits: Double
  }

  struct Table {
    var name: String
    var columns: [String]
    var rows: Int
    /// The piece of each cell, column by column.
    var cells: [Int32]
  }

  var steps: [Step] = []
  var choices: [Choice] = []
  var alternatives: [Alternative] = []
  /// Indices into `alternatives`.
  var slots: [Int32] = []
  var draws: [Draw] = []
  var variables: [Variable] = []
  var tables: [Table] = []
  /// Texts that are written, as they are and as they stand in a JSON string.
  var pieces: [[UInt8]] = []
  var escapedPieces: [[UInt8]] = []
  /// The choice that a story begins with.
  var start = 0

  /// The largest number of alternatives or rows anywhere.
  var widestChoice: Int {
    max(choices.map(\.alternatives.count).max() ?? 0, tables.map(\.rows).max() ?? 0)
  }
}

/// A table of words that belong together: a row is a character, a toy, a place.
struct StoryTable {
  var name: String
  var columns: [String]
  var rows: [[String]]

  /// - Parameter rows: lines of cells, with ` / ` between them.
  init(_ name: String, _ columns: String, _ rows: String) {
    self.name = name
    self.columns = columns.split(separator: " ").map(String.init)
    self.rows = rows.split(separator: "\n").map { row in
      row.split(separator: " / ", omittingEmptySubsequences: false).map { cell in
        String(cell.drop { $0 == " " })
      }
    }
    for row in self.rows {
      precondition(row.count == self.columns.count, "\(name): a row of \(row.count) cells: \(row)")
    }
  }
}

/// A name under which a row of a table is drawn and referred to.
struct StoryVariable {
  var name: String
  var table: String
  var excluded: [String]

  init(_ name: String, in table: String, except excluded: [String] = []) {
    self.name = name
    self.table = table
    self.excluded = excluded
  }
}
