import ArgumentParser
import FlashShared
import Foundation
import ToolSupport

struct CausalityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "causality",
    abstract: "Audit whether a later token changes an earlier prediction.",
    discussion: """
      Replaces each token of a window in turn and watches all logits before it: in a causal model \
      they stay the same to the last bit. Also compares incremental decoding with the parallel \
      forward pass. Exits with 1 if a sound model leaks, or if the two passes differ.
      """)

  @OptionGroup var runOptions: RunOptions

  @Option(
    help: ArgumentHelp(
      "Shards whose first tokens are used (default: random tokens).", valueName: "folder"))
  var data: String?

  @Option(
    help: ArgumentHelp("Tokens to audit (default: the training window).", valueName: "n"))
  var length: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The largest change of a logit that is no leak.", valueName: "x"))
  var tolerance = 0.0

  @Option(help: "The seed of the random tokens.")
  var seed = 0

  func validate() throws {
    guard (1...Self.longest).contains(length ?? 1) else {
      throw ValidationError("--length must be 1 to \(Self.longest).")
    }
    guard seed >= 0 else { throw ValidationError("--seed must be at least 0.") }
    guard tolerance >= 0 else { throw ValidationError("--tolerance must be at least 0.") }
  }

  func run() throws {
    Interruption.install()
    let run = try runOptions.open()
    let tokens = try tokens(run, length ?? run.windowLength)
    let audit = try run.audit(tokens)
    let leaks = !(Double(audit.largestChange) <= tolerance)
    let difference = audit.incrementalDifference.map { Double($0 / max(audit.logitScale, 1e-30)) }
    let decodesAlike = difference.map { $0 <= Self.decodingTolerance } ?? true
    let passes = (!leaks || run.recipe.variant == .published) && decodesAlike
    var event = run.summary
    event["tokens"] = .integer(tokens.count)
    event["source"] = .string(data ?? "random")
    event["leaks"] = .boolean(leaks)
    event["largest_change"] = .number(Double(audit.largestChange))
    event["leaking_positions"] = .integer(
      audit.largestChanges.count { !(Double($0) <= tolerance) })
    event["changes"] = .array(audit.largestChanges.map { .number(Double($0)) })
    event["tolerance"] = .number(tolerance)
    event["logit_scale"] = .number(Double(audit.logitScale))
    event["incremental_difference"] = JSONValue(difference)
    event["incremental_tolerance"] = .number(Self.decodingTolerance)
    event["passes"] = .boolean(passes)
    try EventLog(descriptor: 1).write("causality", event)
    if !passes { throw ExitCode(ExitStatus.checkFailed.rawValue) }
  }

  /// The most tokens of a window, in recipes as well.
  private static let longest = 1 << 20

  /// Of the difference between decoding and the parallel pass, relative to the largest logit.
  private static let decodingTolerance = 1e-4

  private func tokens(_ run: TrainedRun, _ count: Int) throws -> [Int32] {
    guard let data else {
      let stream = RandomStream(seed: UInt64(seed), purpose: .evaluation)
      let bound = UInt64(run.model.vocabularySize)
      return (0..<count).map { Int32(stream.integer(at: UInt64($0), below: bound)) }
    }
    let shards = try ShardSet(path: data)
    try run.check(shards)
    guard shards.tokenCount > 0 else { throw EvaluationError.nothingToScore(path: data) }
    return try shards.tokens(in: 0..<min(count, shards.tokenCount))
  }
}
