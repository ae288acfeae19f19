import Foundation

/// A report's tables, their cells formatted for people, the same for Markdown and for HTML.
struct ReportTable {
  struct Column {
    let title: String
    var isNumber = true
  }

  /// A cell, and the run that its figure comes from.
  struct Cell {
    let text: String
    var run: String?

    init(_ text: String?, _ run: ReportedRun? = nil) {
      self.text = text ?? "–"
      self.run = text == nil ? nil : run?.folder.path
    }
  }

  let title: String
  /// What the columns mean.
  let note: String
  let columns: [Column]
  let rows: [[Cell]]

  /// All tables of a report; those without rows are left out.
  static func all(_ report: Report) -> [ReportTable] {
    [versions(report), leaks(report), floors(report), quality(report), runs(report)]
      .filter { !$0.rows.isEmpty }
  }

  private static func versions(_ report: Report) -> ReportTable {
    ReportTable(
      title: "Claim, rerun, worth",
      note: """
        Claim: the published perplexity. Rerun: the published variant, trained here and measured \
        as its script did. Leak: what it gains from seeing the whole window, in nats a token. The \
        other columns are the sound variant: causal, trained on the next token, over the whole \
        validation text. Above floor: bits a character of a sound run on the embedded corpus, less \
        those of its floor. Perplexities of different tokenizers do not compare; bits do.
        """,
      columns: [
        Column(title: "version", isNumber: false), Column(title: "architecture", isNumber: false),
        Column(title: "parameters"), Column(title: "claim"), Column(title: "rerun"),
        Column(title: "leak", isNumber: false), Column(title: "perplexity"),
        Column(title: "bits/character"), Column(title: "bits/byte"), Column(title: "tokens/s"),
        Column(title: "tokens seen"), Column(title: "memory"), Column(title: "above floor"),
      ],
      rows: report.lines.map { line in
        let sound = line.sound
        let figures = sound?.figures
        let embedded = line.embedded ?? sound
        let published = line.published
        let parameters = (sound ?? published)?.figures["parameters"]?.integerValue
        return [
          Cell(line.title), Cell(line.claim?.architecture),
          Cell(parameters.map(count), sound ?? published), Cell(line.claim?.perplexityText),
          Cell(
            published?.figures["published_protocol_perplexity"]?.doubleValue.map(short), published),
          Cell(published.flatMap(leak), published),
          Cell(figures?["next_token_perplexity"]?.doubleValue.map(short), sound),
          Cell(figures.flatMap(bits), sound),
          Cell(figures?["bits_per_byte"]?.doubleValue.map { fixed($0, 3) }, sound),
          Cell(figures?["tokens_per_second"]?.doubleValue.map(whole), sound),
          Cell(figures?["tokens_seen"]?.integerValue.map(count), sound),
          Cell(figures?["peak_memory_bytes"]?.integerValue.map(memory), sound),
          Cell(
            embedded?.figures["bits_per_character_above_floor"]?.doubleValue.map { fixed($0, 3) },
            embedded),
        ]
      })
  }

  private static func leaks(_ report: Report) -> ReportTable {
    ReportTable(
      title: "What the whole window is worth",
      note: """
        The same model and the same windows scored twice, in nats a token (perplexity): \
        teacher-forced, with the whole window in one pass as in training, and with nothing but the \
        tokens before each prediction. The audit says whether a later token changes an earlier \
        logit at all; what differs without one reads how long the window is, not what is in it.
        """,
      columns: [
        Column(title: "run", isNumber: false), Column(title: "teacher-forced"),
        Column(title: "prefix only"), Column(title: "difference"), Column(title: "windows"),
        Column(title: "by", isNumber: false), Column(title: "audit", isNumber: false),
      ],
      rows: report.runs.compactMap { run in
        guard let leak = run.records[.leak], let whole = leak["teacher_forced_loss"]?.doubleValue,
          let prefix = leak["prefix_only_loss"]?.doubleValue
        else { return nil }
        let windows = leak["windows"]?.integerValue.map(String.init) ?? "–"
        return [
          Cell(run.folder.path), Cell("\(fixed(whole, 3)) (\(short(exp(whole))))", run),
          Cell("\(fixed(prefix, 3)) (\(short(exp(prefix))))", run),
          Cell(
            signed(prefix - whole, 3)
              + (leak["loss_gap_standard_error"]?.doubleValue.map { " ± \(fixed($0, 3))" } ?? ""),
            run),
          Cell("\(windows) of \(leak["window"]?.integerValue.map(String.init) ?? "–")", run),
          Cell(leak["form"]?.stringValue == "prefixes" ? "prefix by prefix" : "decoding", run),
          Cell(
            leak["leaks"]?.booleanValue.map {
              $0
                ? "leaks: logits change by \(short(leak["largest_change"]?.doubleValue ?? 0))"
                : "no leak"
            }, run),
        ]
      })
  }

  private static func floors(_ report: Report) -> ReportTable {
    ReportTable(
      title: "Against the floor of the embedded corpus",
      note: """
        Bits a character. The stories come from a grammar whose probabilities are known: no causal \
        model can need less than the floor on average. Prefix only: the figure over the whole set \
        and the difference of the table above.
        """,
      columns: [
        Column(title: "run", isNumber: false), Column(title: "floor"),
        Column(title: "teacher-forced"), Column(title: "prefix only"),
        Column(title: "verdict", isNumber: false),
      ],
      rows: report.runs.compactMap { run in
        guard let evaluation = run.records[.evaluation],
          let floor = evaluation["floor_bits_per_character"]?.doubleValue,
          let bits = evaluation["bits_per_character"]?.doubleValue
        else { return nil }
        return [
          Cell(run.folder.path), Cell(fixed(floor, 3), run), Cell(fixed(bits, 3), run),
          Cell(run.prefixOnlyBitsPerCharacter.map { fixed($0, 3) }, run),
          Cell(
            bits < floor
              ? "below the floor: it reads the answer"
              : run.records[.leak]?["leaks"]?.booleanValue == true
                ? "leaks, not below the floor" : "above the floor", run),
        ]
      })
  }

