import FlashShared
import Foundation
import TestSupport
import Testing

/// `make install`, the man pages and the completions.
@Suite struct InstallTests {
  private let folder: TemporaryFolder
  private static let tools = ["fl-tokenize", "fl-shard", "fl-train", "fl-eval", "fl-sample"]

  init() throws { folder = try TemporaryFolder() }

  /// Installs the built tools without building again.
  private func install(prefix: String) throws -> String {
    let build = folder.file("build")
    try FileManager.default.createDirectory(atPath: build, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: "\(build)/release", withDestinationPath: Tool.products)
    let destination = folder.file("destination")
    let outcome = try Tool(absolutePath: "/usr/bin/make").run(
      [
        "install", "SWIFT=true", "BUILD=\(build)", "DESTDIR=\(destination)", "PREFIX=\(prefix)",
      ], environment: ["SOURCE_DATE_EPOCH": "0"], folder: Tool.repository.path)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    return destination + prefix
  }

  @Test func everythingIsInstalledWhereItIsLookedFor() throws {
    let root = try install(prefix: "/opt/flashlm")
    for tool in Self.tools {
      let help = try Tool(absolutePath: "\(root)/bin/\(tool)").run(["--help"])
      #expect(help.status == 0)
      for path in [
        "man/man1/\(tool).1", "bash-completion/completions/\(tool)",
        "zsh/site-functions/_\(tool)", "fish/vendor_completions.d/\(tool).fish",
      ] {
        let text = try String(contentsOfFile: "\(root)/share/\(path)", encoding: .utf8)
        #expect(text.contains(tool), "\(path)")
      }
    }
  }

  @Test func manPagesSayWhatTheHelpSays() throws {
    let root = try install(prefix: "/usr")
    for tool in Self.tools {
      let page = "\(root)/share/man/man1/\(tool).1"
      let text = try String(contentsOfFile: page, encoding: .utf8)
      #expect(text.hasPrefix(".Dd January 1, 1970\n.Dt \(tool.uppercased()) 1\n"))
      let help = try Tool(tool).run(["--help"]).text
      for option in help.matches(of: /^ +(?:-., )?--([a-z-]+)/.anchorsMatchLineEndings()) {
        let name = String(option.output.1)
        guard name != "help", name != "version" else { continue }
        let escaped = name.replacing("-", with: "\\-")
        #expect(
          text.contains("Fl -\(name)\n") || text.contains("Fl -\(name) ")
            || text.contains("\\-\\-\(escaped)"), "\(tool) --\(name)")
      }
      // No line of text is taken for a request.
      for line in text.split(separator: "\n") where line.hasPrefix(".") {
        #expect(line.firstMatch(of: /^\.[A-Z][a-z]( |$)/) != nil, "\(tool): \(line)")
      }
    }
  }

  @Test func recipesHaveAPageOfTheirOwn() throws {
    let root = try install(prefix: "/usr")
    let page = try String(
      contentsOfFile: "\(root)/share/man/man5/flashlm-recipe.5", encoding: .utf8)
    #expect(page.hasPrefix(".Dd January 1, 1970\n.Dt FLASHLM-RECIPE 5\n"))
    for member in RecipeTable.members {
      #expect(page.contains("\n.It Cm \(member.path)\n"), "\(member.path)")
    }
    for line in page.split(separator: "\n") where line.hasPrefix(".") {
      #expect(line.firstMatch(of: /^\.[A-Z][a-z]( |$)/) != nil, "\(line)")
    }
  }

  /// What users get is built without what tests need, in another folder than what tests get.
  @Test func toolsAreInstalledFromABuildOfTheirOwn() throws {
    func commands(_ target: String) throws -> Set<Substring> {
      let outcome = try Tool(absolutePath: "/usr/bin/make").run(
        ["--dry-run", target, "SWIFT=swift", "BUILD=here", "MAKEFLAGS="],
        folder: Tool.repository.path)
      #expect(outcome.status == 0, "\(outcome.errorText)")
      return Set(outcome.lines.filter { $0.contains("swift build") })
    }
    for target in ["all", "install", "quickstart"] {
      #expect(try commands(target) == ["swift build -c release --scratch-path here"], "\(target)")
    }
    #expect(
      try commands("test") == [
        "swift build -c release --scratch-path here-test -Xswiftc -enable-testing --build-tests"
      ])
  }

  private static let man = "/usr/bin/man"

  @Test(.enabled(if: FileManager.default.fileExists(atPath: man), "man is not installed"))
  func manPagesAreWithoutWarnings() throws {
    let root = try install(prefix: "/usr")
    for tool in Self.tools {
      let outcome = try Tool(absolutePath: Self.man).run(
        ["-l", "--warnings=all", "-Tutf8", "\(root)/share/man/man1/\(tool).1"],
        environment: ["MANWIDTH": "100", "LC_ALL": "C.UTF-8"])
      #expect(outcome.status == 0)
      #expect(outcome.errorText.isEmpty, "\(outcome.errorText)")
      // Bold letters are printed twice, with a backspace between.
      #expect(outcome.text.replacing(/.\x{8}/, with: "").contains("EXIT STATUS"))
    }
    let outcome = try Tool(absolutePath: Self.man).run(
      ["-l", "--warnings=all", "-Tutf8", "\(root)/share/man/man5/flashlm-recipe.5"],
      environment: ["MANWIDTH": "100", "LC_ALL": "C.UTF-8"])
    #expect(outcome.status == 0)
    #expect(outcome.errorText.isEmpty, "\(outcome.errorText)")
  }

  @Test func bashReadsItsCompletions() throws {
    let root = try install(prefix: "/usr")
    for tool in Self.tools {
      let outcome = try Tool(absolutePath: "/bin/bash").run([
        "-c", "source '\(root)/share/bash-completion/completions/\(tool)' && complete -p \(tool)",
      ])
      #expect(outcome.status == 0, "\(outcome.errorText)")
      #expect(outcome.text.contains(tool))
    }
  }
}
