/// A condition on a document's text; documents that do not meet it are removed.
public enum CurationFilter {
  /// At least, at most so many words (runs of other than white space).
  case minimumWords(Int)
  case maximumWords(Int)
  /// At least, at most so many characters (Unicode code points).
  case minimumCharacters(Int)
  case maximumCharacters(Int)
  /// The pattern, as it was given, occurs in the text, or does not.
  case matching(String, Regex<AnyRegexOutput>)
  case notMatching(String, Regex<AnyRegexOutput>)

  /// Compiles a pattern in Swift's syntax of regular expressions, which is close to Perl's. Characters are
  /// code points.
  ///
  /// - Parameter isKept: whether texts with the pattern stay or go.
  public static func pattern(_ pattern: String, isKept: Bool) throws -> CurationFilter {
    do {
      let regex = try Regex(pattern).matchingSemantics(.unicodeScalar)
      return isKept ? .matching(pattern, regex) : .notMatching(pattern, regex)
    } catch {
      throw CurationError.badPattern(pattern: pattern, reason: "\(error)")
    }
  }

  /// Whether a text meets the condition.
  func accepts(_ text: ArraySlice<UInt8>) -> Bool {
    switch self {
    case .minimumWords(let count): TextMeasures.words(text) >= count
    case .maximumWords(let count): TextMeasures.words(text) <= count
    case .minimumCharacters(let count): TextMeasures.characters(text) >= count
    case .maximumCharacters(let count): TextMeasures.characters(text) <= count
    case .matching(_, let regex): String(decoding: text, as: UTF8.self).contains(regex)
    case .notMatching(_, let regex): !String(decoding: text, as: UTF8.self).contains(regex)
    }
  }

  /// The step's name and setting in reports and manifests.
  var step: JSONObject {
    switch self {
    case .minimumWords(let count): ["step": "minimum_words", "value": .integer(count)]
    case .maximumWords(let count): ["step": "maximum_words", "value": .integer(count)]
    case .minimumCharacters(let count): ["step": "minimum_characters", "value": .integer(count)]
    case .maximumCharacters(let count): ["step": "maximum_characters", "value": .integer(count)]
    case .matching(let pattern, _): ["step": "keep_matching", "value": .string(pattern)]
    case .notMatching(let pattern, _): ["step": "drop_matching", "value": .string(pattern)]
    }
  }
}

/// What goes wrong when documents are curated or packed.
public enum CurationError: ReportableError, Equatable {
  /// A regular expression that is none.
  case badPattern(pattern: String, reason: String)
  /// A document that JSON cannot hold.
  case notUTF8(source: String, line: Int)
  /// More documents than the memory for near duplicates holds.
  case nearDuplicateMemory(documents: Int, limit: Int)
  /// A document that must be held in memory is too long for that.
  case documentTooLong(source: String, tokens: Int)
  /// A setting that cannot be.
  case badSetting(String)
  /// A file that says what was done before is not of that form.
  case badReport(path: String)

  public var exitStatus: ExitStatus {
    switch self {
    case .badPattern, .nearDuplicateMemory, .badSetting: .usage
    case .notUTF8, .documentTooLong, .badReport: .badData
    }
  }

  public var description: String {
    switch self {
    case .badPattern(let pattern, let reason):
      "'\(pattern)' is not a regular expression: \(reason.split(separator: "\n").joined(separator: " "))"
    case .notUTF8(let source, let line):
      "\(source):\(line): not UTF-8, which JSON lines must be; "
        + "clean the file with 'iconv -c -f UTF-8 -t UTF-8', or write text"
    case .nearDuplicateMemory(let documents, let limit):
      "near duplicates of \(documents) documents do not fit into \(limit) bytes; "
        + "raise --near-duplicate-memory, or curate in parts"
    case .documentTooLong(let source, let tokens):
      "\(source): a document of more than \(tokens) tokens cannot be shuffled or filtered whole; "
        + "encode it as several documents"
    case .badSetting(let reason): reason
    case .badReport(let path):
      "\(path): not a report of fl-shard (no list \"steps\"); give the file that "
        + "'fl-shard curate --report' wrote"
    }
  }
}
