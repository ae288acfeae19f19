extension RecipeMember {
  /// What the member is, in a few words: its form and its bounds.
  public var formWords: String {
    switch form {
    case .integer(let range): "whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let bounds): "number \(bounds.words)"
    case .boolean: "true or false"
    case .text: "string"
    case .choice(let names): names.joined(separator: ", ")
    case .integers(let range):
      "list of whole numbers from \(range.lowerBound) to \(range.upperBound)"
    case .numbers(let bounds): "list of numbers \(bounds.words)"
    case .texts: "list of strings"
    }
  }

  /// What holds where a recipe is silent, in a few words.
  public var fallbackWords: String {
    switch fallback {
    case .required: "required"
    case .value(let value): "default: \(String(decoding: value.serialized(), as: UTF8.self))"
    case .derived(let words): "default: \(words)"
    }
  }

  /// All that is said of the member, in sentences.
  ///
  /// - Parameter versions: the versions that read it, if not all do.
  public func explanation(versions: [String]?) -> String {
    var sentences = [summary]
    if !condition.isEmpty { sentences.append("Condition: \(condition).") }
    if let versions, !versions.isEmpty {
      sentences.append("Read by \(versions.joined(separator: ", ")).")
    }
    return sentences.joined(separator: " ")
  }
}

extension RecipeTable {
  /// The table for people: each member with its form and default, and what it is for.
  ///
  /// - Parameters:
  ///   - readers: which versions read which hyper-parameters.
  ///   - version: shows only what this version reads; nil for all.
  public static func text(_ readers: HyperparameterReaders, version: String? = nil) -> String {
    var blocks: [String] = []
    for section in [("", "")] + sections {
      let shown = members.filter { member in
        member.section == section.0
          && (!member.isHyperparameter || version == nil
            || readers.versions(reading: member.name).contains(version ?? ""))
      }
      guard !shown.isEmpty else { continue }
      if !section.0.isEmpty { blocks.append("\(section.0): \(section.1)\n") }
      for member in shown {
        let versions =
          member.isHyperparameter && version == nil
          ? readers.versions(reading: member.name) : nil
        blocks.append(
          "\(member.path)\n"
            + wrapped("\(member.formWords); \(member.fallbackWords)")
            + wrapped(member.explanation(versions: versions)))
      }
    }
    return blocks.joined(separator: "\n")
  }

  /// Lines of at most 80 characters, indented by four.
  private static func wrapped(_ text: String) -> String {
    var lines: [String] = []
    var line = "   "
    for word in text.split(separator: " ") {
      if line.count + 1 + word.count > 80, line.count > 3 {
        lines.append(line)
        line = "   "
      }
      line += " \(word)"
    }
    return (lines + [line]).map { "\($0)\n" }.joined()
  }
}
