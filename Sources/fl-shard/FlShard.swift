import ArgumentParser
import ToolSupport

@main
struct FlShard: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fl-shard",
    abstract:
      "Curates text, packs tokens into shards for training and evaluation, indexes n-grams.",
    version: ToolMain.version,
    subcommands: [
      StoriesCommand.self, CurateCommand.self, PackCommand.self, MergeCommand.self,
      IndexCommand.self, InspectCommand.self, VerifyCommand.self,
    ])

  static func main() { ToolMain.run(Self.self) }
}
