import Foundation

/// What is known about a run: its recipe, its log, and the records that were made of it.
///
/// Records are what fl-eval and fl-sample printed, kept in files beside the run as the pipelines
/// do: `evaluation.json`, `protocol.json`, `leak.json`, `quality.json` and `samples.jsonl` or
/// `samples.txt`, in the run's folder or in the folder above it. One that is older than the run's
/// parameters or than the shards it was made on, or of another run, does not count.
public struct ReportedRun: Sendable {
  /// The records that a report takes figures from.
  public enum Record: String, Sendable, CaseIterable {
    /// The whole validation text.
    case evaluation
    /// As the version's script measured.
    case `protocol`
    /// Teacher-forced against prefix-only, and the causality audit.
    case leak
    /// The quality of samples.
    case quality

    /// The name of its file.
    public var fileName: String { "\(rawValue).json" }
    /// What its event is called.
    var event: String { self == .protocol ? "evaluation" : rawValue }
  }

  public let folder: RunFolder
  public let recipe: Recipe
  public let history: TrainingHistory
  public private(set) var records: [Record: JSONObject] = [:]
  /// A text that the model wrote, its prompt included.
  public private(set) var sample: String?
  private let checkpointTime: Date?

  /// The version that the recipe is of.
  public var version: String { recipe["version"]?.stringValue ?? history.version ?? "unknown" }
  public var variant: Variant { recipe.variant }

  /// Records that a report of this run wants and that are not there. The quality of samples needs
  /// the training text, so it is nobody's to miss.
  public var missing: [Record] {
    Record.allCases.filter { record in
      guard records[record] == nil else { return false }
      return switch record {
      case .evaluation, .leak: true
      case .protocol: variant == .published
      case .quality: false
      }
    }
  }

  /// Opens a run's folder.
  public init(path: String) throws {
    folder = RunFolder(path)
    guard FileManager.default.fileExists(atPath: folder.recipe) else {
      throw TrainedRunError.notARun(path: path)
    }
    recipe = try Recipe(path: folder.recipe)
    history =
      FileManager.default.fileExists(atPath: folder.log)
      ? try TrainingHistory(path: folder.log) : TrainingHistory()
    checkpointTime = Self.modified(folder.best)
    for record in Record.allCases { records[record] = try find(record) }
    sample = try findSample()
  }

  /// Leaves out the records that were made on other shards.
  public mutating func keepRecords(madeOn data: String) {
    func standard(_ path: String) -> String { URL(filePath: path).standardizedFileURL.path }
    records = records.filter { _, object in
      object["data"]?.stringValue.map { standard($0) == standard(data) } ?? true
    }
  }

  /// The shards that the records were made on, or the pipeline's validation shards.
  public var validationShards: String? {
    if let path = records[.evaluation]?["data"]?.stringValue, Self.isSet(path) { return path }
    return places.map { "\($0)/valid" }.first(where: Self.isSet)
  }

  private static func isSet(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/\(ShardManifest.fileName)")
  }

  /// Where records lie.
  private var places: [String] { [folder.path, "\(folder.path)/.."] }

  private static func modified(_ path: String) -> Date? {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
  }

  /// Whether a file is there and not older than the parameters.
  private func isCurrent(_ path: String) -> Bool {
    guard let time = Self.modified(path) else { return false }
    return checkpointTime.map { time >= $0 } ?? true
  }

  private func find(_ record: Record) throws -> JSONObject? {
    for place in places where isCurrent("\(place)/\(record.fileName)") {
      let path = "\(place)/\(record.fileName)"
      guard let object = try JSONValue(contentsOf: path).objectValue else { continue }
      if describesThisRun(object, record), isNewerThanItsData(object, path) { return object }
    }
    return nil
  }

  /// Whether a record's shards, where they are still there, were not written again since.
  private func isNewerThanItsData(_ object: JSONObject, _ path: String) -> Bool {
    guard let data = object["data"]?.stringValue,
      let written = Self.modified("\(data)/\(ShardManifest.fileName)"),
      let made = Self.modified(path)
    else { return true }
    return made >= written
  }

  /// Whether a record is of this run. The folder may have been moved with its records since.
  private func describesThisRun(_ object: JSONObject, _ record: Record) -> Bool {
    guard object["event"]?.stringValue == record.event else { return false }
    // A record of samples names no run: it lies beside its own.
    guard let run = object["run"]?.stringValue else { return record == .quality }
    func name(_ path: String) -> String {
      URL(filePath: path).standardizedFileURL.lastPathComponent
    }
    let isPublishedProtocol = object["protocol"]?.stringValue == "published"
    return name(run) == name(folder.path) && object["version"]?.stringValue == version
      && object["variant"]?.stringValue == variant.rawValue
      && isPublishedProtocol == (record == .protocol)
  }

