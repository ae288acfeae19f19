import FlashShared
import TestSupport
import Testing

/// A run that is stopped and resumed counts on where it was, whatever its budget counts.
@Suite struct ResumedRunTests {
  private let runs: TrainingRuns
  /// Input tokens of a step of the fixture's recipe.
  private let tokensPerStep = 72

  init() throws { runs = try TrainingRuns() }

  /// The schedule must not follow a budget that changes.
  private static func fix(_ recipe: inout Recipe, budget: JSONValue) {
    recipe.set("optimizer.total_steps", 20)
    recipe.set("budget", budget)
  }

  @Test func tokensCountOverAllSessions() throws {
    try runs.run("whole") { Self.fix(&$0, budget: ["tokens": 720]) }
    try runs.run("resumed") { Self.fix(&$0, budget: ["tokens": 288]) }
    try runs.run("resumed", resumes: true) { Self.fix(&$0, budget: ["tokens": 720]) }
    for name in ["whole", "resumed"] {
      let end = try #require(try runs.events(name, "end").last)
      #expect(end["step"] == 10)
      #expect(end["tokens"] == 720)
      let tokens = try runs.events(name, "step").compactMap { $0["tokens"]?.integerValue }
      #expect(tokens == (1...10).map { $0 * tokensPerStep })
    }
    #expect(try runs.bits("resumed") == runs.bits("whole"))
  }

  @Test func secondsCountOverAllSessions() throws {
    try runs.run("a") { Self.fix(&$0, budget: ["steps": 4]) }
    try runs.edit("a", state: ["seconds": 2])
    let bits = try runs.bits("a")
    #expect(throws: TrainingError.self) {
      try runs.run("a", resumes: true) { Self.fix(&$0, budget: ["minutes": 0.03]) }
    }
    #expect(try runs.bits("a") == bits)
    // A microsecond is left, less than the one step takes that begins in it.
    try runs.run("a", resumes: true) {
      Self.fix(&$0, budget: ["minutes": .number((2 + 1e-6) / 60)])
    }
    let end = try #require(try runs.events("a", "end").last)
    #expect(end["step"] == 5)
    #expect(try #require(end["elapsed"]?.doubleValue) > 2)
  }

  /// The speed is that of the session alone: its tokens by its seconds.
  @Test func speedIsThatOfTheSession() throws {
    try runs.run("a") { Self.fix(&$0, budget: ["steps": 4]) }
    let before = 8.0
    try runs.edit("a", state: ["seconds": .number(before)])
    try runs.run("a", resumes: true) { Self.fix(&$0, budget: ["steps": 9]) }
    let steps = try runs.events("a", "step")
    #expect(steps.count == 9)
    for (index, event) in steps.enumerated() {
      let tokens = (index < 4 ? index + 1 : index - 3) * tokensPerStep
      let elapsed = try #require(event["elapsed"]?.doubleValue) - (index < 4 ? 0 : before)
      let speed = try #require(event["tok_per_sec"]?.doubleValue)
      // The log has nine digits of the seconds.
      #expect(abs(speed * elapsed - Double(tokens)) <= 0.01 * Double(tokens), "step \(index + 1)")
    }
  }

  /// v8's value heads rest for the first three steps, so that their corrections for bias are others
  /// than those of the rest. The run stops while they rest, and after their first updates.
  @Test(arguments: [2, 5]) func eachParameterKeepsItsNumberOfUpdates(stop: Int) throws {
    var recipe = TrainingFixture.recipe
    recipe["version"] = "v8"
    recipe["model"] = [
      "d_model": 16, "n_layers": 2, "d_ff": 24, "n_heads": 2, "d_head": 8, "dropout": 0.1,
    ]
    recipe["objective"] = [
      "lookahead_horizon": 4, "lookahead_weight": 0.1, "lookahead_warmup": 3,
    ]
    try runs.run("whole", recipe: recipe) { Self.fix(&$0, budget: ["steps": 8]) }
    try runs.run("resumed", recipe: recipe) {
      Self.fix(&$0, budget: ["steps": .integer(stop)])
    }
    try runs.run("resumed", recipe: recipe, resumes: true) {
      Self.fix(&$0, budget: ["steps": 8])
    }
    let names = try runs.last("whole").names.filter { !$0.hasPrefix("optimizer.") }
    let counts: [JSONValue] = names.map { $0.hasPrefix("lookahead_heads.") ? 5 : 8 }
    #expect(counts.contains(5))
    for name in ["whole", "resumed"] {
      #expect(try runs.state(name)["update_counts"] == .array(counts))
    }
    #expect(try runs.bits("resumed") == runs.bits("whole"))
  }
}
