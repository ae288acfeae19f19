import Foundation
import Testing

@testable import FlashShared

/// The machinery on grammars small enough to enumerate.
@Suite struct StoryNotationTests {
  private static let tables = [
    StoryTable("child", "name he", "Mia / she\nTom / he\nZoe / she"),
    StoryTable("thing", "one many", "a ball / balls\na cup / cups"),
  ]
  private static let variables = [
    StoryVariable("hero", in: "child"), StoryVariable("friend", in: "child", except: ["hero"]),
    StoryVariable("third", in: "child", except: ["hero", "friend"]),
    StoryVariable("thing", in: "thing"),
  ]

  private func grammar(_ rules: String) -> StoryGrammar {
    StoryGrammar(
      tables: Self.tables, variables: Self.variables, rules: StoryNotation.rules(rules),
      start: "start")
  }

  /// Every text that a grammar writes, with the probability that its derivations add up to.
  private func enumerate(_ grammar: StoryGrammar) -> [(text: String, probability: Double)] {
    var found: [(String, Double)] = []
    func go(_ frames: [Range<Int>], _ text: [UInt8], _ probability: Double, _ rows: [Int]) {
      var frames = frames
      while let last = frames.last, last.isEmpty { frames.removeLast() }
      guard let frame = frames.popLast() else {
        found.append((String(decoding: text, as: UTF8.self), probability))
        return
      }
      frames.append((frame.lowerBound + 1)..<frame.upperBound)
      switch grammar.steps[frame.lowerBound] {
      case .piece(let piece): go(frames, text + grammar.pieces[Int(piece)], probability, rows)
      case .reference(let variable, let column):
        let piece = grammar.piece(Int(variable), Int(column), row: rows[Int(variable)])
        go(frames, text + grammar.pieces[piece], probability, rows)
      case .choose(let number):
        let choice = grammar.choices[Int(number)]
        for alternative in grammar.alternatives[choice.alternatives] {
          let share = Double(alternative.weight) / Double(choice.slots.count)
          go(frames + [alternative.steps], text, probability * share, rows)
        }
      case .draw(let number):
        let draw = grammar.draws[Int(number)]
        let variable = grammar.variables[draw.variable]
        let open = (0..<grammar.tables[variable.table].rows).filter { row in
          !variable.excluded.contains { rows[$0] == row }
        }
        for row in open {
          var rows = rows
          rows[draw.variable] = row
          go(frames + [draw.steps], text, probability / Double(open.count), rows)
        }
      }
    }
    let start = grammar.choices[grammar.start]
    for alternative in grammar.alternatives[start.alternatives] {
      go(
        [alternative.steps], [], Double(alternative.weight) / Double(start.slots.count),
        Array(repeating: -1, count: grammar.variables.count))
    }
    return found
  }

  private static let small = """
    start:
    3| {hero={hero.name}} [met|2:saw] {friend:name}. {end}
    1| Here [is|was] {hero={hero.name} with {thing:one}}¶
       and [two|three] more {thing.many}.

    end:
    | {hero.He} laughed.
    | {third:name} came. {friend.He} [ran|sat].
    """

  @Test func aSmallGrammarIsAProbabilityDistributionOverItsTexts() throws {
    let grammar = grammar(Self.small)
    #expect(grammar.ambiguities() == [])
    let all = enumerate(grammar)
    #expect(all.count == 3 * 2 * 2 * (1 + 2) + 2 * 3 * 2 * 2)
    #expect(Set(all.map(\.text)).count == all.count)
    #expect(abs(all.reduce(0) { $0 + $1.probability } - 1) < 1e-12)
    #expect(all.contains { $0.text == "Mia saw Tom. Zoe came. He ran." })
    #expect(all.contains { $0.text == "Here was Tom with a cup\nand two more cups." })
    var (entropy, characters) = (0.0, 0.0)
    for (text, probability) in all {
      let bits = try #require(grammar.bits(of: Array(text.utf8)), "\(text)")
      #expect(abs(bits + log2(probability)) < 1e-9, "\(text)")
      entropy -= probability * log2(probability)
      characters += probability * Double(text.utf8.count)
    }
    let expected = grammar.expectation()
    #expect(abs(expected.bits - entropy) < 1e-9)
    #expect(abs(expected.characters - characters) < 1e-9)
    #expect(expected.longest == all.map(\.text.utf8.count).max())
  }

  @Test func aSmallGrammarIsSampledAsItSays() {
    let grammar = grammar(Self.small)
    let probability = Dictionary(
      uniqueKeysWithValues: enumerate(grammar).map { ($0.text, $0.probability) })
    var counts: [String: Int] = [:]
    let draws = 60_000
    for index in 0..<draws {
      counts[grammar.story(seed: 1, index: UInt64(index)).text, default: 0] += 1
    }
    var chiSquare = 0.0
    for (text, count) in counts {
      let expected = Double(draws) * (probability[text] ?? 0)
      #expect(expected > 0, "\(text)")
      chiSquare += (Double(count) - expected) * (Double(count) - expected) / expected
    }
    #expect(counts.count == probability.count)
    // Mean and standard deviation of the distribution with one degree less than there are texts.
    let freedom = Double(probability.count - 1)
    #expect(abs(chiSquare - freedom) < 4 * (2 * freedom).squareRoot())
  }

  @Test(arguments: [
    // The same text twice.
    "start:\n| one\n| one",
    // A prefix of another.
    "start:\n| one\n| one more",
    // Two ways to split a text.
    "start:\n| [a|ab] c\n| [ab|abc] c",
    // Inline choices that can go the same way.
    "start:\n| [x|y] end\n| [y|z] end",
    // A name that two draws can both give.
    "start:\n| {hero:name} ran\n| {friend} ran\n\nfriend:\n| {thing=Mia}",
    // Rows that the text does not tell apart.
    "start:\n| {hero={hero.he} ran}",
    "start:\n| Tom {thing=has it}",
    // An alternative that writes nothing.
    "start:\n| one[| more]",
    // A reference that agrees with a text.
    "start:\n| {hero={hero.name}}: [{hero.he}|she] ran",
  ])
  func ambiguousGrammarsAreFound(rules: String) {
    let found = grammar(rules).ambiguities()
    #expect(!found.isEmpty)
  }

  @Test(arguments: [
    "start:\n| {hero:name} met {friend:name}\n| {hero=Here {hero.name}}",
    "start:\n| {hero={hero.name}}: [{hero.he} ran|they ran]",
    "start:\n| {hero:name} {go} {friend:name}\n\ngo:\n| ran to\n| ran and hit",
    "start:\n| {hero={hero.name} {friend={friend.name}[ {hero.name}| {friend.name}]}}",
  ])
  func soundGrammarsPass(rules: String) {
    let grammar = grammar(rules)
    let all = enumerate(grammar)
    #expect(Set(all.map(\.text)).count == all.count)
    #expect(grammar.ambiguities() == [])
  }
}
