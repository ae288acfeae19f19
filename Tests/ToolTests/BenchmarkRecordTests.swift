import Foundation
import TestSupport
import Testing

/// What benchmarks measured is kept by `benchmarks/record.py`, and `benchmarks/tables.py` makes tables
/// of it.
@Suite struct BenchmarkRecordTests {
  private let folder: TemporaryFolder
  private let record = Tool(script: "benchmarks/record.py")
  private let tables = Tool(script: "benchmarks/tables.py")

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.file("benchmarks/runs"), withIntermediateDirectories: true)
    _ = try folder.file("benchmarks/NOTES.md", "# Notes\n")
  }

  private func measured(_ version: String, tokens: Int, speed: Int) -> String {
    """
    {"benchmark": "decoding", "version": "\(version)", "parameters": 1234, "tokens": \(tokens), \
    "tokens_per_second": \(speed)}

    """
  }

  private func write(_ lines: String...) throws {
    _ = try folder.file("benchmarks/runs/day.jsonl", lines.joined())
  }

  private func readme(_ marker: String, _ body: String) throws {
    _ = try folder.file(
      "README.md", "A\n\n<!-- table: \(marker) -->\n\(body)<!-- end of table -->\n\nB\n")
  }

  private func readme() throws -> String {
    try String(contentsOfFile: folder.file("README.md"), encoding: .utf8)
  }

  @Test func theRepositoryShowsItsRecords() throws {
    let outcome = try tables.run(["--check"])
    #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
  }

  @Test func measurementsAreKeptWithTheMachine() throws {
    let lines = "{\"version\": \"v1\"}\n" + measured("v1", tokens: 256, speed: 1000)
    for _ in 0..<2 {
      let outcome = try record.run(
        ["--runs", folder.file("kept"), "--processor", "Some CPU", "--note", "quiet"],
        input: Array(lines.utf8))
      #expect(outcome.status == 0, "\(outcome.errorText)")
      #expect(outcome.text == lines)
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("kept"))
    try #require(names.count == 1)
    #expect(names[0].firstMatch(of: /^\d{4}-\d\d-\d\d-some-cpu-[a-z0-9]+\.jsonl$/) != nil)
    let text = try String(contentsOfFile: folder.file("kept/\(names[0])"), encoding: .utf8)
    let kept = text.split(separator: "\n")
    #expect(kept.count == 2)
    for member in [
      #""processor": "Some CPU""#, #""version": "v1""#, #""note": "quiet""#, #""units": ""#,
      #""cores": "#, #""date": "\#(names[0].prefix(10))""#,
    ] { #expect(kept.allSatisfy { $0.contains(member) }, "\(member)") }
  }

  @Test func nothingIsKeptOfWhatIsNoMeasurement() throws {
    let outcome = try record.run(["--runs", folder.file("kept")], input: Array("{}\nx\n".utf8))
    #expect(outcome.status == 1)
    #expect(outcome.text == "{}\nx\n")
    #expect(!FileManager.default.fileExists(atPath: folder.file("kept")))
  }

  @Test func tablesShowTheLastRecordOfAMeasurement() throws {
    try write(
      measured("v1", tokens: 256, speed: 1000), measured("v2", tokens: 256, speed: 3),
      measured("v1", tokens: 512, speed: 900), measured("v1", tokens: 256, speed: 2000))
    try readme("decoding day v1", "old\n")
    #expect(try tables.run(["--root", folder.path, "--check"]).status == 1)
    #expect(try readme().contains("old"))
    #expect(try tables.run(["--root", folder.path]).status == 0)
    #expect(
      try readme() == """
        A

        <!-- table: decoding day v1 -->

        | tokens drawn, context of as many | v1 (1,234 parameters) |
        |---|--:|
        | 256 | 2,000 |
        | 512 | 900 |

        <!-- end of table -->

        B

        """)
    #expect(try tables.run(["--root", folder.path, "--check"]).status == 0)
  }

  @Test(arguments: [
    ("speed day", "there is no table 'speed'"), ("decoding night", "night.jsonl"),
    ("decoding day v3", "no record of decoding v3"), ("training day", "no record of training"),
  ])
  func aTableWithoutRecordsIsAnError(_ marker: String, _ message: String) throws {
    try write(measured("v1", tokens: 256, speed: 1000))
    try readme(marker, "old\n")
    let outcome = try tables.run(["--root", folder.path])
    #expect(outcome.status == 1)
    #expect(outcome.errorText.contains(message), "\(outcome.errorText)")
    #expect(try readme().contains("old"))
  }

  @Test func aTableThatDoesNotEndIsAnError() throws {
    try write(measured("v1", tokens: 256, speed: 1000))
    _ = try folder.file("README.md", "<!-- table: decoding day -->\nB\n")
    let outcome = try tables.run(["--root", folder.path])
    #expect(outcome.status == 1)
    #expect(outcome.errorText.contains("has no <!-- end of table -->"))
  }
}
