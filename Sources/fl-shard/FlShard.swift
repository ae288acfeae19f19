import ArgumentParser
import ToolSupport

@main
struct FlShard: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fl-shard",
    abstract: "Curates text, and packs tokens into shards for training and evaluation.",
    version: ToolMain.version,
    subcommands: [
      StoriesCommand.self, CurateCommand.self, PackCommand.self, InspectCommand.self,
      VerifyCommand.self,
    ])

  static func main() { ToolMain.run(Self.self) }
}
