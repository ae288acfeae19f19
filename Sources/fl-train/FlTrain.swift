import ArgumentParser
import ToolSupport

@main
struct FlTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fl-train", abstract: "", version: ToolMain.version)

  static func main() { ToolMain.run(Self.self) }
}
