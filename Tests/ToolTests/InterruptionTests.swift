import Foundation
import TestSupport
import Testing

/// A short form of the tests of interruption; `make interruption` runs the long one.
@Suite struct InterruptionTests {
  @Test func disturbedRunsEndAsUndisturbedOnes() throws {
    let outcome = try Tool(script: "Tests/Interruption/run.sh").run(
      ["--rounds", "12", "--seed", "1"], environment: ["FLASHLM_BIN": Tool.products])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.text.contains("12 rounds"))
  }

  /// A limit that the library of matrix products could not live with is refused at once. The address
  /// sanitizer itself takes terabytes of addresses.
  @Test(.disabled(if: ProcessInfo.processInfo.environment["FLASHLM_SANITIZE"] == "1"))
  func tooLittleAddressSpaceIsRefused() throws {
    let outcome = try Tool(absolutePath: "/bin/bash").run(
      ["-c", "ulimit -v 450000; exec '\(Tool.products)/fl-shard' inspect none"])
    #expect(outcome.status == 75)
    #expect(outcome.errorText.contains("raise 'ulimit -v'"))
  }
}
