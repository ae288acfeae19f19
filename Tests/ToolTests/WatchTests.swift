import Foundation
import TestSupport
import Testing

/// Curves in the terminal and in gnuplot, from a log alone.
@Suite struct WatchTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.file("run"), withIntermediateDirectories: true)
    var log = """
      {"event":"start","version":"v5.2","variant":"sound","parameters":4987392,"threads":2}

      """
    for step in 1...50 {
      log += """
        {"event":"step","step":\(step),"tokens":\(step * 4096),"loss":\(8 / Double(step)),"lr":0.001,\
        "grad_norm":0.5,"tok_per_sec":11000,"elapsed":\(Double(step) / 2),"memory_bytes":314572800}

        """
    }
    log += """
      {"event":"validation","step":50,"val_loss":0.25,"val_bpc":0.75,"tokens":204800,"elapsed":25}

      """
    _ = try folder.file("run/log.jsonl", log)
  }

  private func append(_ line: String) throws {
    let path = folder.file("run/log.jsonl")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    _ = try folder.file("run/log.jsonl", text + line)
  }

  @Test func aLogCannotSteerTheTerminal() throws {
    try append(#"{"event":"start","version":"v\u001b[2J\n1","variant":"sound"}"# + "\n")
    let outcome = try Tool("fl-train").run(["--watch", folder.file("run")])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.text.hasPrefix("v␛[2J␊1, sound, "), "\(outcome.text)")
  }

  @Test func aRunIsShownOnceWhereThereIsNoTerminal() throws {
    // The log alone, without an end: no budget, so no time left.
    let running = try Tool("fl-train").run(["--watch", folder.file("run")])
    #expect(running.status == 0, "\(running.errorText)")
    #expect(running.text.contains("v5.2, sound, 4.99M parameters, 2 threads"))
    #expect(running.text.contains("validation 0.2500 (best 0.2500)  bits/character 0.750"))
    #expect(running.text.contains("step 50  tokens 205k  elapsed 0m25s"))
    #expect(running.text.contains("loss 0.1600  ● validation"))
    #expect(running.text.contains("11,000 tokens/s  learning rate 0.001  gradient 0.5  300 MiB"))
    #expect(!running.text.contains("left"))
    #expect(!running.text.contains("\u{1B}"))
    #expect(running.text.unicodeScalars.contains { (0x2801...0x28FF).contains($0.value) })
    #expect(running.text.contains("●"))
    #expect(running.lines.count <= 24)
    #expect(running.lines.allSatisfy { $0.count <= 80 + folder.path.count })

    // A recipe beside the log states the budget: half of it is used.
    _ = try folder.file("run/recipe.json", #"{"version":"v5.2","budget":{"steps":100}}"#)
    #expect(try Tool("fl-train").run(["--watch", folder.file("run")]).text.contains("left 0m25s"))

    try append("{\"event\":\"end\",\"peak_memory_bytes\":314572800}\n")
    #expect(try Tool("fl-train").run(["--watch", folder.file("run")]).text.contains("  ended"))
  }

  private static let script = "/usr/bin/script"

  /// On a terminal it follows the run and ends with it.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: script), "script is not installed"))
  func aRunIsFollowedOnATerminal() throws {
    let output = folder.file("typescript")
    let process = try Tool(absolutePath: Self.script).start([
      "--quiet", "--flush", "--return", "--command",
      "\(Tool.products)/fl-train --watch \(folder.file("run"))", output,
    ])
    func text() -> String { (try? String(contentsOfFile: output, encoding: .utf8)) ?? "" }
    while process.isRunning, !text().contains("step 50") { Thread.sleep(forTimeInterval: 0.02) }
    #expect(process.isRunning)
    try append(
      """
      {"event":"step","step":51,"tokens":208896,"loss":0.125,"elapsed":26}
      {"event":"end","peak_memory_bytes":1}

      """)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(text().contains("step 51"))
    #expect(text().contains("ended"))
    #expect(text().contains("\u{1B}[33m●\u{1B}[0m"))
  }

  @Test func mistakesAreNamed() throws {
    let none = try Tool("fl-train").run(["--watch", folder.file("none")])
    #expect(none.status == 66)
    #expect(none.errorText.contains("none/log.jsonl: cannot open"))
    let missing = try Tool("fl-train").run(["--recipe", "r.json", "--train", "t"])
    #expect(missing.status == 64)
    #expect(missing.errorText.contains("Missing expected argument '--validation <folder>'"))
  }

  private static let gnuplot = "/usr/bin/gnuplot"

  @Test(.enabled(if: FileManager.default.fileExists(atPath: gnuplot), "gnuplot is not installed"))
  func gnuplotDrawsTheCurves() throws {
    let script = Tool.repository.appending(path: "pipelines/curves.gp").path
    let output = folder.file("curves.svg")
    let outcome = try Tool(absolutePath: Self.gnuplot).run(
      ["-c", script, output, folder.file("run")])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.errorText.isEmpty, "\(outcome.errorText)")
    let svg = try String(contentsOfFile: output, encoding: .utf8)
    #expect(svg.contains("</svg>"))
    #expect(svg.contains("loss, nats a token"))
    #expect(svg.contains("\(folder.path)/run"))
    let usage = try Tool(absolutePath: Self.gnuplot).run(["-c", script])
    #expect(usage.status == 64)
  }
}
