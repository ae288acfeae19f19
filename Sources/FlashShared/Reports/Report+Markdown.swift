extension Report {
  /// The report as Markdown: tables, then a sample of each run.
  ///
  /// - Parameter headingLevel: the level of the headings, from 1.
  public func markdown(headingLevel: Int = 2) -> String {
    let heading = String(repeating: "#", count: headingLevel)
    var text = note.map { "\($0)\n\n" } ?? ""
    for table in ReportTable.all(self) {
      text += "\(heading) \(table.title)\n\n\(table.note)\n\n"
      text += "| \(table.columns.map(\.title).joined(separator: " | ")) |\n"
      text += "|\(table.columns.map { $0.isNumber ? "--:|" : "---|" }.joined())\n"
      for row in table.rows {
        text += "| \(row.map { Self.markdownCell($0.text) }.joined(separator: " | ")) |\n"
      }
      text += "\n"
    }
    let claims = lines.compactMap(\.claim)
    if !claims.isEmpty {
      text += "\(heading) What the claims are\n\n"
      for claim in claims {
        text += "- **\(claim.version)**, \(claim.perplexityText): \(claim.meaning).\n"
      }
      text += "\n"
    }
    let samples = runs.filter { $0.sample != nil }
    if !samples.isEmpty {
      text += "\(heading) Samples\n\n"
      for run in samples {
        text += "From `\(run.folder.path)`:\n\n"
        let sample = (run.sample ?? "").withVisibleControls()
        for line in sample.split(separator: "\n", omittingEmptySubsequences: false) {
          text += line.isEmpty ? ">\n" : "> \(Self.escaped(String(line)))\n"
        }
        text += "\n"
      }
    }
    return text
  }

  private static func markdownCell(_ text: String) -> String {
    escaped(text).replacing("|", with: "\\|").replacing("\n", with: " ")
  }

  /// Text in which nothing is markup.
  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      if "\\`*_<>[]#".contains(character) { result.append("\\") }
      result.append(character)
    }
  }
}
