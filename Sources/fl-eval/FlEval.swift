import ArgumentParser
import ToolSupport

@main
struct FlEval: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fl-eval", abstract: "", version: ToolMain.version)

  static func main() { ToolMain.run(Self.self) }
}
