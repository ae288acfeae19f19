import ArgumentParser
import ToolSupport

@main
struct FlShard: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fl-shard", abstract: "", version: ToolMain.version)

  static func main() { ToolMain.run(Self.self) }
}
