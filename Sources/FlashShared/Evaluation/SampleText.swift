/// A text that a model wrote.
public struct SampleText: Sendable, Equatable {
  /// What it was asked to continue.
  public var prompt: String
  /// What it wrote, without the prompt.
  public var text: String

  public init(prompt: String = "", text: String) {
    self.prompt = prompt
    self.text = text
  }

  /// Reads samples as `fl-sample --json` prints them: JSON lines, of which those with a `text` are
  /// samples; others, such as the settings, are passed over.
  ///
  /// - Parameter paths: files; `-` is standard input.
  public static func read(_ paths: [String]) throws -> [SampleText] {
    var samples: [SampleText] = []
    for path in paths {
      let reader = DocumentReader(paths: [path], format: .lines)
      let name = path == "-" ? "standard input" : path
      while let document = try reader.next() {
        guard !document.text.allSatisfy({ $0 == 0x20 || $0 == 0x0A || $0 == 0x0D }) else {
          continue
        }
        let value = try JSONValue(parsing: document.text, source: name, line: document.line)
        guard value.objectValue != nil else {
          throw SampleError.notAnObject(path: name, line: document.line)
        }
        if let text = value["text"]?.stringValue {
          samples.append(SampleText(prompt: value["prompt"]?.stringValue ?? "", text: text))
        }
      }
    }
    return samples
  }
}

/// What is wrong with samples.
public enum SampleError: ReportableError, Equatable {
  /// A line is JSON, but no object.
  case notAnObject(path: String, line: Int)
  /// There is nothing to judge.
  case noSamples(path: String)

  public var exitStatus: ExitStatus { .badData }

  public var description: String {
    switch self {
    case .notAnObject(let path, let line):
      "\(path):\(line): not a JSON object; give what 'fl-sample --json' prints"
    case .noSamples(let path):
      "\(path): holds no sample (no object with a \"text\"); give what 'fl-sample --json' prints"
    }
  }
}