  private static func trimmed(_ text: String) -> String {
    text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private func findSample() throws -> String? {
    for place in places where isCurrent("\(place)/samples.jsonl") {
      let texts = try SampleText.read(["\(place)/samples.jsonl"])
      if let first = texts.first { return Self.trimmed(first.prompt + first.text) }
    }
    for path in places.flatMap({ ["\($0)/samples.txt", "\($0)/story.txt"] })
    where isCurrent(path) {
      let file = try FileBytes(path: path)
      let text = String(decoding: file.copy(0..<file.count), as: UTF8.self)
      // Samples are separated by an empty line and a prompt, which a story may contain as well:
      // the file's beginning is the first sample and at worst some of the second.
      return Self.trimmed(String(text.prefix(600)))
    }
    return nil
  }
}

extension ReportedRun {
  /// All figures of the run, under the names that a report prints.
  public var figures: JSONObject {
    let evaluation = records[.evaluation] ?? [:]
    let shift = evaluation["target_shift"]?.integerValue ?? 0
    var object: JSONObject = [
      "run": .string(folder.path), "variant": .string(variant.rawValue),
      "parameters": evaluation["parameters"] ?? JSONValue(history.parameters),
      "state": .string(history.state.rawValue), "budget": recipe["budget"] ?? .null,
      "threads": JSONValue(history.threads), "seed": JSONValue(history.seed),
      "steps": .integer(history.steps), "tokens_seen": .integer(history.tokens),
      "seconds": .number(history.seconds), "tokens_per_second": JSONValue(history.tokensPerSecond),
      "peak_memory_bytes": JSONValue(history.peakMemoryBytes),
      "target_shift": evaluation["target_shift"] ?? .null,
      "perplexity": evaluation["perplexity"] ?? .null,
      "next_token_perplexity": shift == 0 ? evaluation["perplexity"] ?? .null : .null,
    ]
    for name in [
      "loss", "bits_per_character", "bits_per_byte", "standard_error_bits_per_character",
      "accuracy",
      "data", "characters", "floor_bits_per_character", "bits_per_character_above_floor",
    ] {
      object[name] = evaluation[name] ?? .null
    }
    let protocolRecord = records[.protocol]
    object["published_protocol_perplexity"] = protocolRecord?["perplexity"] ?? .null
    object["published_protocol_standard_error"] = protocolRecord?["standard_error"] ?? .null
    let leak = records[.leak]
    for (name, source) in [
      ("leaks", "leaks"), ("leak_nats_per_token", "loss_gap"),
      ("leak_standard_error", "loss_gap_standard_error"),
      ("leak_largest_logit_change", "largest_change"), ("leak_windows", "windows"),
      ("leak_form", "form"), ("teacher_forced_loss", "teacher_forced_loss"),
      ("prefix_only_loss", "prefix_only_loss"),
    ] {
      object[name] = leak?[source] ?? .null
    }
    for form in ["teacher_forced", "prefix_only"] {
      object["\(form)_perplexity"] = JSONValue(leak?["\(form)_loss"]?.doubleValue.map { exp($0) })
    }
    object["prefix_only_bits_per_character"] = JSONValue(prefixOnlyBitsPerCharacter)
    object["goes_below_floor"] = JSONValue(goesBelowFloor)
    object["quality"] = JSONValue(records[.quality].map(Self.qualityFigures))
    object["sample"] = JSONValue(sample)
    object["missing"] = .array(missing.map { .string($0.rawValue) })
    return object
  }

  /// Bits a character that the model needs when it sees nothing but prefixes: those of the whole
  /// set and what the windows of the measurement cost more.
  public var prefixOnlyBitsPerCharacter: Double? {
    guard let bits = records[.evaluation]?["bits_per_character"]?.doubleValue,
      let gap = records[.leak]?["bits_per_character_gap"]?.doubleValue
    else { return nil }
    return bits + gap
  }

  /// Whether the model, seeing whole windows, needs fewer bits than any causal model can.
  public var goesBelowFloor: Bool? {
    guard let above = records[.evaluation]?["bits_per_character_above_floor"]?.doubleValue else {
      return nil
    }
    return above < 0
  }

  private static func qualityFigures(_ record: JSONObject) -> JSONObject {
    var object = record
    for name in ["event", "time"] { object[name] = nil }
    return object
  }
}
