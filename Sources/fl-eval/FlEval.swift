import ArgumentParser
import FlashShared
import ToolSupport

/// Measures models.
@main
struct FlEval: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fl-eval",
    abstract: "Measure a trained model, its causality, and its conformance with golden vectors.",
    discussion: """
      Prints JSON lines. Without a subcommand, evaluates a run on a set of shards:
        fl-eval runs/v5.2 --data valid/
        fl-eval runs/v5.2 --data valid/ --context-stride 64 --incremental
      """,
    version: ToolMain.version,
    subcommands: [
      EvaluateCommand.self, CausalityCommand.self, LeakCommand.self, ConformanceCommand.self,
      QualityCommand.self, ReportCommand.self, PackCommand.self,
    ],
    defaultSubcommand: EvaluateCommand.self)

  static func main() { ToolMain.run(Self.self) }
}

/// The run that a command opens.
struct RunOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("The folder of the run.", valueName: "run"))
  var folder: String

  @Option(help: "Which parameters: best or last.")
  var checkpoint = TrainedRun.CheckpointChoice.best

  func open() throws -> TrainedRun { try TrainedRun(path: folder, checkpoint: checkpoint) }
}

extension TrainedRun.CheckpointChoice: ExpressibleByArgument {}
