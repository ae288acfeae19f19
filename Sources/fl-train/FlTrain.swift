import ArgumentParser
import FlashShared
import Foundation
import ToolSupport

/// Trains a model by a recipe.
@main
struct FlTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fl-train",
    abstract: "Train a small language model by a recipe.",
    discussion: """
      Reads token shards (from fl-shard), trains on all cores and leaves in the output folder all \
      that fl-eval and fl-sample need: recipe.json, tokenizer.json, best.safetensors, \
      last.safetensors and log.jsonl. Each event is also printed as a JSON line.

      A run can be stopped at any moment, by a signal or a power cut: the same command with \
      --resume goes on from the last checkpoint, and with a budget in steps or tokens it ends with \
      the same bits as if it had not been stopped. With a larger budget it is prolonged, and its \
      schedule follows. It is held to what it was started with: data, tokenizer and recipe, but for \
      budget, learning_rate, minimum_learning_rate, log, checkpoint, on_nonfinite, nonfinite_limit \
      and what only describes it.

      On several machines (built with FLASHLM_MPI=1): mpirun starts one fl-train for each, with the \
      same command. N ranks of W threads give bit for bit the result of one of N·W threads; rank 0 \
      alone writes. Let ranks use all cores with --bind-to none:
        mpirun -n 2 --host a,b --bind-to none fl-train … --threads 2 --output runs/v5.2 --resume

      Examples:
        fl-train --recipe v5.2.json --train train/ --validation valid/ --output runs/v5.2
        fl-train --recipe v5.2.json --train train/ --validation valid/ --output runs/short \\
          --steps 200 --set optimizer.learning_rate=1e-3
        fl-train --watch runs/v5.2
        fl-train … --output runs/v5.2 --resume | jq -c 'select(.event == "validation")'
      """,
    version: ToolMain.version)

  @Option(
    help: ArgumentHelp(
      "The recipe, a JSON file (see --members); - is standard input.", valueName: "file"))
  var recipe: String?

  @Option(help: ArgumentHelp("The folder of the training shards.", valueName: "folder"))
  var train: String?

  @Option(help: ArgumentHelp("The folder of the validation shards.", valueName: "folder"))
  var validation: String?

  @Option(help: ArgumentHelp("The folder that the run is written to.", valueName: "folder"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "The tokenizer of the shards, copied into the run (default: tokenizer.json beside the "
        + "training shards' manifest or in the folder above). It must be the one that made them.",
      valueName: "file"))
  var tokenizer: String?

  @Option(
    help: ArgumentHelp(
      "The variant: sound (as documented) or published (as the script behaved).",
      valueName: "name"))
  var variant: String?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Replace a member of the recipe, such as batch.sequences=8; may be given several times.",
      valueName: "path=value"))
  var overrides: [String] = []

  @Option(help: "Train for this many minutes; time in which the machine sleeps does not count.")
  var minutes: Double?

  @Option(help: "Train for this many optimiser steps.")
  var steps: Int?

  @Option(help: "Train on this many tokens.")
  var tokens: Int?

  @OptionGroup var threads: ThreadOptions

  @Option(help: "The seed of every random draw.")
  var seed: Int?

  @Flag(help: "Go on from the output folder's last checkpoint, or start if there is none.")
  var resume = false

  @Flag(help: "Give up the trained model that is in the output folder, and start anew there.")
  var replace = false

  @Option(
    help: ArgumentHelp(
      "Train nothing: show the curves of a run from its log, and follow it on a terminal.",
      valueName: "run"))
  var watch: String?

  @Flag(
    help: ArgumentHelp(
      "Train nothing: print the members that recipes may have, with bounds and defaults; with "
        + "--recipe those that its version reads."))
  var members = false

  @Flag(help: "Train nothing: print the JSON schema of recipes, for editors and validators.")
  var schema = false

  @Flag(help: "No progress bar.")
  var quiet = false

  static func main() { ToolMain.run(Self.self) }

  func validate() throws {
    if watch != nil { return try refuseOptionsBesideWatch() }
    guard !members, !schema else { return }
    for (name, kind, value) in [
      ("recipe", "file", recipe), ("train", "folder", train),
      ("validation", "folder", validation), ("output", "folder", output),
    ] where value == nil {
      throw ValidationError("Missing expected argument '--\(name) <\(kind)>'")
    }
    if [minutes != nil, steps != nil, tokens != nil].filter({ $0 }).count > 1 {
      throw ValidationError("Give one of --minutes, --steps and --tokens.")
    }
    if resume && replace { throw ValidationError("Give one of --resume and --replace.") }
    if recipe == "-", tokenizer == "-" {
      throw ValidationError("Standard input can be read once only: --recipe - or --tokenizer -.")
    }
    if let variant, Variant(rawValue: variant) == nil {
      throw ValidationError("--variant must be sound, published or repaired.")
    }
  }

  private func refuseOptionsBesideWatch() throws {
    let given: [(name: String, isGiven: Bool)] = [
      ("recipe", recipe != nil), ("train", train != nil), ("validation", validation != nil),
      ("output", output != nil), ("tokenizer", tokenizer != nil), ("variant", variant != nil),
      ("set", !overrides.isEmpty), ("minutes", minutes != nil), ("steps", steps != nil),
      ("tokens", tokens != nil), ("threads", threads.isGiven), ("seed", seed != nil),
      ("resume", resume), ("replace", replace), ("quiet", quiet),
    ]
    let names = given.filter(\.isGiven).map { "--\($0.name)" }
    guard names.isEmpty else {
      throw ValidationError("--watch trains nothing: leave out \(names.joined(separator: ", ")).")
    }
  }

  func run() throws {
    if let watch {
      var view = Watch(watch)
      return try view.run()
    }
    if members || schema { return try printTable() }
    guard let recipe, let train, let validation, let output else { return }
    Interruption.install()
    // A reader of the events that goes away must not end what may have taken days: see EventLog.
    signal(SIGPIPE, SIG_IGN)
    var settings = try Recipe(
      path: recipe, variant: variant.flatMap(Variant.init), overrides: overrides)
    if let minutes {
      settings.set("budget", ["minutes": .number(minutes)], from: "--minutes \(minutes)")
    }
    if let steps { settings.set("budget", ["steps": .integer(steps)], from: "--steps \(steps)") }
    if let tokens {
      settings.set("budget", ["tokens": .integer(tokens)], from: "--tokens \(tokens)")
    }
    if let seed { settings.set("seed", .integer(seed), from: "--seed \(seed)") }
    let ranks = try Ranks.join()
    do {
      let options = TrainingRun.Options(
        output: output, resumes: resume, replaces: replace, threads: threads.count,
        isQuiet: quiet, ranks: ranks, warn: { printMessage($0, from: "fl-train") })
      if ranks.rank == 0 { try RunFolder(output).requirePossible(options.claim) }
      let run = try TrainingRun(
        recipe: settings, train: ShardSet(path: train), validation: ShardSet(path: validation),
        tokenizerPath: tokenizer, options: options)
      try run.run()
      ranks.leave()
    } catch let error as Interrupted {
      // All ranks agreed to end. After any other error mpirun ends those that are left.
      ranks.leave()
      throw error
    }
  }

  /// Prints the table of members, or the schema that is made of it.
  private func printTable() throws {
    let version = try recipe.map { try Recipe(path: $0, overrides: overrides).string("version") }
    let text =
      schema
      ? JSONValue.object(RecipeTable.schema(ModelRegistry.readers)).serialized(isPretty: true)
        + [UInt8(ascii: "\n")]
      : Array(RecipeTable.text(ModelRegistry.readers, version: version).utf8)
    try FileHandle.standardOutput.write(contentsOf: Data(text))
  }
}
