@testable import FlashShared

extension HostileInput {
  /// The files of a run named `run`, besides its recipe.
  private static let runFiles = [
    "log.jsonl", "evaluation.json", "protocol.json", "leak.json", "quality.json", "samples.jsonl",
  ]

  static func readRun(_ bytes: [UInt8]) throws {
    let folder = InputFolder.current.subfolder("run")
    let recipe: JSONValue = [
      "version": "v7.4", "variant": "published", "budget": ["minutes": 3],
    ]
    _ = folder.file("recipe.json", recipe.serialized())
    let pieces = pieces(bytes)
    for (index, name) in runFiles.enumerated() {
      _ = folder.file(name, index < pieces.count ? pieces[index] : [])
    }
    try readLog(Array(pieces.first ?? []), in: folder)
    let run = try ReportedRun(path: folder.path)
    let chart = TrainingChart(run.history, name: "run", budget: try? Budget(run.recipe))
    for size in [(width: 40, height: 12), (width: 200, height: 40)] {
      let lines = chart.lines(width: size.width, height: size.height, isColoured: false)
      require(lines.count <= size.height + 1, "a chart of too many lines")
    }
    let report = Report([run])
    for line in report.json {
      let text = JSONValue.object(line).serialized()
      _ = try JSONValue(parsing: text, source: "report")
    }
    require(!report.markdown().isEmpty && !report.page().isEmpty, "an empty report")
    let samples = try SampleText.read([folder.file("samples.jsonl", pieces.last ?? [])])
    _ = JSONValue.object(try SampleQuality(samples).json).serialized()
  }

  /// A log tells the same when it is read as it grows.
  private static func readLog(_ bytes: [UInt8], in folder: InputFolder) throws {
    let history = try TrainingHistory(path: folder.file("log.jsonl", bytes))
    var growing = TrainingHistory()
    var reader = TrainingHistoryReader(path: "log.jsonl")
    for first in stride(from: 0, to: bytes.count, by: 7) {
      try reader.read(Array(bytes[first..<min(first + 7, bytes.count)]), into: &growing)
    }
    require(history.points == growing.points, "steps depend on how a log is read")
    require(history.validations == growing.validations, "validations depend on how a log is read")
  }

  static let runSeeds: [[UInt8]] = {
    let log = """
      {"event":"start","version":"v7.4","variant":"published","parameters":99,"threads":2,"seed":1}
      {"event":"defect","text":"sees the future"}
      {"event":"step","step":1,"tokens":8192,"loss":8.5,"lr":0.1,"elapsed":1,"memory_bytes":3000}
      {"event":"step","step":2,"tokens":16384,"loss":4.5,"grad_norm":2.5,"tok_per_sec":8192}
      {"event":"validation","step":2,"val_loss":4.25,"val_bpc":1.5,"tokens":16384,"elapsed":2.5}
      {"event":"nonfinite","action":"stop"}
      {"event":"end","step":2,"tokens":16384,"elapsed":2.5,"peak_memory_bytes":4000}

      """
    let begin = #"{"run":"run","version":"v7.4","variant":"published","event":"#
    let records = [
      #""evaluation","perplexity":12.5,"bits_per_character":0.9,"target_shift":0,"parameters":9,"#
        + #""floor_bits_per_character":0.3,"bits_per_character_above_floor":0.6,"characters":9}"#,
      #""evaluation","protocol":"published","perplexity":3.5,"standard_error":0.5}"#,
      #""leak","leaks":true,"loss_gap":4.25,"teacher_forced_loss":1.5,"prefix_only_loss":5.75,"#
        + #""windows":3,"window":25,"form":"prefixes","bits_per_character_gap":1,"#
        + #""largest_change":0.5,"loss_gap_standard_error":0.1}"#,
      #""quality","samples":3,"distinct_2":0.5,"longest_overlap_characters":40}"#,
    ].map { Array((begin + $0).utf8) }
    let samples = """
      {"event":"settings","seed":1}
      {"prompt":"Once","text":" upon a time Tim met Sue. Tim and Sue ran. Sue saw Tim."}
      """
    return [
      joined([Array(log.utf8)] + records + [Array(samples.utf8)]), joined([Array(log.utf8)]),
    ]
  }()
}
