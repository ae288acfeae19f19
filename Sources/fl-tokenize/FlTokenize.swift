import ArgumentParser
import ToolSupport

@main
struct FlTokenize: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fl-tokenize", abstract: "", version: ToolMain.version)

  static func main() { ToolMain.run(Self.self) }
}
