/// Curates text: cuts documents into units, strips them, removes what the filters do not accept and
/// what is a duplicate, and stops at a limit. It counts what each step removes.
public struct TextCuration {
  /// What is done, and with which numbers.
  public struct Settings {
    /// What counts as a document.
    public var unit = CurationUnit.document
    /// Remove white space at both ends.
    public var isStripped = false
    /// Conditions, in the order in which they are asked.
    public var filters: [CurationFilter] = []
    /// Remove texts that came before, byte for byte.
    public var removesDuplicates = false
    /// Remove texts at least this similar to an earlier one (see `NearDuplicateFilter`).
    public var nearDuplicateThreshold: Double?
    /// Bytes that the search for near duplicates may use.
    public var nearDuplicateMemory = 1 << 30
    /// Keep so many documents.
    public var firstDocuments: Int?

    public init() {}
  }

  /// A document that stays.
  public struct Kept {
    /// Its text.
    public var text: ArraySlice<UInt8>
    /// Its name and information content, if it is a whole document of its source, unchanged.
    public var name: String?
    public var informationBits: Double?
    /// Where it comes from.
    public var line: Int
  }

  private let settings: Settings
  private var duplicates = DuplicateFilter()
  private var nearDuplicates: NearDuplicateFilter?
  private var removed: [Int]
  private var removedEmpty = 0
  private var removedDuplicates = 0
  private var removedNearDuplicates = 0
  /// Documents of the source, units that were looked at, and units that stayed.
  public private(set) var documentsRead = 0
  public private(set) var unitsRead = 0
  public private(set) var unitsKept = 0

  public init(_ settings: Settings) {
    self.settings = settings
    removed = [Int](repeating: 0, count: settings.filters.count)
    nearDuplicates = settings.nearDuplicateThreshold.map {
      NearDuplicateFilter(threshold: $0, memoryLimit: settings.nearDuplicateMemory)
    }
  }

  /// Whether the limit is reached, so that nothing more will stay.
  public var isFinished: Bool { unitsKept >= settings.firstDocuments ?? .max }

  /// Curates one document of the source.
  public mutating func process(_ document: Document, _ body: (Kept) throws -> Void) throws {
    documentsRead += 1
    for piece in settings.unit.pieces(of: document.text) {
      if isFinished { return }
      if unitsRead & 0xFF == 0 { try Interruption.check() }
      unitsRead += 1
      let text = settings.isStripped ? TextMeasures.stripped(piece) : piece
      guard try stays(text) else { continue }
      unitsKept += 1
      let isWhole = text.count == document.text.count
      try body(
        Kept(
          text: text, name: isWhole ? document.name : nil,
          informationBits: isWhole ? document.informationBits : nil, line: document.line))
    }
  }

  private mutating func stays(_ text: ArraySlice<UInt8>) throws -> Bool {
    if text.isEmpty {
      removedEmpty += 1
      return false
    }
    for (index, filter) in settings.filters.enumerated() where !filter.accepts(text) {
      removed[index] += 1
      return false
    }
    if settings.removesDuplicates, !duplicates.insert(text) {
      removedDuplicates += 1
      return false
    }
    if nearDuplicates != nil, try nearDuplicates?.insert(text) == false {
      removedNearDuplicates += 1
      return false
    }
    return true
  }

  /// What was done, as a manifest records it.
  public var steps: [JSONObject] {
    var steps: [JSONObject] = []
    if settings.unit != .document {
      steps.append(["step": "cut", "unit": .string(settings.unit.rawValue)])
    }
    if settings.isStripped { steps.append(["step": "strip"]) }
    if removedEmpty > 0 {
      steps.append(["step": "empty", "documents_removed": .integer(removedEmpty)])
    }
    for (filter, count) in zip(settings.filters, removed) {
      var step = filter.step
      step["documents_removed"] = .integer(count)
      steps.append(step)
    }
    if settings.removesDuplicates {
      steps.append(["step": "duplicates", "documents_removed": .integer(removedDuplicates)])
    }
    if let nearDuplicates {
      steps.append([
        "step": "near_duplicates", "threshold": .number(nearDuplicates.threshold),
        "shingle_words": .integer(NearDuplicateFilter.shingleWords),
        "hashes": .integer(NearDuplicateFilter.hashes),
        "documents_removed": .integer(removedNearDuplicates),
      ])
    }
    if let limit = settings.firstDocuments {
      steps.append(["step": "first_documents", "value": .integer(limit)])
    }
    return steps
  }
}
