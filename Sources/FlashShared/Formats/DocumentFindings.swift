/// What a reader noticed in its sources and did not refuse: how often, and where first.
public struct DocumentFinding: Equatable, Sendable {
  /// What was noticed.
  public enum Kind: Hashable, Sendable {
    /// Lines that hold no document, which were left out as asked.
    case skippedLine
    /// Places that hold the separator, but not as a line of its own.
    case separatorInText(separator: String)
  }

  public var kind: Kind
  /// How often, over all sources.
  public var count: Int
  /// Where first: the source's position among all, its name, and the line.
  var order: (Int, Int) = (0, 0)
  public var source: String
  public var line: Int { order.1 }
  /// What was wrong there, where there is more to say.
  public var reason: String

  public static func == (first: Self, second: Self) -> Bool {
    first.kind == second.kind && first.count == second.count && first.order == second.order
      && first.source == second.source && first.reason == second.reason
  }

  /// One line for people.
  public var description: String {
    let one = count == 1
    switch kind {
    case .skippedLine:
      return "left out \(count) \(one ? "line that holds" : "lines that hold") no document"
        + "; \(one ? "it is" : "the first is") \(source):\(line): \(reason)"
    case .separatorInText(separator: ""):
      return "\(source):\(line): \(one ? "a line holds" : "here and elsewhere \(count) lines hold")"
        + " only blanks, which separates nothing; empty it to cut there"
    case .separatorInText(let separator):
      return "\(source):\(line): the separator \(separator) stands "
        + (one ? "here" : "here and elsewhere (\(count) times)")
        + " beside other characters and is text there; give it a line of its own to cut there"
    }
  }
}

/// Gathers findings from the threads that take blocks apart, whatever order they come in.
final class DocumentFindings: Sendable {
  private let all = Locked<[DocumentFinding.Kind: DocumentFinding]>([:])

  func add(_ finding: DocumentFinding) {
    all.withLock { all in
      guard var known = all[finding.kind] else {
        all[finding.kind] = finding
        return
      }
      let count = known.count + finding.count
      if finding.order < known.order { known = finding }
      known.count = count
      all[finding.kind] = known
    }
  }

  /// All of them, in the order of their first places.
  var list: [DocumentFinding] { all.withLock { $0.values.sorted { $0.order < $1.order } } }
}
