import Foundation
import TestSupport
import Testing

/// The version is stated in one place, and the files that repeat it are held to it.
@Suite struct ReleaseTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func outcome(version: String, changelog: String, citation: String) throws
    -> Tool.Outcome
  {
    try FileManager.default.createDirectory(
      atPath: folder.file("Sources/ToolSupport"), withIntermediateDirectories: true)
    _ = try folder.file(
      "Sources/ToolSupport/Version.swift", "  public static let version = \"\(version)\"\n")
    _ = try folder.file("CHANGELOG.md", changelog)
    _ = try folder.file("CITATION.cff", citation)
    return try Tool(script: "Tests/Release/check.sh").run([folder.path])
  }

  @Test func theRepositoryStatesOneVersion() throws {
    let outcome = try Tool(script: "Tests/Release/check.sh").run([])
    #expect(outcome.status == 0, "\(outcome.text)")
  }

  @Test func theToolsPrintThatOfTheChangelog() throws {
    let path = Tool.repository.appending(path: "CHANGELOG.md")
    let changelog = try String(contentsOf: path, encoding: .utf8)
    let release = try #require(changelog.firstMatch(of: #/\n## \[(\d+\.\d+\.\d+)\] - /#))
    for tool in ["fl-tokenize", "fl-shard", "fl-train", "fl-eval", "fl-sample"] {
      #expect(try Tool(tool).run(["--version"]).text == "\(release.1)\n")
    }
  }

  @Test func everyDifferenceIsNamed() throws {
    let changelog = "## [Unreleased]\n\n## [1.3.0] - 2026-12-24\n\n## [1.2.0] - 2026-12-01\n"
    let citation = "version: 1.3.0\ndate-released: \"2026-12-24\"\n"
    #expect(
      try outcome(version: "1.3.0", changelog: changelog, citation: citation).status == 0)

    let other = try outcome(version: "1.4.0", changelog: changelog, citation: citation)
    #expect(other.status == 1)
    #expect(other.text.contains("CHANGELOG.md: the newest release is '1.3.0'"))
    #expect(other.text.contains("CITATION.cff: version is '1.3.0'"))

    let late = try outcome(
      version: "1.3.0", changelog: changelog,
      citation: "version: 1.3.0\ndate-released: \"2026-12-25\"\n")
    #expect(late.status == 1)
    #expect(late.text.contains("CITATION.cff: date-released is '2026-12-25'"))
  }
}
