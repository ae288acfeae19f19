import Foundation

extension StoryGrammar {
  /// Builds a grammar from its tables, variables and rules.
  ///
  /// The rules must not call each other in circles, and a variable must be drawn exactly once on
  /// every way to a reference. Mistakes stop the program: the grammar is part of its source.
  init(
    tables: [StoryTable], variables: [StoryVariable],
    rules: [(name: String, choice: StoryNode)], start: String
  ) {
    var compiler = Compiler(tables: tables, variables: variables, rules: rules)
    let first = compiler.rule(start)
    self = compiler.grammar
    self.start = first
    for (name, _) in rules {
      precondition(compiler.compiled[name] != nil, "the rule '\(name)' is never used")
    }
    var checker = BindingChecker(grammar: self)
    _ = checker.bound(after: .choose(Int32(first)), before: 0)
  }

  private struct Compiler {
    var grammar = StoryGrammar()
    var compiled: [String: Int] = [:]
    private let rules: [String: StoryNode]
    private var open: Set<String> = []
    private var pieceNumbers: [String: Int32] = [:]
    private var variableNumbers: [String: Int] = [:]

    init(
      tables: [StoryTable], variables: [StoryVariable],
      rules: [(name: String, choice: StoryNode)]
    ) {
      precondition(Set(rules.map(\.name)).count == rules.count, "two rules of one name")
      self.rules = Dictionary(rules.map { ($0.name, $0.choice) }) { first, _ in first }
      for table in tables {
        var compiled = Table(
          name: table.name, columns: table.columns, rows: table.rows.count, cells: [])
        for column in table.columns.indices {
          compiled.cells += table.rows.map { piece($0[column]) }
        }
        grammar.tables.append(compiled)
      }
      for variable in variables {
        guard let table = tables.firstIndex(where: { $0.name == variable.table }) else {
          preconditionFailure("no table '\(variable.table)'")
        }
        let excluded = variable.excluded.map { number(ofVariable: $0) }
        precondition(excluded.allSatisfy { grammar.variables[$0].table == table }, variable.name)
        let choices = tables[table].rows.count - excluded.count
        variableNumbers[variable.name] = grammar.variables.count
        grammar.variables.append(
          Variable(
            name: variable.name, table: table, excluded: excluded, choices: choices,
            bits: log2(Double(choices))))
      }
    }

    private func number(ofVariable name: String) -> Int {
      guard let number = variableNumbers[name] else { preconditionFailure("no variable '\(name)'") }
      return number
    }

