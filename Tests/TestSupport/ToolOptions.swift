import FlashShared
import Foundation

/// An option or argument of a tool's command that takes a value, as the tool itself describes it.
public struct ToolOption: Hashable, Sendable {
  /// The tool and the command inside it: `fl-shard pack`.
  public let command: String
  /// `--output` for an option, `<file>` for an argument.
  public let name: String
  /// What the help calls the value.
  public let valueName: String

  /// The command and the name: `fl-shard pack --output`.
  public var description: String { "\(command) \(name)" }

  /// All of a tool, from the description that it gives of itself.
  public static func all(of tool: String) throws -> [ToolOption] {
    let outcome = try Tool(tool).run(["--experimental-dump-help"])
    let root = try JSONValue(parsing: Array(outcome.output), source: "\(tool)'s help")
    return options(of: root["command"] ?? .null, below: "")
  }

  private static func options(of command: JSONValue, below path: String) -> [ToolOption] {
    let name = path + (command["commandName"]?.stringValue ?? "")
    let own = (command["arguments"]?.arrayValue ?? []).compactMap { argument -> ToolOption? in
      guard argument["kind"] != "flag" else { return nil }
      let value = argument["valueName"]?.stringValue ?? ""
      let long = (argument["names"]?.arrayValue ?? []).first { $0["kind"] == "long" }
      return ToolOption(
        command: name, name: long?["name"]?.stringValue.map { "--" + $0 } ?? "<\(value)>",
        valueName: value)
    }
    let commands = (command["subcommands"]?.arrayValue ?? []).filter { $0["commandName"] != "help" }
    return own + commands.flatMap { options(of: $0, below: name + " ") }
  }
}
