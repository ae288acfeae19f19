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

  /// A message that quotes a file shows its control characters.
  @Test func messagesDoNotSteerTheTerminal() throws {
    let folder = try TemporaryFolder()
    let tokenizer = try folder.file(
      "tokenizer.json", #"{"pre_tokenizer":{"type":"W\u001b[2J"}}"#)
    let outcome = try Tool("fl-tokenize").run(["encode", "--tokenizer", tokenizer])
    #expect(outcome.status == 65)
    #expect(outcome.errorText.contains("W␛[2J"), "\(outcome.errorText)")
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