    private mutating func piece(_ text: String) -> Int32 {
      if let number = pieceNumbers[text] { return number }
      precondition(text.utf8.allSatisfy { $0 < 0x80 }, "not ASCII: \(text)")
      let number = Int32(grammar.pieces.count)
      pieceNumbers[text] = number
      grammar.pieces.append(Array(text.utf8))
      grammar.escapedPieces.append(
        text.utf8.flatMap { byte in
          switch byte {
          case UInt8(ascii: "\n"): Array(#"\n"#.utf8)
          case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
          default: [byte]
          }
        })
      return number
    }

    /// The choice that a rule is, compiled when it is first called.
    mutating func rule(_ name: String) -> Int {
      if let number = compiled[name] { return number }
      guard case .choice(let alternatives)? = rules[name] else {
        preconditionFailure("no rule '\(name)'")
      }
      precondition(open.insert(name).inserted, "the rule '\(name)' calls itself")
      let number = choice(alternatives, name: name)
      open.remove(name)
      compiled[name] = number
      return number
    }

    private mutating func choice(
      _ alternatives: [(weight: Int, nodes: [StoryNode])], name: String
    ) -> Int {
      let total = alternatives.reduce(0) { $0 + $1.weight }
      precondition(total > 0 && alternatives.allSatisfy { $0.weight > 0 }, "no weight in \(name)")
      let compiled = alternatives.map { alternative in
        Alternative(
          steps: sequence(alternative.nodes), weight: alternative.weight,
          bits: log2(Double(total) / Double(alternative.weight)))
      }
      let first = grammar.alternatives.count
      let firstSlot = grammar.slots.count
      grammar.alternatives += compiled
      for (index, alternative) in compiled.enumerated() {
        grammar.slots += repeatElement(Int32(first + index), count: alternative.weight)
      }
      grammar.choices.append(
        Choice(
          name: name, alternatives: first..<first + compiled.count,
          slots: firstSlot..<grammar.slots.count))
      return grammar.choices.count - 1
    }

    private mutating func sequence(_ nodes: [StoryNode]) -> Range<Int> {
      var name = ""
      let compiled = nodes.map { node -> Step in
        switch node {
        case .text(let text):
          name = text
          return .piece(piece(text))
        case .reference(let variable, let column):
          let variable = number(ofVariable: variable)
          return .reference(
            variable: Int32(variable),
            column: Int32(self.column(column, in: grammar.variables[variable].table)))
        case .rule(let rule): return .choose(Int32(self.rule(rule)))
        case .choice(let alternatives): return .choose(Int32(choice(alternatives, name: name)))
        case .draw(let variable, let template):
          let steps = sequence(template)
          grammar.draws.append(Draw(variable: number(ofVariable: variable), steps: steps))
          return .draw(Int32(grammar.draws.count - 1))
        }
      }
      let first = grammar.steps.count
      grammar.steps += compiled
      return first..<grammar.steps.count
    }

    /// A column by its name; a name with a capital stands for the column without, capitalised.
    private mutating func column(_ name: String, in table: Int) -> Int {
      if let column = grammar.tables[table].columns.firstIndex(of: name) { return column }
      let plain = name.prefix(1).lowercased() + name.dropFirst()
      guard let source = grammar.tables[table].columns.firstIndex(of: plain) else {
        preconditionFailure("the table '\(grammar.tables[table].name)' has no column '\(name)'")
      }
      let rows = grammar.tables[table].rows
      let cells = (0..<rows).map { row in
        let cell = grammar.pieces[Int(grammar.tables[table].cells[source * rows + row])]
        let text = String(decoding: cell, as: UTF8.self)
        return piece(text.prefix(1).uppercased() + text.dropFirst())
      }
      grammar.tables[table].columns.append(name)
      grammar.tables[table].cells += cells
      return grammar.tables[table].columns.count - 1
    }
  }
}

/// Checks that every variable is drawn once, and before it is used, on every way through a grammar.
private struct BindingChecker {
  let grammar: StoryGrammar
  private var known: [Key: UInt64] = [:]

  private struct Key: Hashable {
    var choice: Int
    var bound: UInt64
  }

  init(grammar: StoryGrammar) {
    precondition(grammar.variables.count <= 64, "more variables than bits")
    self.grammar = grammar
  }

  /// The variables that are certainly drawn after a step, as bits.
  mutating func bound(after step: StoryGrammar.Step, before: UInt64) -> UInt64 {
    switch step {
    case .piece: return before
    case .reference(let variable, _):
      precondition(
        before & 1 << UInt64(variable) != 0,
        "'\(grammar.variables[Int(variable)].name)' is used before it is drawn")
      return before
    case .draw(let number):
      let draw = grammar.draws[Int(number)]
      let variable = grammar.variables[draw.variable]
      precondition(before & 1 << UInt64(draw.variable) == 0, "'\(variable.name)' is drawn twice")
      for other in variable.excluded {
        precondition(before & 1 << UInt64(other) != 0, "'\(variable.name)' is drawn too early")
      }
      return bound(after: draw.steps, before: before | 1 << UInt64(draw.variable))
    case .choose(let number):
      let key = Key(choice: Int(number), bound: before)
      if let result = known[key] { return result }
      let alternatives = grammar.alternatives[grammar.choices[Int(number)].alternatives]
      let result = alternatives.reduce(UInt64.max) { $0 & bound(after: $1.steps, before: before) }
      known[key] = result
      return result
    }
  }

  private mutating func bound(after steps: Range<Int>, before: UInt64) -> UInt64 {
    grammar.steps[steps].reduce(before) { bound(after: $1, before: $0) }
  }
}
