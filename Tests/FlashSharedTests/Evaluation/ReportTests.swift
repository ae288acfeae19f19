import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// Reports of runs whose records are made up.
@Suite struct ReportTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let log = """
    {"event":"start","version":"v7.4","variant":"sound","parameters":6564864,"threads":2,"seed":1}
    {"event":"step","step":1,"tokens":8192,"loss":8.5,"elapsed":1,"memory_bytes":209715200}
    {"event":"step","step":2,"tokens":16384,"loss":4.5,"elapsed":2,"memory_bytes":314572800}
    {"event":"validation","step":2,"val_loss":4.25,"val_bpc":1.5,"tokens":16384,"elapsed":2.5}
    {"event":"end","step":2,"tokens":16384,"elapsed":2.5,"peak_memory_bytes":314572800}

    """

  /// A run of a pipeline: its folder, and its records in the folder above.
  private func run(
    _ name: String, _ variant: String = "sound", version: String = "v7.4",
    records: [String: JSONObject] = [:]
  ) throws -> String {
    let path = folder.file("\(name)/run")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let published = try PublishedRecipes.recipe(version).settings
    let recipe: JSONObject = [
      "version": .string(version), "variant": .string(variant), "budget": ["minutes": 3],
      "name": published["name"] ?? .null, "published": published["published"] ?? .null,
    ]
    _ = try folder.file("\(name)/run/recipe.json", JSONValue.object(recipe).serialized())
    _ = try folder.file("\(name)/run/log.jsonl", Self.log)
    _ = try folder.file("\(name)/run/best.safetensors", "")
    for (record, fields) in records {
      var object: JSONObject = [
        "event": record == "protocol" ? "evaluation" : .string(record), "run": .string(path),
        "version": .string(version), "variant": .string(variant),
      ]
      for (name, value) in fields.members { object[name] = value }
      _ = try folder.file("\(name)/\(record).json", JSONValue.object(object).serialized())
    }
    return path
  }

  private static let sound: [String: JSONObject] = [
    "evaluation": [
      "protocol": "whole", "perplexity": 12.5, "bits_per_character": 0.875, "bits_per_byte": 0.87,
      "target_shift": 0, "parameters": 6_564_864, "floor_bits_per_character": 0.25,
      "bits_per_character_above_floor": 0.625,
    ],
    "leak": [
      "leaks": false, "loss_gap": 0.0001, "teacher_forced_loss": 2.5, "prefix_only_loss": 2.5001,
      "windows": 32, "window": 256, "form": "incremental", "bits_per_character_gap": 0.00004,
    ],
  ]
  private static let published: [String: JSONObject] = [
    "evaluation": [
      "protocol": "whole", "perplexity": 3.5, "bits_per_character": 0.125, "target_shift": 1,
      "floor_bits_per_character": 0.25, "bits_per_character_above_floor": -0.125,
    ],
    "protocol": ["protocol": "published", "perplexity": 3.375],
    "leak": [
      "leaks": true, "loss_gap": 4.25, "teacher_forced_loss": 1.25, "prefix_only_loss": 5.5,
      "windows": 32, "window": 256, "form": "prefixes", "bits_per_character_gap": 1.5,
      "largest_change": 0.5, "loss_gap_standard_error": 0.125,
    ],
    "quality": ["samples": 3, "distinct_2": 0.5, "longest_overlap_characters": 40],
  ]

  private func pair() throws -> Report {
    Report([
      try ReportedRun(path: run("b", "published", records: Self.published)),
      try ReportedRun(path: run("a", records: Self.sound)),
    ])
  }

  @Test func aVersionIsOneLineWithBothRuns() throws {
    let report = try pair()
    #expect(report.json.count == 1)
    let line = JSONValue.object(try #require(report.json.first))
    #expect(line["version"] == "v7.4")
    #expect(line["claim"]?["perplexity"] == 2.33)
    #expect(line["sound"]?["next_token_perplexity"] == 12.5)
    #expect(line["sound"]?["tokens_seen"] == 16384)
    #expect(line["sound"]?["tokens_per_second"]?.doubleValue == 16384 / 2.5)
    #expect(line["sound"]?["peak_memory_bytes"] == 314_572_800)
    #expect(line["sound"]?["goes_below_floor"] == false)
    #expect(line["sound"]?["missing"] == [])
    #expect(line["sound"]?["run"]?.stringValue?.hasSuffix("a/run") == true)
    #expect(line["published"]?["run"]?.stringValue?.hasSuffix("b/run") == true)
    #expect(line["published"]?["published_protocol_perplexity"] == 3.375)
    #expect(line["published"]?["next_token_perplexity"] == .null)
    #expect(line["published"]?["leak_nats_per_token"] == 4.25)
    #expect(line["published"]?["goes_below_floor"] == true)
    #expect(line["published"]?["prefix_only_bits_per_character"] == 1.625)
    #expect(line["published"]?["quality"]?["distinct_2"] == 0.5)
  }

  @Test func everyRowHasACellForEachColumn() throws {
    let tables = ReportTable.all(try pair())
    #expect(tables.count == 5)
    for table in tables {
      for row in table.rows { #expect(row.count == table.columns.count, "\(table.title)") }
    }
  }

  @Test func versionsAreInTheirOrderAndRunsOfOneVariantInLines() throws {
    let report = Report([
      try ReportedRun(path: run("d", version: "v8")), try ReportedRun(path: run("a")),
      try ReportedRun(path: run("b")), try ReportedRun(path: run("c", version: "v4")),
    ])
    #expect(report.lines.map(\.version) == ["v4", "v7.4", "v7.4", "v8"])
    #expect(report.lines[0].sound?.missing == [.evaluation, .leak])
  }

  /// A version's sound run on real text stands beside the one whose floor is known.
  @Test func aSecondSoundRunTellsTheDistanceToTheFloor() throws {
    var real = Self.sound
    for name in ["floor_bits_per_character", "bits_per_character_above_floor"] {
      real["evaluation"]?[name] = nil
    }
    let runs = [
      try ReportedRun(path: run("v7.4-embedded", records: Self.sound)),
      try ReportedRun(path: run("v7.4-sound", records: real)),
    ]
    let report = Report(runs)
    let line = JSONValue.object(try #require(report.json.first))
    #expect(report.lines.count == 1)
    #expect(line["sound"]?["run"]?.stringValue?.hasSuffix("v7.4-sound/run") == true)
    #expect(line["sound"]?["bits_per_character_above_floor"] == .null)
    #expect(line["embedded"]?["run"]?.stringValue?.hasSuffix("v7.4-embedded/run") == true)
    let versions = try #require(ReportTable.all(report).first)
    let place = try #require(versions.columns.firstIndex { $0.title == "above floor" })
    #expect(versions.rows[0][place].text == "0.625")
    #expect(versions.rows[0][place].run == runs[0].folder.path)
    // Alone, it is the version's sound run.
    #expect(Report([runs[0]]).lines[0].sound?.folder.path == runs[0].folder.path)
  }

  @Test func recordsOfOthersAndOldOnesDoNotCount() throws {
    let path = try run("a", records: ["evaluation": ["protocol": "whole", "perplexity": 2]])
    let evaluation = folder.file("a/evaluation.json")
    #expect(try ReportedRun(path: path).missing == [.leak])
    // Older than the parameters.
    try FileManager.default.setAttributes(
      [.modificationDate: Date.now - 3600], ofItemAtPath: evaluation)
    #expect(try ReportedRun(path: path).missing == [.evaluation, .leak])
    // Of another run, as the baseline that lies beside it.
    _ = try folder.file(
      "a/evaluation.json",
      #"{"event":"evaluation","run":"x/baseline","version":"v7.4","variant":"sound"}"#)
    #expect(try ReportedRun(path: path).missing == [.evaluation, .leak])
    // Not whole.
    _ = try folder.file("a/evaluation.json", "{")
    #expect(throws: JSONError.self) { try ReportedRun(path: path) }
  }

  /// A record that differs from the run's own in one member, and what is missing with it.
  @Test(
    arguments: [
      ("evaluation", "version", "v7.3"), ("evaluation", "variant", "published"),
      ("evaluation", "event", "leak"), ("evaluation", "run", "/elsewhere/baseline"),
      ("evaluation", "protocol", "published"), ("leak", "version", "v7.3"),
      ("leak", "variant", "published"), ("leak", "event", "causality"),
      ("leak", "run", "/elsewhere/baseline"),
    ] as [(String, String, String)])
  func recordsOfAnotherRunDoNotCount(_ record: String, _ member: String, _ value: String) throws {
    let path = try run("a", records: Self.sound)
    #expect(try ReportedRun(path: path).missing == [])
    let file = folder.file("a/\(record).json")
    var object = try #require(JSONValue(contentsOf: file).objectValue)
    object[member] = .string(value)
    _ = try folder.file("a/\(record).json", JSONValue.object(object).serialized())
    let other = try ReportedRun(path: path)
    #expect(other.missing.map(\.rawValue) == [record])
    #expect(other.figures[record == "leak" ? "leaks" : "perplexity"] == .null)
    // Without the member nothing says that it is this run's, but for the protocol.
    object[member] = nil
    _ = try folder.file("a/\(record).json", JSONValue.object(object).serialized())
    let unnamed = try ReportedRun(path: path).missing.map(\.rawValue)
    #expect(unnamed == (member == "protocol" ? [] : [record]))
  }

  /// A folder that was moved with its records keeps them: only the run's own name counts.
  @Test func aRunThatWasMovedKeepsItsRecords() throws {
    _ = try run("a", records: Self.sound)
    try FileManager.default.moveItem(atPath: folder.file("a"), toPath: folder.file("b"))
    #expect(try ReportedRun(path: folder.file("b/run")).missing == [])
  }

  /// Losses and tokens are drawn on logarithmic axes: a loss that falls by equal factors is a line
  /// whose points are equally far apart.
  @Test func curvesOfThePageAreLogarithmic() throws {
    let path = try run("a")
    let steps = (0...2).map { step in
      let tokens = step == 0 ? 100 : step == 1 ? 1000 : 10_000
      return """
        {"event":"step","step":\(step),"tokens":\(tokens),"loss":\(8 >> step),\
        "elapsed":\(60 * step)}

        """
    }
    _ = try folder.file("a/run/log.jsonl", steps.joined())
    let page = try Report([ReportedRun(path: path)]).page(title: "page")
    for (title, shares) in [("Loss over time", [0.5, 0.5]), ("Loss over tokens", [0.5, 0.5])] {
      let plot = try #require(page.components(separatedBy: "<figcaption>\(title)").last)
      let line = try #require(plot.firstMatch(of: /polyline fill="none" points="([^"]*)"/))
      let points = line.output.1.split(separator: " ").map {
        $0.split(separator: ",").compactMap { Double($0) }
      }
      #expect(points.count == 3)
      for axis in 0...1 {
        let middle = (points[1][axis] - points[0][axis]) / (points[2][axis] - points[0][axis])
        #expect(abs(middle - shares[axis]) < 2e-3, "\(title), axis \(axis)")
      }
    }
  }

  @Test func markdownShowsBothNumbersSideBySide() throws {
    let sound = try run("a", records: Self.sound)
    _ = try folder.file("a/samples.txt", "Once | upon\r\n\na *time*\0\u{1B}[2J\u{9B}2J")
    let text = try Report([
      ReportedRun(path: run("b", "published", records: Self.published)),
      ReportedRun(path: sound),
    ]).markdown()
    #expect(text.contains("| 2.33 | 3.375 | yes, 4.25 | 12.5 | 0.875 |"))
    #expect(
      text.contains(
        "| 1.250 (3.49) | 5.500 (244.7) | +4.250 ± 0.125 | 32 of 256 | prefix by prefix |"))
    #expect(text.contains("below the floor: it reads the answer"))
    #expect(text.contains("> Once | upon␍\n>\n> a \\*time\\*␀␛\\[2J�2J\n"))
    for line in text.split(separator: "\n") where line.hasPrefix("|") {
      #expect(line.hasSuffix("|"))
    }
  }

  @Test func thePageNeedsNothingElse() throws {
    let page = try pair().page(title: "a & b")
    #expect(page.hasPrefix("<!DOCTYPE html>"))
    #expect(page.contains("<title>a &amp; b</title>"))
    #expect(page.contains("prefers-color-scheme: dark"))
    #expect(page.contains("<polyline"))
    for foreign in ["<script", "http:", "https:", "@import", "url("] {
      #expect(!page.contains(foreign), "\(foreign)")
    }
    // Each curve and figure names its run.
    #expect(page.components(separatedBy: folder.file("a/run")).count > 10)
  }
}
