import ArgumentParser
import ToolSupport

@main
struct FlSample: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fl-sample", abstract: "", version: ToolMain.version)

  static func main() { ToolMain.run(Self.self) }
}
