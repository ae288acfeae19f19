import Foundation
import TestSupport
import Testing

/// What all five tools have in common.
@Suite struct CommonBehaviourTests {
  static let tools = ["fl-tokenize", "fl-shard", "fl-train", "fl-eval", "fl-sample"]

  @Test(arguments: tools) func theVersionIsPrinted(_ name: String) throws {
    let outcome = try Tool(name).run(["--version"])
    #expect(outcome.status == 0)
    #expect(outcome.text == "1.0.0\n")
    #expect(outcome.errorText.isEmpty)
  }

  @Test(arguments: tools) func helpTeaches(_ name: String) throws {
    let outcome = try Tool(name).run(["--help"])
    #expect(outcome.status == 0)
    #expect(outcome.text.contains("OVERVIEW: "))
    #expect(outcome.text.contains("USAGE: \(name)"))
  }

  @Test(arguments: tools) func anUnknownOptionIsAUsageError(_ name: String) throws {
    let outcome = try Tool(name).run(["--no-such-option"])
    #expect(outcome.status == 64)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errorText.contains("Error: "))
  }
}
