import FlashShared
import Foundation
import TestSupport
import Testing

/// What `pipelines/results.sh` keeps of runs.
@Suite struct ResultsTests {
  private let folder: TemporaryFolder
  private let environment = ["FLASHLM_BIN": Tool.products]
  private static let readme =
    "# A\n\n<!-- results -->\nold\n<!-- end of results -->\n\n## B\n"

  init() throws { folder = try TemporaryFolder() }

  private func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder.file(name), withIntermediateDirectories: true)
  }

  /// Runs the script on the runs in `all`; gives the README as it is then.
  private func results(readme: String) throws -> (outcome: Tool.Outcome, readme: String) {
    let path = try folder.file("repository/README.md", readme)
    let outcome = try Tool(script: "pipelines/results.sh").run(
      [folder.file("all"), folder.file("repository")], environment: environment)
    return (outcome, try String(contentsOfFile: path, encoding: .utf8))
  }

  private func writeRun(_ name: String, version: String, perplexity: Double) throws {
    let run = "all/\(name)/run"
    try makeFolder(run)
    var recipe = try PublishedRecipes.recipe(version).settings
    recipe["variant"] = "sound"
    _ = try folder.file("\(run)/recipe.json", JSONValue.object(recipe).serialized())
    _ = try folder.file("\(run)/log.jsonl", #"{"event":"start","version":"\#(version)"}"# + "\n")
    _ = try folder.file("\(run)/best.safetensors", "weights")
    _ = try folder.file(
      "all/\(name)/evaluation.json",
      """
      {"event":"evaluation","run":"\(run)","version":"\(version)","variant":"sound","protocol":\
      "whole","perplexity":\(perplexity),"target_shift":0}
      """)
  }

  @Test func recordsAreKeptAndTheFirstTableIsInTheReadme() throws {
    try makeFolder("repository")
    try writeRun("a", version: "v4", perplexity: 17.5)
    _ = try folder.file("all/report.md", "Made by hand.\n\n## x\n")
    let first = try results(readme: Self.readme)
    #expect(first.outcome.status == 0, "\(first.outcome.errorText)")
    #expect(first.readme.contains("<!-- results -->\n\nMade by hand.\n\nClaim: "))
    #expect(first.readme.contains("| v4 Bolt |") && first.readme.contains("| 17.5 |"))
    #expect(first.readme.hasPrefix("# A\n") && first.readme.hasSuffix("\n\n## B\n"))
    #expect(!first.readme.contains("old") && !first.readme.contains("## The runs"))
    #expect(try results(readme: first.readme).readme == first.readme)

    // The records are enough for the report, and those of earlier calls stay in it.
    try FileManager.default.removeItem(atPath: folder.file("all/a"))
    try writeRun("b", version: "v5", perplexity: 20.25)
    let second = try results(readme: first.readme)
    #expect(second.readme.contains("| 17.5 |") && second.readme.contains("| 20.25 |"))
    let kept = folder.file("repository/results/runs")
    #expect(FileManager.default.fileExists(atPath: "\(kept)/a/run/log.jsonl"))
    #expect(!FileManager.default.fileExists(atPath: "\(kept)/a/run/best.safetensors"))
  }

  @Test func nothingChangesWithoutAReportOrAPlaceForIt() throws {
    for path in ["all", "repository"] { try makeFolder(path) }
    let (outcome, readme) = try results(readme: Self.readme)
    #expect(outcome.status == 64)
    #expect(outcome.errorText.contains("report.md is not there"))
    #expect(readme == Self.readme)
    _ = try folder.file("all/report.md", "x\n")
    let second = try results(readme: "<!-- results -->\n")
    #expect(second.outcome.status == 64)
    #expect(second.outcome.errorText.contains("<!-- end of results -->"))
    #expect(second.readme == "<!-- results -->\n")
  }
}