  private static func quality(_ report: Report) -> ReportTable {
    ReportTable(
      title: "Quality of samples",
      note: """
        As `fl-eval quality --help` defines: distinct word pairs and triples, repeated four-word \
        sequences, words that occur in the training text, the longest passage copied from it, and \
        names that stay the same through a text.
        """,
      columns: [
        Column(title: "run", isNumber: false), Column(title: "samples"),
        Column(title: "distinct-2"),
        Column(title: "distinct-3"), Column(title: "repetition"), Column(title: "known words"),
        Column(title: "longest copy"), Column(title: "same names"),
      ],
      rows: report.runs.compactMap { run in
        guard let quality = run.records[.quality] else { return nil }
        func percent(_ name: String) -> Cell {
          Cell(quality[name]?.doubleValue.map { "\(fixed(100 * $0, 1)) %" }, run)
        }
        return [
          Cell(run.folder.path), Cell(quality["samples"]?.integerValue.map(String.init), run),
          percent("distinct_2"), percent("distinct_3"), percent("repetition_rate"),
          percent("known_word_share"),
          Cell(
            quality["longest_overlap_characters"]?.integerValue.map { "\($0) characters" }, run),
          percent("name_consistency"),
        ]
      })
  }

  private static func runs(_ report: Report) -> ReportTable {
    ReportTable(
      title: "The runs",
      note: "Where each figure comes from, and what is missing (fl-eval report --compute).",
      columns: [
        Column(title: "run", isNumber: false), Column(title: "version", isNumber: false),
        Column(title: "variant", isNumber: false), Column(title: "budget", isNumber: false),
        Column(title: "threads"), Column(title: "steps"), Column(title: "minutes"),
        Column(title: "validation set", isNumber: false), Column(title: "characters"),
        Column(title: "missing", isNumber: false),
      ],
      rows: report.runs.map { run in
        let figures = run.figures
        let budget = figures["budget"]?.objectValue?.members.first
        return [
          Cell(run.folder.path), Cell(run.version), Cell(run.variant.rawValue),
          Cell(
            budget.map { "\(short($0.value.doubleValue ?? 0)) \($0.name)" }
              .map { run.history.state == .ended ? $0 : "\($0), \(run.history.state.rawValue)" },
            run),
          Cell(run.history.threads.map(String.init), run), Cell(grouped(run.history.steps), run),
          Cell(fixed(run.history.seconds / 60, 1), run),
          Cell(figures["data"]?.stringValue, run),
          Cell(figures["characters"]?.integerValue.map(grouped), run),
          Cell(run.missing.isEmpty ? "" : run.missing.map(\.rawValue).joined(separator: ", ")),
        ]
      })
  }

  /// Whether it leaks, and by how much.
  private static func leak(_ run: ReportedRun) -> String? {
    guard let record = run.records[.leak], let leaks = record["leaks"]?.booleanValue,
      let gap = record["loss_gap"]?.doubleValue
    else { return nil }
    guard abs(gap) >= 5e-3 else { return leaks ? "yes, <0.01" : "no" }
    return leaks ? "yes, \(fixed(gap, 2))" : "no (\(signed(gap, 2)))"
  }

  private static func bits(_ figures: JSONObject) -> String? {
    figures["bits_per_character"]?.doubleValue.map { bits in
      fixed(bits, 3)
        + (figures["standard_error_bits_per_character"]?.doubleValue.map { " ± \(fixed($0, 3))" }
          ?? "")
    }
  }
}

extension ReportTable {
  /// A number with a fixed number of decimal places.
  static func fixed(_ value: Double, _ places: Int) -> String {
    value.isFinite ? String(format: "%.\(places)f", value) : "\(value)"
  }

  /// The same with its sign.
  static func signed(_ value: Double, _ places: Int) -> String {
    value.isFinite ? String(format: "%+.\(places)f", value) : "\(value)"
  }

  /// A number with about four digits.
  static func short(_ value: Double) -> String {
    abs(value) >= 1e6
      ? String(format: "%.2e", value)
      : abs(value) >= 1000
        ? whole(value)
        : abs(value) >= 100 ? fixed(value, 1) : String(format: "%.4g", value)
  }

  /// A number without decimals, as `grouped`; one that is too large for that with an exponent.
  static func whole(_ value: Double) -> String {
    abs(value) < 1e15 ? grouped(Int(value.rounded())) : String(format: "%.2e", value)
  }

  /// A whole number with commas between thousands.
  static func grouped(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var place = digits.count - 3
    while place > 0 {
      digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
      place -= 3
    }
    return (value < 0 ? "-" : "") + digits
  }

  /// A count with a unit: 4.99M.
  static func count(_ value: Int) -> String {
    switch value {
    case 1_000_000...: "\(fixed(Double(value) / 1e6, 2))M"
    case 10_000...: "\(fixed(Double(value) / 1e3, 0))k"
    default: grouped(value)
    }
  }

  /// Bytes in MiB.
  static func memory(_ bytes: Int) -> String { "\(grouped(bytes >> 20)) MiB" }
}
