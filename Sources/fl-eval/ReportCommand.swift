import ArgumentParser
import FlashShared
import Foundation
import ToolSupport

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Put runs side by side: what was claimed, what came out, what it is worth.",
    discussion: """
      For each version of the family, its published figures beside those of the runs that are \
      given: the published variant measured as its script did, what it gains from seeing the whole \
      window, and the sound variant over the whole validation text; of a second sound run, on the \
      embedded corpus, how far it is above the floor. Runs of a version stand in one line, each \
      figure with its run.

      Figures come from the run's log and from records beside the run, in its folder or the one \
      above, as the pipelines write them: evaluation.json (fl-eval), protocol.json (fl-eval \
      --protocol published), leak.json (fl-eval leak), quality.json (fl-eval quality), \
      samples.jsonl or samples.txt (fl-sample). So a report takes seconds. A record that is older \
      than the run's parameters or its shards does not count. What is not there is null, and named \
      under "missing"; --compute or --data measures it (all but the quality of samples) and keeps \
      it in the run's folder.
        fl-eval report runs/*/run --format html --output report.html
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case jsonl
    case markdown
    case html
  }

  @Argument(help: ArgumentHelp("Folders of runs.", valueName: "run"))
  var folders: [String]

  @Option(help: "The form: jsonl (one object a version), markdown or html (one page).")
  var format = Format.jsonl

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The file to write; - is standard output.", valueName: "file"))
  var output = "-"

  @Option(
    help: ArgumentHelp("What to say about all figures, such as the machine.", valueName: "text"))
  var note: String?

  @Flag(help: "Measure what is missing first.")
  var compute = false

  @Option(
    help: ArgumentHelp(
      "Measure what is missing on these shards; records made on others do not count (--compute: the "
        + "shards that the run's records name, or the folder 'valid' beside the run).",
      valueName: "folder"))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "How many windows are scored twice, where that is missing.", valueName: "n"))
  var windows = 32

  @OptionGroup var threads: ThreadOptions

  @Flag(name: [.short, .long], help: "No progress bar.")
  var quiet = false

  func validate() throws {
    guard windows >= 1 else { throw ValidationError("--windows must be at least 1.") }
  }

  func run() throws {
    Interruption.install()
    let target = try OutputTarget(file: output)
    try OutputTarget.refuseSamePlace([target], inputs: folders.flatMap { RunFolder($0).files })
    var runs = try folders.map { try ReportedRun(path: $0) }
    if let data {
      for index in runs.indices { runs[index].keepRecords(madeOn: data) }
    }
    if compute || data != nil {
      for index in runs.indices { try measure(&runs[index]) }
    }
    let report = Report(runs, note: note)
    let sink = try ByteSink(target)
    switch format {
    case .jsonl:
      for object in report.json { try sink.write(EventLog.line("report", object)) }
    case .markdown: try sink.write(Array(report.markdown().utf8))
    case .html: try sink.write(Array(report.page().utf8))
    }
    try sink.finish()
  }

  private func measure(_ run: inout ReportedRun) throws {
    let missing = run.missing
    guard !missing.isEmpty else { return }
    guard let data = data ?? run.validationShards else {
      throw ReportError.noValidationShards(path: run.folder.path)
    }
    for record in missing {
      _ = try OutputTarget(file: "\(run.folder.path)/\(record.fileName)")
    }
    let measurement = try Measurement(
      TrainedRun(path: run.folder.path), data: data, threads: threads.count, isQuiet: quiet)
    for record in missing {
      do {
        try measure(record, with: measurement, into: run.folder)
      } catch let error as EvaluationError where error.isAboutFigures {
        // One run that diverged does not keep the others from their report.
        printMessage(error.description, from: "fl-eval")
      }
    }
    // As it was written, so that the next report has the same figures to the last digit.
    run = try ReportedRun(path: run.folder.path)
    run.keepRecords(madeOn: data)
  }
}

extension ReportCommand {
  /// Measures what a record holds, and keeps it in the run's folder.
  private func measure(
    _ record: ReportedRun.Record, with measurement: Measurement, into folder: RunFolder
  ) throws {
    let (event, object) =
      switch record {
      case .evaluation: ("evaluation", try measurement.whole())
      case .protocol: ("evaluation", try measurement.asPublished())
      case .leak: ("leak", try measurement.leak(windows: windows))
      case .quality: ("", JSONObject())
      }
    guard !event.isEmpty else { return }
    try AtomicFile.write(EventLog.line(event, object), to: "\(folder.path)/\(record.fileName)")
  }
}

/// What keeps a report from being made.
enum ReportError: ReportableError, Equatable {
  /// Nothing says what to measure a run on.
  case noValidationShards(path: String)

  var exitStatus: ExitStatus { .usage }

  var description: String {
    switch self {
    case .noValidationShards(let path):
      "\(path): no record names its validation shards and there is no folder 'valid' beside it; "
        + "give --data"
    }
  }
}
