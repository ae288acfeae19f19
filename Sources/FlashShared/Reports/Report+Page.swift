import Foundation

extension Report {
  /// The report as one HTML page that needs nothing else: tables, plots as inline SVG, samples.
  public func page(title: String = "FlashLM: claims and what they are worth") -> String {
    var body = "<h1>\(markup(title))</h1>\n"
    if let note { body += "<p>\(markupWithCode(note))</p>\n" }
    for table in ReportTable.all(self) { body += Self.html(table) }
    let plots = plots()
    if !plots.isEmpty {
      body += "<h2>Plots</h2>\n<p>Each curve and bar names its run.</p>\n"
      body += plots.joined()
    }
    let claims = lines.compactMap(\.claim)
    if !claims.isEmpty {
      body += "<h2>What the claims are</h2>\n<dl>\n"
      for claim in claims {
        body += """
          <dt>\(markup(claim.version)): \(markup(claim.perplexityText))</dt>\
          <dd>\(markup(claim.meaning))</dd>

          """
      }
      body += "</dl>\n"
    }
    let samples = runs.filter { $0.sample != nil }
    if !samples.isEmpty {
      body += "<h2>Samples</h2>\n"
      for run in samples {
        body += """
          <h3><code>\(markup(run.folder.path))</code></h3>
          <blockquote>\(markup((run.sample ?? "").withVisibleControls()))</blockquote>

          """
      }
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(markup(title))</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      \(body)</body>
      </html>

      """
  }

  private static let style = """
    :root { --page: #fff; --ink: #1b1f24; --faint: #d8dce1; --soft: #57606a; --light: 40%; }
    @media (prefers-color-scheme: dark) {
      :root { --page: #14171b; --ink: #e4e7eb; --faint: #343a41; --soft: #9aa3ad; --light: 66%; }
    }
    body { background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif;
      max-width: 1180px; margin: 2em auto; padding: 0 1em; }
    .table { overflow-x: auto; }
    table { border-collapse: collapse; font-size: 13px; }
    th, td { border-bottom: 1px solid var(--faint); padding: 4px 8px; text-align: left;
      vertical-align: top; }
    th { border-bottom-width: 2px; }
    .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    [title] { cursor: help; }
    p, dd { max-width: 75ch; }
    figure { margin: 2em 0; max-width: 760px; }
    figcaption { font-weight: 600; }
    .plot { width: 100%; height: auto; }
    .plot text { fill: var(--soft); font-size: 11px; }
    .grid { stroke: var(--faint); stroke-width: 1; }
    .axis { stroke: var(--soft); stroke-width: 1; }
    .series polyline { fill: none; stroke: hsl(var(--hue) 65% var(--light)); stroke-width: 1.6; }
    .series circle { fill: hsl(var(--hue) 65% var(--light)); }
    .series:hover polyline { stroke-width: 4; }
    .bar rect { fill: hsl(var(--hue) 55% var(--light)); }
    .legend { font-size: 12px; max-width: none; }
    .legend span { display: inline-block; margin-right: 1.2em; }
    code { font-size: 0.9em; color: var(--soft); }
    blockquote { white-space: pre-wrap; border-left: 3px solid var(--faint); margin-left: 0;
      padding-left: 1em; max-width: 75ch; }
    """

  private static func html(_ table: ReportTable) -> String {
    var text = "<h2>\(markup(table.title))</h2>\n<p>\(markupWithCode(table.note))</p>\n"
    text += "<div class=\"table\"><table>\n<thead><tr>"
    func attribute(_ column: ReportTable.Column) -> String {
      column.isNumber ? " class=\"number\"" : ""
    }
    for column in table.columns {
      text += "<th\(attribute(column))>\(markup(column.title))</th>"
    }
    text += "</tr></thead>\n<tbody>\n"
    for row in table.rows {
      text += "<tr>"
      for (cell, column) in zip(row, table.columns) {
        let run = cell.run.map { " title=\"\(markup($0))\"" } ?? ""
        text += "<td\(attribute(column))\(run)>\(markup(cell.text))</td>"
      }
      text += "</tr>\n"
    }
    return text + "</tbody></table></div>\n"
  }
}
