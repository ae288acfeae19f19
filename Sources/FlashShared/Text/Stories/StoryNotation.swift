/// The parts of a text in the grammar's notation, as it is read from the rules.
///
/// | notation | meaning |
/// |---|---|
/// | `[red|2:blue]` | a choice; `2:` is an alternative's weight, 1 where none is given |
/// | `{opening}` | what the rule `opening` writes |
/// | `{toy:noun}` | draws a row of the table of the variable `toy` and writes its column `noun` |
/// | `{hero=a {hero.kind} named {hero.name}}` | draws a row and writes a text that may refer to it |
/// | `{hero.name}` | a column of a row drawn before; `{hero.He}` writes `he` with a capital |
/// | `¶` | a new paragraph |
///
/// Rules are written one after the other: a line `name:`, then an alternative a line, each with
/// `|` and perhaps a weight (`3|`) before it. Lines without either go on with the alternative
/// above. White space at line ends and around `¶` does not count.
indirect enum StoryNode {
  case text(String)
  case choice([(weight: Int, nodes: [StoryNode])])
  case rule(String)
  case draw(variable: String, template: [StoryNode])
  case reference(variable: String, column: String)
}

/// Reads rules in the notation of `StoryNode`. A mistake in them is a mistake in this program's
/// own source, found by the first test that builds the grammar; it stops the program.
struct StoryNotation {
  private let text: [Character]
  private var position = 0

  private init(_ text: String) { self.text = Array(text) }

  /// Reads a text of rules.
  static func rules(_ source: String) -> [(name: String, choice: StoryNode)] {
    var rules: [(name: String, alternatives: [(weight: Int, text: String)])] = []
    for rawLine in source.split(separator: "\n") {
      let line = trimmed(rawLine)
      if line.isEmpty { continue }
      let head = line.prefix { $0.isNumber }
      if line.hasSuffix(":"), line.dropLast().allSatisfy(isNameCharacter) {
        rules.append((String(line.dropLast()), []))
      } else if line.dropFirst(head.count).first == "|" {
        let start = line.index(after: line.firstIndex(of: "|") ?? line.startIndex)
        rules[rules.count - 1].alternatives.append((Int(head) ?? 1, trimmed(line[start...])))
      } else {
        let last = rules[rules.count - 1].alternatives.count - 1
        rules[rules.count - 1].alternatives[last].text += " " + line
      }
    }
    return rules.map { rule in
      (rule.name, .choice(rule.alternatives.map { ($0.weight, nodes($0.text)) }))
    }
  }

  private static func isNameCharacter(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  /// Reads one alternative's text.
  private static func nodes(_ text: String) -> [StoryNode] {
    var line = text
    for spaced in [" ¶ ", " ¶", "¶ "] {
      line = line.split(separator: spaced, omittingEmptySubsequences: false).joined(separator: "¶")
    }
    var reader = StoryNotation(String(line.map { $0 == "¶" ? "\n" : $0 }))
    let nodes = reader.sequence(until: [])
    precondition(reader.position == reader.text.count, "unbalanced brackets in: \(text)")
    return nodes
  }

  private mutating func sequence(until ends: Set<Character>) -> [StoryNode] {
    var nodes: [StoryNode] = []
    var literal = ""
    func flush() {
      if !literal.isEmpty { nodes.append(.text(literal)) }
      literal = ""
    }
    while position < text.count, !ends.contains(text[position]) {
      let character = text[position]
      position += 1
      switch character {
      case "[":
        flush()
        nodes.append(choice())
      case "{":
        flush()
        nodes.append(braces())
      default: literal.append(character)
      }
    }
    flush()
    return nodes
  }

  private mutating func choice() -> StoryNode {
    var alternatives: [(weight: Int, nodes: [StoryNode])] = []
    repeat {
      var weight = 1
      let digits = text[position...].prefix { $0.isNumber }
      if !digits.isEmpty, position + digits.count < text.count,
        text[position + digits.count] == ":"
      {
        weight = Int(String(digits)) ?? 1
        position += digits.count + 1
      }
      alternatives.append((weight, sequence(until: ["|", "]"])))
      precondition(position < text.count, "a choice without its end in: \(String(text))")
      position += 1
    } while text[position - 1] == "|"
    return .choice(alternatives)
  }

  private mutating func braces() -> StoryNode {
    let name = String(text[position...].prefix(while: Self.isNameCharacter))
    position += name.count
    precondition(position < text.count, "a brace without its end in: \(String(text))")
    let kind = text[position]
    position += 1
    switch kind {
    case "}": return .rule(name)
    case "=":
      let template = sequence(until: ["}"])
      position += 1
      return .draw(variable: name, template: template)
    default:
      let column = String(text[position...].prefix(while: Self.isNameCharacter))
      position += column.count + 1
      precondition(
        position <= text.count && text[position - 1] == "}" && (kind == "." || kind == ":"),
        "a brace is not understood in: \(String(text))")
      let reference = StoryNode.reference(variable: name, column: column)
      return kind == "." ? reference : .draw(variable: name, template: [reference])
    }
  }
}
