import Foundation
import Testing

@testable import FlashShared

/// Every operation against a naive oracle and its finite differences in float64.
@Suite struct OperationTests {
  static let checks: [OperationCheck] =
    embeddingChecks + linearChecks + normalizationChecks + elementwiseChecks + attentionChecks
    + lossChecks + convolutionChecks + swiGLUChecks + deltaMemoryChecks + mixtureChecks
    + wordDropoutChecks + termChecks + cappedAttentionChecks
    + futureChecks + runningStateChecks + addressChecks
    + fadingMemoryChecks + gateChecks + recurrenceChecks + compositionChecks + earlyExitChecks

  @Test(arguments: checks) func agreesWithItsOracle(_ check: OperationCheck) { check.run() }

  /// An operation that nobody checks cannot be added.
  @Test func everyOperationIsChecked() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../Sources/FlashShared/Ops").standardizedFileURL
    var declared: Set<String> = []
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
      for match in text.matches(of: /struct (\w+): Operation\b/) {
        declared.insert(String(match.1))
      }
    }
    #expect(declared.count > 5)
    // Decodes only, and is compared with the matrix product in PackedPatternTests.
    declared.remove("PatternScores")
    #expect(declared.subtracting(Self.checks.map(\.operation)) == [])
  }
}
