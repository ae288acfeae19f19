import ArgumentParser
import ToolSupport

@main
struct FlTokenize: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fl-tokenize",
    abstract: "Trains byte-level BPE tokenizers, and turns text into tokens and back.",
    discussion: """
      Tokenizers are files in the Hugging Face tokenizer.json format, and give the same ids as the \
      Python library that reads them.

        fl-tokenize train stories.txt --format lines --output tokenizer.json
        fl-tokenize encode stories.txt --tokenizer tokenizer.json | fl-shard pack --output shards
        echo '{"tokens":[433,97]}' | fl-tokenize decode --tokenizer tokenizer.json
      """,
    version: ToolMain.version,
    subcommands: [TrainCommand.self, CapCommand.self, EncodeCommand.self, DecodeCommand.self])

  static func main() { ToolMain.run(Self.self) }
}
