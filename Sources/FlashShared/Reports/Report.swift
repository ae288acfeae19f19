/// What runs were claimed to be, what they gave, and what they are worth: a line for each version,
/// its sound run beside its published one.
public struct Report: Sendable {
  /// A version's runs side by side.
  public struct Line: Sendable {
    public let version: String
    public let claim: PublishedFigures?
    public var sound: ReportedRun?
    /// A second sound run, on the embedded corpus, whose floor is known.
    public var embedded: ReportedRun?
    public var published: ReportedRun?
    public var repaired: ReportedRun?

    /// The runs that there are, the sound one first.
    public var runs: [ReportedRun] { [sound, embedded, published, repaired].compactMap(\.self) }
    /// The version's name and what it is.
    var title: String { claim.map { "\(version) \($0.name)" } ?? version }
  }

  /// Versions in the order in which they appeared; several runs of one variant take several lines.
  public let lines: [Line]
  /// What holds for all figures, such as the machine that they were measured on.
  public let note: String?

  public init(_ runs: [ReportedRun], note: String? = nil) {
    self.note = note
    var lines: [Line] = []
    for run in runs {
      let slot = Self.slot(of: run)
      let free = lines.firstIndex { $0.version == run.version && $0[keyPath: slot] == nil }
      if let free {
        lines[free][keyPath: slot] = run
      } else {
        var line = Line(version: run.version, claim: PublishedFigures(run.recipe))
        line[keyPath: slot] = run
        lines.append(line)
      }
    }
    for index in lines.indices where lines[index].sound == nil {
      lines[index].sound = lines[index].embedded
      lines[index].embedded = nil
    }
    func place(_ line: Line) -> Int { line.claim?.place ?? .max }
    self.lines = lines.enumerated().sorted {
      (place($0.element), $0.offset) < (place($1.element), $1.offset)
    }.map(\.element)
  }

  private static func slot(of run: ReportedRun) -> WritableKeyPath<Line, ReportedRun?> {
    switch run.variant {
    case .sound: run.goesBelowFloor == nil ? \.sound : \.embedded
    case .published: \.published
    case .repaired: \.repaired
    }
  }

  /// All runs, in the order of the lines.
  public var runs: [ReportedRun] { lines.flatMap(\.runs) }

  /// An object for each line.
  public var json: [JSONObject] {
    lines.map { line in
      var object: JSONObject = [
        "version": .string(line.version), "name": JSONValue(line.claim?.name),
        "architecture": JSONValue(line.claim?.architecture),
      ]
      object["claim"] = JSONValue(
        line.claim.map { claim in
          [
            "perplexity": JSONValue(claim.perplexity),
            "as_stated": .string(claim.perplexityText),
            "bits_per_character": JSONValue(claim.bitsPerCharacter),
            "parameters": JSONValue(claim.parameters),
            "meaning": .string(claim.meaning),
          ] as JSONObject
        })
      object["sound"] = JSONValue(line.sound?.figures)
      object["published"] = JSONValue(line.published?.figures)
      if let embedded = line.embedded { object["embedded"] = .object(embedded.figures) }
      if let note { object["note"] = .string(note) }
      if let repaired = line.repaired { object["repaired"] = .object(repaired.figures) }
      return object
    }
  }
}
