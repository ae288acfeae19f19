import FlashShared
import Foundation
import TestSupport
import Testing

/// The README's claims on inputs, held against every option of every tool that names one: `-` and
/// `<(…)` are read like files, and what is missing, no file or no text is refused by its name.
///
/// Options are those that the tools themselves describe, so that a new one fails here until it is
/// in the table.
@Suite struct InputOptionTests {
  /// Values that name files and folders.
  private static let pathNames: Set = ["file", "path", "folder", "input", "run"]
  /// Values that do not. A name in neither list has to be sorted.
  private static let otherNames: Set = [
    "MiB", "a", "alphabet", "b", "bytes", "c", "checkpoint", "count", "decoder", "factor", "format",
    "fraction", "how", "id±bias", "k", "l", "line", "minutes", "n", "name", "names", "number",
    "output-format", "p", "path=value", "pattern", "prompt", "protocol", "r", "seed", "separator",
    "similarity", "size", "split-by", "steps", "t", "text", "threads", "token", "tokens", "unit",
    "variant", "x",
  ]
  private static let tools = ["fl-tokenize", "fl-shard", "fl-train", "fl-eval", "fl-sample"]

  private let folder: TemporaryFolder
  private let roles: [String: InputOptionTable.Role]

  init() throws {
    folder = try TemporaryFolder()
    roles = try InputOptionTable(in: folder).roles
  }

  /// The tool and its arguments behind the command's name.
  private func invocation(_ option: ToolOption, _ arguments: [String]) -> (Tool, [String]) {
    let words = option.command.split(separator: " ").map(String.init)
    return (Tool(words[0]), Array(words.dropFirst()) + arguments)
  }

  @Test func everyOptionIsSorted() throws {
    var found = Set<String>()
    for option in try Self.tools.flatMap(ToolOption.all) {
      guard Self.pathNames.contains(option.valueName) else {
        #expect(
          Self.otherNames.contains(option.valueName),
          "sort \(option.valueName), of \(option.description)")
        continue
      }
      found.insert(option.description)
      #expect(roles[option.description] != nil, "\(option.description) is in no row of the table")
    }
    #expect(Set(roles.keys).subtracting(found).isEmpty, "rows of options that are gone")
  }

  /// Each option with its role, from the tools' own lists.
  private func forEach(
    _ body: (ToolOption, InputOptionTable.Role) throws -> Void
  ) throws {
    for option in try Self.tools.flatMap(ToolOption.all) {
      if let role = roles[option.description] { try body(option, role) }
    }
  }

  @Test func filesComeThroughPipesAndStandardInput() throws {
    try forEach { option, role in
      guard case .file(let use) = role else { return }
      let (tool, plain) = invocation(option, use.arguments(use.good))
      let expected = try tool.run(plain)
      #expect(expected.status == 0, "\(option.description): \(expected.errorText)")
      let result = try stable(use.result(expected))
      let bytes = try Data(contentsOf: URL(filePath: use.good))
      let given = try tool.run(invocation(option, use.arguments("-")).1, input: bytes)
      #expect(given.status == 0, "\(option.description) -: \(given.errorText)")
      if given.status == 0 {
        #expect(try stable(use.result(given)) == result, "\(option.description) -")
      }
      let shell = Tool(absolutePath: "/bin/bash")
      let piped = try shell.run(
        [
          "-c", #"f=$1; shift; "$@" 3< <(cat "$f")"#, "bash", use.good, tool.path,
        ] + invocation(option, use.arguments("/dev/fd/3")).1)
      #expect(piped.status == 0, "\(option.description) <(…): \(piped.errorText)")
      if piped.status == 0 {
        #expect(try stable(use.result(piped)) == result, "\(option.description) <(…)")
      }
    }
  }

  /// An event without its time and its path.
  private func stable(_ text: String) throws -> String {
    guard var event = try? JSONValue(parsing: Array(text.utf8), source: "output").objectValue
    else { return text }
    for name in ["time", "files", "seconds"] { event[name] = nil }
    return String(decoding: JSONValue.object(event).serialized(), as: UTF8.self)
  }

  @Test func whatIsMissingIsNamed() throws {
    let loop = folder.file("loop")
    try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: loop)
    try forEach { option, role in
      switch role {
      case .output: return
      case .file(let use), .storedFile(let use):
        for path in [folder.file("none"), loop, folder.path] {
          try expectRefusal(option, use, path, [66])
        }
      case .folder(let use): try expectRefusal(option, use, folder.file("none"), [66])
      }
    }
  }

  @Test func binaryFilesAreNamed() throws {
    let packed = try folder.file(
      "packed.gz", [0x1F, 0x8B, 8, 0] + [UInt8](repeating: 7, count: 99))
    let noise = try folder.file("noise", (0..<999).map { UInt8(truncatingIfNeeded: $0 * 37) })
    try forEach { option, role in
      switch role {
      case .file(let use), .storedFile(let use):
        for path in [packed, noise] { try expectRefusal(option, use, path, [65]) }
      default: return
      }
    }
  }

  private func expectRefusal(
    _ option: ToolOption, _ use: InputOptionTable.Use, _ path: String, _ statuses: Set<Int32>
  ) throws {
    let (tool, arguments) = invocation(option, use.arguments(path))
    let outcome = try tool.run(arguments)
    #expect(
      statuses.contains(outcome.status),
      "\(option.description) \(path): \(outcome.status) \(outcome.errorText)")
    #expect(
      outcome.errorText.contains(path), "\(option.description) \(path): \(outcome.errorText)")
    #expect(outcome.errorText.split(separator: "\n").count == 1, "\(outcome.errorText)")
  }
}
